import { describe, expect, it } from 'vitest';
import { run, type TestKernel } from '../support/testKernel.ts';
import { imageKernel } from './container.ts';

const ENV = {
  PATH: '/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HTTPD_VERSION: '2.4.58',
};
const CONF = '/usr/local/apache2/conf/httpd.conf';
const sh = (machine: TestKernel, script: string) => run(machine, ['/bin/sh', '-c', script], { env: ENV });
/** A page, by a client that is no part of the image. */
const get = (machine: TestKernel, words: string) =>
  run(machine, async (process) => {
    const { UTILITIES } = await import('../../src/shell/utilities/registry.ts');
    process.argv = ['curl', '-s', ...words.split(' ')];
    return (await UTILITIES.load('curl'))(process);
  });

describe('CAT-4 httpd', () => {
  it('serves files, lists folders, redirects names of folders, and logs', async () => {
    const machine = await imageKernel('library/httpd', '2.4');
    await sh(
      machine,
      'mkdir -p htdocs; cd /usr/local/apache2; mkdir htdocs/files; echo one > htdocs/files/a.txt; touch htdocs/locked; chmod 600 htdocs/locked',
    );
    expect((await sh(machine, 'httpd -k start 2>/tmp/err; cat /tmp/err')).stdout).toMatch(
      /^AH00558: httpd: Could not reliably determine/,
    );
    expect((await get(machine, 'http://localhost/')).stdout).toBe('<html><body><h1>It works!</h1></body></html>\n');
    const head = (await get(machine, '-i http://localhost/none')).stdout;
    expect(head).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect(head).toContain('Server: Apache/2.4.58 (Unix)');
    expect(head).toContain('<p>The requested URL was not found on this server.</p>');
    expect((await get(machine, 'http://localhost/files/')).stdout).toContain('<li><a href="a.txt"> a.txt</a></li>');
    expect((await get(machine, '-i http://localhost/files')).stdout).toMatch(/^HTTP\/1\.1 301 /);
    expect((await get(machine, '-o /dev/null -w %{http_code} http://localhost/locked')).stdout).toBe('403');
    expect((await get(machine, '-X POST -d x -o /dev/null -w %{http_code} http://localhost/')).stdout).toBe('405');
    expect((await get(machine, '-o /dev/null -w %{http_code} http://localhost/%2e%2e/%2e%2e/etc/passwd')).stdout).toBe(
      '404',
    );
    expect(
      (
        await sh(
          machine,
          'cat /usr/local/apache2/logs/httpd.pid; apachectl stop; sleep 0.1; ls /usr/local/apache2/logs',
        )
      ).stdout,
    ).toMatch(/^\d+\n$/);
    expect((await get(machine, 'http://localhost/')).code).toBe(7);
  });

  it('hosts by their names, aliases, redirects, pages of errors, and a log', async () => {
    const machine = await imageKernel('library/httpd', '2.4');
    await sh(
      machine,
      `mkdir -p /srv/two /srv/pics; echo two > /srv/two/index.html; echo pic > /srv/pics/p.txt
cat >> ${CONF} <<'END'
ServerName one.example
CustomLog /tmp/access "%h \\"%r\\" %>s %b %{User-Agent}i"
Alias /pics "/srv/pics"
Redirect permanent /old http://one.example/new
ErrorDocument 404 "nothing here"
<VirtualHost *:80>
  ServerName one.example
  DocumentRoot /usr/local/apache2/htdocs
  Alias /pics "/srv/pics"
  Redirect permanent /old http://one.example/new
  ErrorDocument 404 "nothing here"
</VirtualHost>
<VirtualHost *:80>
  ServerName two.example
  DocumentRoot /srv/two
</VirtualHost>
END
httpd -t; httpd -k start; echo '127.0.0.1 one.example two.example' >> /etc/hosts`,
    );
    expect((await get(machine, 'http://two.example/')).stdout).toBe('two\n');
    expect((await get(machine, 'http://one.example/pics/p.txt')).stdout).toBe('pic\n');
    expect((await get(machine, 'http://one.example/none')).stdout).toBe('nothing here');
    expect((await get(machine, '-o /dev/null -w %{redirect_url} http://one.example/old/a')).stdout).toBe(
      'http://one.example/new/a',
    );
    expect((await sh(machine, 'head -1 /tmp/access')).stdout).toMatch(/^[\d.]+ "GET \/ HTTP\/1\.1" 200 4 curl\//);
    expect((await sh(machine, `echo 'Listen 8081' >> ${CONF}; httpd -k graceful; sleep 0.1`)).code).toBe(0);
    expect((await get(machine, 'http://localhost:8081/')).stdout).toContain('It works!');
  });

  it.each([
    ['Frobnicate on', /Invalid command 'Frobnicate', perhaps misspelled/],
    ['<Directory /x>', /Expected <\/directory>/],
    ['</Directory>', /<\/Directory> without matching <Directory> section/],
    ['Listen nowhere', /Port must be specified/],
    ['Include conf/none.conf', /Could not open configuration file \/usr\/local\/apache2\/conf\/none\.conf/],
    ['Include conf/httpd.conf', /included too deeply/],
  ])('refuses %j', async (line, message) => {
    const machine = await imageKernel('library/httpd', '2.4');
    const tested = await sh(machine, `echo '${line}' >> ${CONF}; httpd -t`);
    expect(tested.code).toBe(1);
    expect(tested.stderr).toMatch(message);
  });

  it('tells its version, that a configuration is right, and what it does not simulate', async () => {
    const machine = await imageKernel('library/httpd', '2.4');
    expect((await sh(machine, 'httpd -v')).stdout).toBe('Server version: Apache/2.4.58 (Unix)\n');
    expect((await sh(machine, 'apachectl configtest')).stderr).toBe('Syntax OK\n');
    expect((await sh(machine, `echo 'RewriteEngine On' >> ${CONF}; httpd -t`)).stderr).toBe(
      'httpd: [warn] "RewriteEngine" is not simulated here and does nothing\nSyntax OK\n',
    );
    expect((await sh(machine, 'httpd -k frob')).stderr).toBe('httpd: unknown -k argument: frob\n');
    expect((await sh(machine, 'httpd --frob')).code).toBe(1);
  });
});
