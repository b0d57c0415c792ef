import { afterEach, describe, expect, it } from 'vitest';
import * as calls from '../../src/shell/kernel/calls.ts';
import type { Process } from '../../src/shell/kernel/process.ts';
import { SIGNALS } from '../../src/shell/kernel/signals.ts';
import { ROOT } from '../../src/vfs/overlay/permission.ts';
import { idleProcess, run, type TestKernel } from '../support/testKernel.ts';
import { imageKernel } from './container.ts';

const running: Process[] = [];

afterEach(() => {
  for (const process of running.splice(0)) process.kill(SIGNALS.KILL);
});

async function shell(machine: TestKernel, script: string) {
  return run(machine, ['/bin/sh', '-c', script], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
}

/** An nginx that serves, with what it wrote. */
async function serving(config: string, files: Readonly<Record<string, string>> = {}): Promise<TestKernel> {
  const machine = await imageKernel('library/nginx', 'latest');
  const idle = idleProcess(machine);
  for (const path of ['/var/log/nginx/access.log', '/var/log/nginx/error.log']) calls.unlink(idle, path);
  if (config !== '') await calls.writeFile(idle, '/etc/nginx/conf.d/default.conf', config);
  for (const [path, text] of Object.entries(files)) {
    calls.makeDirectories(idle, path.slice(0, path.lastIndexOf('/')));
    await calls.writeFile(idle, path, text);
  }
  const master = machine.kernel.launch(
    {
      namespaces: machine.namespaces,
      argv: ['nginx'],
      env: new Map([['NGINX_VERSION', '1.25.3']]),
      cwd: '/',
      credentials: ROOT,
      files: new Map(),
      group: 'new',
    },
    (self) => self.exec('/usr/sbin/nginx', ['nginx', '-g', 'daemon off;']),
  );
  running.push(master);
  for (let i = 0; i < 1000 && !calls.statIfThere(idle, '/var/run/nginx.pid'); i++)
    await new Promise((resolve) => setTimeout(resolve, 1));
  return machine;
}

describe('CAT-4 nginx', () => {
  it('tests its configuration and tells its version', async () => {
    const machine = await imageKernel('library/nginx', 'latest');
    expect((await shell(machine, 'NGINX_VERSION=1.25.3 nginx -v')).stderr).toBe('nginx version: nginx/1.25.3\n');
    expect((await shell(machine, 'nginx -t')).stderr).toBe(
      'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n',
    );
    await shell(machine, 'echo "frobnicate on;" > /etc/nginx/conf.d/bad.conf');
    expect(await shell(machine, 'nginx -t')).toMatchObject({
      code: 1,
      stderr:
        'nginx: [emerg] unknown directive "frobnicate" in /etc/nginx/conf.d/bad.conf:1\nnginx: configuration file /etc/nginx/nginx.conf test failed\n',
    });
    await shell(machine, 'echo "server { listen 80;" > /etc/nginx/conf.d/bad.conf');
    expect((await shell(machine, 'nginx')).stderr).toContain('unexpected end of file, expecting "}"');
    expect((await shell(machine, 'nginx -s reload')).code).toBe(1);
    expect((await shell(machine, 'nginx -x')).stderr).toBe('nginx: [emerg] invalid option: "x"\n');
  });

  it('serves the files of the image, an error page for others, and logs both', async () => {
    const machine = await serving('');
    const index = await shell(machine, 'curl -si http://localhost/');
    expect(index.stdout).toContain('HTTP/1.1 200 OK\r\nServer: nginx/1.25.3\r\n');
    expect(index.stdout).toContain('Content-Type: text/html\r\n');
    expect(index.stdout).toContain('<title>Welcome to nginx!</title>');
    const missing = await shell(machine, 'curl -s -o - -w "%{http_code}" http://localhost/missing');
    expect(missing.stdout).toBe(
      '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx/1.25.3</center>\r\n</body>\r\n</html>\r\n404',
    );
    const log = (await shell(machine, 'cat /var/log/nginx/access.log')).stdout.split('\n');
    expect(log[0]).toMatch(
      /^127\.0\.0\.1 - - \[14\/Nov\/2023:22:13:\d\d \+0000\] "GET \/ HTTP\/1\.1" 200 \d+ "-" "curl\//,
    );
    expect(log[1]).toContain('"GET /missing HTTP/1.1" 404 153 "-"');
    expect((await shell(machine, 'cat /var/log/nginx/error.log')).stdout).toContain(
      'open() "/usr/share/nginx/html/missing" failed (2: No such file or directory), client: 127.0.0.1',
    );
    await shell(machine, 'chmod 600 /usr/share/nginx/html/index.html');
    expect((await shell(machine, 'curl -s -o /dev/null -w "%{http_code}" http://localhost/')).stdout).toBe('403');
  });

  it.each([
    ['/exact', '200 exact'],
    ['/exactly', '404'],
    ['/static/a.txt', '200 from alias'],
    ['/picture.PNG', '200 a picture'],
    ['/old', '301 http://localhost/new'],
    ['/folder', '301 http://localhost/folder/'],
    ['/folder/', '200 inside'],
    ['/empty/', '403'],
    ['/app/deep/link', '200 single page'],
    ['/up/hello', '200 /inner/hello'],
    ['/broken/', '502'],
    ['/oops', '200 own page'],
  ])('answers %s as its location says', async (path, expected) => {
    const machine = await serving(
      `server {
  listen 80;
  root /srv;
  error_page 410 /own.html;
  location = /exact { return 200 "exact"; }
  location ^~ /static/ { alias /data/; }
  location ~* \\.png$ { root /pictures; }
  location /old { return 301 /new; }
  location /app/ { try_files $uri $uri/ /index.html; }
  location /up/ { proxy_pass http://127.0.0.1:8080/inner/; }
  location /broken/ { proxy_pass http://127.0.0.1:9; }
  location /oops { return 410; }
}
server { listen 8080; location / { return 200 $uri; } }
`,
      {
        '/data/a.txt': 'from alias',
        '/pictures/picture.PNG': 'a picture',
        '/srv/folder/index.html': 'inside',
        '/srv/empty/x': '',
        '/srv/index.html': 'single page',
        '/srv/own.html': 'own page',
      },
    );
    const { stdout } = await shell(machine, `curl -s -w "\\n%{http_code} %{redirect_url}" http://localhost${path}`);
    const lines = stdout.split('\n');
    const [code = '', redirect = ''] = (lines.pop() ?? '').split(' ');
    const [status = '', text = ''] = [expected.slice(0, 3), expected.slice(4)];
    if (path === '/oops') expect(code).toBe('410');
    else expect(code).toBe(status);
    if (status === '301') expect(redirect).toBe(text);
    else if (text !== '') expect(lines.join('\n')).toBe(text);
  });

  it('takes a new configuration at a reload, keeps the old one where that is wrong, and stops', async () => {
    const machine = await serving('server { listen 80; return 200 one; }\n');
    const get = async (port: number) => (await shell(machine, `curl -s http://localhost:${port}/`)).stdout;
    expect(await get(80)).toBe('one');
    await shell(machine, 'echo "server { listen 81; return 200 two; }" > /etc/nginx/conf.d/default.conf');
    expect((await shell(machine, 'nginx -s reload && sleep 1')).code).toBe(0);
    expect(await get(81)).toBe('two');
    expect(await get(80)).toBe('');
    await shell(machine, 'echo "server { listen 82; bad on; }" > /etc/nginx/conf.d/default.conf');
    expect((await shell(machine, 'nginx -s reload')).stderr).toContain('unknown directive "bad"');
    expect(await get(81)).toBe('two');
    expect((await shell(machine, 'nginx -s quit && sleep 1')).stderr).toContain('[emerg]');
    await shell(machine, 'echo > /etc/nginx/conf.d/default.conf; nginx -s quit; sleep 1');
    expect(await get(81)).toBe('');
    expect(running[0]?.status).toEqual({ code: 0 });
  });
});
