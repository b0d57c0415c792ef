// What the files of Debian's nginx say, as far as it matters here.

export const DEFAULT_CONFIG = `user www-data;
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
events { worker_connections 768; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /var/log/nginx/access.log;
    include /etc/nginx/conf.d/*.conf;
    include /etc/nginx/sites-enabled/*;
}
`;

export const DEFAULT_SITE = `server {
    listen 80 default_server;
    listen [::]:80 default_server;
    root /var/www/html;
    index index.html index.htm index.nginx-debian.html;
    server_name _;
    location / { try_files $uri $uri/ =404; }
}
`;

export const MIME_TYPES = `types {
    text/html html htm shtml;
    text/css css;
    text/xml xml;
    text/plain txt;
    image/gif gif;
    image/jpeg jpeg jpg;
    image/png png;
    image/svg+xml svg svgz;
    image/webp webp;
    image/x-icon ico;
    font/woff woff;
    font/woff2 woff2;
    application/javascript js;
    application/json json;
    application/pdf pdf;
    application/wasm wasm;
    application/zip zip;
    application/octet-stream bin exe dll deb dmg iso img;
    audio/mpeg mp3;
    video/mp4 mp4;
    video/webm webm;
}
`;
