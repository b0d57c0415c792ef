import { describe, expect, it } from 'vitest';
import { encodeName } from '../../../src/bytes/byteName.ts';
import type { HttpResponse, Network } from '../../../src/shell/kernel/network.ts';
import { UTILITIES } from '../../../src/shell/utilities/registry.ts';
import { VfsError } from '../../../src/vfs/vfsError.ts';
import { type Files, run, type TestKernel, testKernel } from '../../support/testKernel.ts';

function machine(files: Files = {}, network?: Network): TestKernel {
  return testKernel({ programs: UTILITIES, files: { '/data': null, ...files }, ...(network && { network }) });
}

const sh = (on: TestKernel, line: string, stdin = '') => run(on, line.split(' '), { cwd: '/data', stdin });

/** `/slow` never answers, `/stuck` stops amid its body, `/headers` shows what was asked, `/local` leads to a file. */
const LAB: Network = {
  resolve: (host) => (host === 'lab' ? '10.0.0.2' : undefined),
  service(host) {
    if (host !== '10.0.0.2') throw new VfsError('ENOENT', 'connect', host);
    return {
      http({ url, headers }) {
        if (url.pathname === '/slow') return new Promise<HttpResponse>(() => undefined);
        const location: Record<string, string> = url.pathname === '/local' ? { Location: 'file:///etc/passwd' } : {};
        return Promise.resolve({
          status: url.pathname === '/local' ? 302 : 200,
          statusText: 'OK',
          headers: location,
          body: (async function* () {
            yield encodeName(`${headers.Pragma ?? ''}\n`);
            if (url.pathname === '/stuck') await new Promise(() => undefined);
          })(),
        });
      },
    };
  },
};

describe('limits of time and protocol', () => {
  it.each([
    ['curl -sS -m 2 http://lab/slow', 28, /^curl: \(28\) Operation timed out after 20\d\d milliseconds with 0 bytes/],
    ['curl -sS --max-time 1.5 http://lab/stuck', 28, /after 15\d\d milliseconds with 1 bytes received/],
    ['curl -sS -m 1 --retry 9 --retry-max-time 3 http://lab/slow', 28, /timed out after/],
    ['curl -sS -m soon http://lab/text', 2, /option -m: expected a proper numerical parameter/],
    ['curl -sS --proto =https http://lab/text', 1, /Protocol "http" not supported or disabled/],
    ['curl -sSL http://lab/local', 1, /Protocol "file" not supported or disabled/],
    ['wget -T 1 -t 2 http://lab/slow', 4, /in headers\.\nRetrying\.\n\n--.*--\s+\(try: 2\) [\s\S]*Giving up\.\n/],
    ['wget -T 1 http://lab/stuck', 4, /Read error at byte 1 \(Connection timed out\)/],
    ['wget -T never http://lab/text', 2, /--timeout: Invalid time period 'never'/],
    ['wget --progress=dot:mega -O /dev/null http://lab/text', 0, / {5}0K {55}100%=0s\n/],
    ['wget -q --show-progress -O /dev/null http://lab/text', 0, /<=>/],
    ['wget --progress=snail http://lab/text', 2, /Invalid progress type 'snail'/],
  ])('%s', async (line, code, stderr) => {
    const result = await sh(machine({}, LAB), line);
    expect(result.stderr).toMatch(stderr);
    expect(result.code).toBe(code);
  });

  it('wget --no-cache asks for what is new', async () => {
    expect((await sh(machine({}, LAB), 'wget -qO- --no-cache http://lab/text')).stdout).toBe('no-cache\n');
  });

  it('ping -w ends in time', async () => {
    expect((await sh(machine({}, LAB), 'ping -w 3 lab')).stdout).toContain('3 packets transmitted');
  });
});

describe('what an option asks for', () => {
  it.each([
    ['tar cf a.tar --totals a', /^Total bytes written: 10240 \(10KiB, .*B\/s\)\n$/],
    ['tar tf b.tar --totals', /^Total bytes read: 10240 \(10KiB, /],
    ['tar cf a.tar --warning=snail a', /invalid argument 'snail' for '--warning'/],
    ['tar cf a.tar --totals=USR1 a', /'--totals=SIGNAL' is not simulated/],
    ['tar cSf a.tar a', /option '-S' is not simulated/],
    ['xargs -n 9 -s 12 -x echo', /argument list too long/],
    ['dd if=link of=/dev/null iflag=nofollow', /failed to open 'link': Too many levels/],
    ['dd if=a of=b conv=sparse', /'sparse' is not simulated/],
    ['grep -D guess x a', /unknown devices method/],
    ['sudo -b id', /option '-b' is not simulated/],
    ['vi -b a', /option '-b' is not simulated/],
    ['useradd -e soon eve', /invalid date 'soon'/],
  ])('%s', async (line, stderr) => {
    const on = machine({ '/data/a': 'x\n' });
    await sh(on, 'tar cf b.tar a');
    await sh(on, 'ln -s a link');
    expect((await sh(on, line, 'one two three four five six\n')).stderr).toMatch(stderr);
  });

  it('accounts age', async () => {
    const on = machine({ '/etc/shadow': 'root:*:19000:0:99999:7:::\n' });
    expect((await sh(on, 'useradd -e 2030-01-02 -f 5 bob')).code).toBe(0);
    expect((await sh(on, 'grep bob /etc/shadow')).stdout).toMatch(/^bob:!:\d+:0:99999:7:5:21916:\n$/);
    expect((await sh(on, 'usermod -e 1970-01-11 -f 9 bob')).code).toBe(0);
    expect((await sh(on, 'passwd -e bob')).code).toBe(0);
    expect((await sh(on, 'grep bob /etc/shadow')).stdout).toBe('bob:!:0:0:99999:7:9:10:\n');
  });

  it('sed -i --follow-symlinks edits what a link leads to', async () => {
    const on = machine({ '/data/a': 'x\n' });
    await sh(on, 'ln -s a link');
    expect((await sh(on, 'sed -i --follow-symlinks s/x/y/ link')).code).toBe(0);
    expect((await sh(on, 'readlink link')).stdout).toBe('a\n');
    expect((await sh(on, 'cat a')).stdout).toBe('y\n');
  });

  it('grep -D skip reads no fifo', async () => {
    const on = machine();
    await sh(on, 'mkfifo pipe');
    expect((await sh(on, 'grep -D skip x pipe')).code).toBe(1);
  });

  it('patch -u takes no context diff', async () => {
    const on = machine({ '/data/a': 'x\n' });
    const normal = '1c1\n< x\n---\n> y\n';
    expect((await sh(on, 'patch -u a', normal)).stderr).toContain('Only garbage');
    expect((await sh(on, 'patch -n a', normal)).code).toBe(0);
    expect((await sh(on, 'cat a')).stdout).toBe('y\n');
  });
});
