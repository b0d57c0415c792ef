// The service worker of the built page; the build fills in the two constants. It answers for the build's own files
// only: every other request goes to the network untouched.
const VERSION = '__VERSION__';
const FILES = ['__FILES__'];
const CACHE = `palimpsest-${VERSION}`;
const own = new Set(FILES.map((file) => new URL(file, self.location.href).href));

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: 'no-cache' }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names.filter((name) => name.startsWith('palimpsest-') && name !== CACHE).map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const url = new URL(request.url);
  url.search = '';
  url.hash = '';
  const isPage = request.mode === 'navigate' && url.origin === self.location.origin;
  const wanted = isPage ? new URL('./', self.location.href).href : url.href;
  if (isPage ? !isOwnPage(url) : !own.has(wanted)) return;
  event.respondWith(caches.match(wanted, { cacheName: CACHE }).then((kept) => kept ?? fetch(request)));
});

function isOwnPage(url) {
  const root = new URL('./', self.location.href);
  return url.pathname === root.pathname || url.pathname === `${root.pathname}index.html`;
}
