import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeName } from '../../../src/bytes/byteName.ts';
import type { HttpRequest, HttpResponse, Network } from '../../../src/shell/kernel/network.ts';
import { UTILITIES } from '../../../src/shell/utilities/registry.ts';
import { VfsError } from '../../../src/vfs/vfsError.ts';
import { type Files, idleProcess, run, type TestKernel, testKernel } from '../../support/testKernel.ts';

function machine(files: Files = {}, network?: Network): TestKernel {
  return testKernel({ programs: UTILITIES, files: { '/data': null, ...files }, ...(network && { network }) });
}

const sh = (on: TestKernel, line: string, stdin = '') => run(on, line.split(' '), { cwd: '/data', stdin });

describe('the registry', () => {
  it('loads every program that it names', async () => {
    for (const name of UTILITIES.names())
      expect([name, typeof (await UTILITIES.load(name))]).toEqual([name, 'function']);
  });

  it('knows nothing else', () => {
    expect(UTILITIES.has('toString')).toBe(false);
    expect(() => UTILITIES.load('nosuch')).toThrow(RangeError);
  });
});

describe('counts of bytes', () => {
  it('head takes m as M', async () => {
    const { stdout } = await sh(machine({ '/data/big': 'x'.repeat(1_048_580) }), 'head -c 1m big');
    expect(stdout).toHaveLength(1_048_576);
  });
});

describe('users and groups', () => {
  it('are added, changed and removed', async () => {
    const on = machine({ '/etc/shadow': 'root:*:19000:0:99999:7:::\n', '/etc/skel/.profile': '# profile\n' });
    expect((await sh(on, 'groupadd -g 2000 dev')).code).toBe(0);
    expect((await sh(on, 'useradd -m -s /bin/bash -G dev bob')).code).toBe(0);
    expect((await sh(on, 'id bob')).stdout).toBe('uid=1000(bob) gid=1000(bob) groups=1000(bob),2000(dev)\n');
    expect((await sh(on, 'ls -la /home/bob')).stdout).toContain('1 bob  bob    10');
    expect((await sh(on, 'getent passwd bob')).stdout).toBe('bob:x:1000:1000::/home/bob:/bin/bash\n');
    expect((await sh(on, 'useradd bob')).stderr).toBe("useradd: user 'bob' already exists\n");
    expect((await sh(on, 'usermod -l rob bob')).code).toBe(0);
    expect((await sh(on, 'groups rob')).stdout).toBe('rob : bob dev\n');
    expect((await sh(on, 'chpasswd', 'rob:secret\n')).code).toBe(0);
    expect((await sh(on, 'passwd -S rob')).stdout).toMatch(/^rob P /);
    expect((await sh(on, 'userdel -r rob')).stderr).toContain('mail spool');
    expect((await sh(on, 'id rob')).stderr).toBe("id: 'rob': no such user\n");
    expect((await sh(on, 'ls /home')).stdout).toBe('');
  });

  it('become another by sudo and su', async () => {
    const on = machine({ '/usr/bin/env.txt': '' });
    await sh(on, 'useradd bob');
    await sh(on, 'chmod 4755 /usr/bin/sudo /usr/bin/su');
    expect((await sh(on, 'sudo -u bob id -un')).stdout).toBe('bob\n');
    expect((await sh(on, 'sudo nosuch')).stderr).toBe('sudo: nosuch: command not found\n');
    const bob = { uid: 1000, gid: 1000, groups: [], umask: 0o022 };
    const refused = await run(on, ['sudo', 'id'], { credentials: bob });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^bob is not in the sudoers file/);
    expect((await run(on, ['su'], { credentials: bob })).stderr).toContain('Authentication failure');
  });

  it('may not be touched by others than root', async () => {
    const on = machine();
    const user = { uid: 7, gid: 7, groups: [], umask: 0o022 };
    expect((await run(on, ['useradd', 'eve'], { credentials: user })).code).toBe(1);
    expect((await run(on, ['groupadd', 'eve'], { credentials: user })).code).toBe(10);
    expect((await sh(on, 'id eve')).code).toBe(1);
  });
});

describe('processes', () => {
  it('are shown, found and ended', async () => {
    const on = machine();
    // Process 1 takes no signal that it has no handler for.
    idleProcess(on);
    const sleeping = sh(on, 'sleep infinity');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const pid = (await sh(on, 'pgrep sleep')).stdout.trim();
    expect(pid).toMatch(/^\d+$/);
    expect((await sh(on, 'ps -ef')).stdout).toContain('sleep infinity');
    expect((await sh(on, `ps -o comm= -p ${pid}`)).stdout).toBe('sleep\n');
    expect((await sh(on, 'pidof sleep')).stdout).toBe(`${pid}\n`);
    expect((await sh(on, `kill -TERM ${pid}`)).code).toBe(0);
    expect((await sleeping).code).toBe(143);
    expect((await sh(on, `kill ${pid}`)).stderr).toBe(`kill: (${pid}): No such process\n`);
    expect((await sh(on, 'killall sleep')).stderr).toBe('sleep: no process found\n');
  });

  it('end when their time is over', async () => {
    const on = machine();
    expect((await sh(on, 'timeout 1 sleep 100')).code).toBe(124);
    expect((await sh(on, 'timeout -s KILL 1 sleep 100')).code).toBe(137);
    expect((await sh(on, 'timeout --preserve-status 1 sleep 100')).code).toBe(143);
    expect((await sh(on, 'timeout 100 false')).code).toBe(1);
    expect((await sh(on, 'timeout 1 nosuch')).code).toBe(127);
  });

  it('have a root of their own by chroot, and leave the others theirs', async () => {
    const on = machine({ '/jail/etc/hostname': 'jail\n' });
    await sh(on, 'mkdir -p /jail/usr/bin');
    await sh(on, 'cp /usr/bin/cat /usr/bin/ls /jail/usr/bin');
    expect((await sh(on, 'chroot /jail /usr/bin/cat /etc/hostname')).stdout).toBe('jail\n');
    expect((await sh(on, 'ls -d /jail')).stdout).toBe('/jail\n');
    expect((await sh(on, 'chroot /nope ls')).stderr).toBe(
      "chroot: cannot change root directory to '/nope': No such file or directory\n",
    );
  });
});

describe('mounts', () => {
  it('come and go', async () => {
    const on = machine({ '/data/x': 'x', '/mnt': null });
    expect((await sh(on, 'mount --bind /data /mnt')).code).toBe(0);
    expect((await sh(on, 'ls /mnt')).stdout).toBe('x\n');
    expect((await sh(on, 'mountpoint /mnt')).stdout).toBe('/mnt is a mountpoint\n');
    expect((await sh(on, 'umount /mnt')).code).toBe(0);
    expect((await sh(on, 'ls /mnt')).stdout).toBe('');
    expect((await sh(on, 'umount /mnt')).stderr).toBe('umount: /mnt: not mounted.\n');
    expect((await sh(on, 'mount -t tmpfs none /mnt')).code).toBe(0);
    expect((await sh(on, 'df /mnt')).stdout).toContain('none');
  });
});

/** A host of the lab that serves one text, a redirect to it, and nothing else. */
const LAB: Network = {
  resolve: (host) => (host === 'lab' ? '10.0.0.2' : undefined),
  service(host, port) {
    if (host !== '10.0.0.2') throw new VfsError('ENOENT', 'connect', host);
    if (port !== 80) throw new VfsError('ECONNREFUSED', 'connect', host);
    return { http: (request) => Promise.resolve(answer(request)) };
  },
};

function answer({ url, method, headers }: HttpRequest): HttpResponse {
  const body = (text: string) =>
    (async function* () {
      yield encodeName(text);
    })();
  if (url.pathname === '/moved')
    return { status: 302, statusText: 'Found', headers: { Location: '/text' }, body: body('') };
  if (url.pathname !== '/text') return { status: 404, statusText: 'Not Found', headers: {}, body: body('no\n') };
  const text = `${method} ${headers['X-A'] ?? ''}\n`;
  return { status: 200, statusText: 'OK', headers: { 'Content-Length': String(text.length) }, body: body(text) };
}

describe('curl and wget', () => {
  it.each([
    ['curl -s http://lab/text', 0, 'GET \n'],
    ['curl -s -H X-A:1 lab/text', 0, 'GET 1\n'],
    ['curl -s -X PUT lab/text', 0, 'PUT \n'],
    ['curl -s -d a=b lab/text', 0, 'POST \n'],
    ['curl -sL lab/moved', 0, 'GET \n'],
    ['curl -s lab/none', 0, 'no\n'],
    ['curl -sf lab/none', 22, ''],
    ['curl -s -o /dev/null -w %{http_code} lab/none', 0, '404'],
    ['curl -s lab:81/', 7, ''],
    ['curl -s http://elsewhere.example/', 6, ''],
    ['wget -qO- http://lab/moved', 0, 'GET \n'],
    ['wget -q http://lab/none', 8, ''],
    ['wget -q http://elsewhere.example/', 4, ''],
  ])('%s', async (line, code, stdout) => {
    const result = await sh(machine({}, LAB), line);
    expect([result.code, result.stdout]).toEqual([code, stdout]);
  });

  it('say who reaches the outside', async () => {
    const { stderr } = await sh(machine({}, LAB), 'curl http://elsewhere.example/');
    expect(stderr).toBe(
      'curl: (6) Could not resolve host: elsewhere.example\npalimpsest: only a companion reaches hosts outside the lab network\n',
    );
  });

  it('save under the name of the file', async () => {
    const on = machine({}, LAB);
    expect((await sh(on, 'curl -sO http://lab/text')).code).toBe(0);
    expect((await sh(on, 'wget http://lab/text')).stderr).toContain("Saving to: 'text.1'");
    expect((await sh(on, 'cmp text text.1')).code).toBe(0);
  });
});

describe('unzip', () => {
  const hasZip = spawnSync('zip', ['-v']).status === 0;
  it.runIf(hasZip)('unpacks what the real zip packed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zip-'));
    try {
      writeFileSync(join(folder, 'a.txt'), 'text '.repeat(1000));
      writeFileSync(join(folder, 'b'), 'x');
      symlinkSync('a.txt', join(folder, 'link'));
      execFileSync('zip', ['-qy', 'z.zip', 'a.txt', 'b', 'link'], { cwd: folder });
      const on = machine({ '/data/z.zip': new Uint8Array(readFileSync(join(folder, 'z.zip'))) });
      expect((await sh(on, 'unzip z.zip')).stdout).toContain('inflating: a.txt');
      expect((await sh(on, 'cat a.txt')).stdout).toBe('text '.repeat(1000));
      expect((await sh(on, 'readlink link')).stdout).toBe('a.txt\n');
      expect((await sh(on, 'unzip -l z.zip')).stdout).toContain('5006                     3 files');
      expect((await sh(on, 'unzip -p z.zip b')).stdout).toBe('x');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('unpacks what our zip packed, as the real one does', async () => {
    const on = machine({ '/data/d/a': 'text '.repeat(1000), '/data/d/b': 'x' });
    expect((await sh(on, 'zip -r z d')).stdout).toContain('adding: d/a (deflated 99%)');
    await sh(on, 'rm -r d');
    expect((await sh(on, 'unzip -q z')).code).toBe(0);
    expect((await sh(on, 'cat d/a')).stdout).toBe('text '.repeat(1000));
    if (!hasZip) return;
    const folder = mkdtempSync(join(tmpdir(), 'zip-'));
    try {
      const { stdout } = await sh(on, 'base64 -w0 z.zip');
      writeFileSync(join(folder, 'z.zip'), Buffer.from(stdout, 'base64'));
      expect(execFileSync('zip', ['-T', 'z.zip'], { cwd: folder, encoding: 'utf8' })).toContain('OK');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses what is none', async () => {
    const on = machine({ '/data/z.zip': 'no archive' });
    expect((await sh(on, 'unzip z.zip')).code).toBe(9);
    expect((await sh(on, 'unzip nope')).stderr).toBe('unzip:  cannot find or open nope, nope.zip or nope.ZIP.\n');
  });
});

describe('file', () => {
  it.each([
    ['x', 'ASCII text, with no line terminators'],
    ['text\n', 'ASCII text'],
    ['grün\n', 'Unicode text, UTF-8 text'],
    ['', 'empty'],
    ['\u007fELF\u0002\u0001\u0001', 'ELF 64-bit'],
    ['\u001f', 'data'],
  ])('tells %j', async (text, kind) => {
    const { stdout } = await sh(
      machine({ '/data/a': text.padEnd(text.startsWith('\u007f') ? 64 : 0, '\0') }),
      'file -b a',
    );
    expect(stdout.startsWith(kind)).toBe(true);
  });

  it('tells archives', async () => {
    const on = machine({ '/data/a': 'text\n' });
    await sh(on, 'tar cf a.tar a');
    await sh(on, 'gzip -k a');
    expect((await sh(on, 'file a.tar')).stdout).toBe('a.tar: POSIX tar archive (GNU)\n');
    expect((await sh(on, 'file -b a.gz')).stdout).toMatch(/^gzip compressed data, was "a", .*from Unix/);
  });
});

describe('options that are not simulated', () => {
  it.each(['ls --context', 'tar --delete -f a', 'cp -Z a b', 'curl -x proxy lab', 'find -O9x'])(
    '%s is refused',
    async (line) => {
      const { code, stderr } = await sh(machine(), line);
      expect(code).not.toBe(0);
      expect(stderr).not.toBe('');
    },
  );

  it('are named', async () => {
    const { code, stderr } = await sh(machine(), 'ls --context');
    expect([code, stderr]).toEqual([2, "ls: option '--context' is not simulated\n"]);
  });
});

describe('damaged archives', () => {
  it('leave tar with an error, never without end', async () => {
    const on = machine({ '/data/a': 'x'.repeat(5000) });
    await sh(on, 'tar cf a.tar a');
    await sh(on, 'truncate -s 3000 a.tar');
    expect((await sh(on, 'tar tf a.tar')).code).toBe(2);
    const climbing = machine({ '/data/up.tar': climbingTar() });
    expect((await sh(climbing, 'tar xf up.tar')).stderr).toContain("Member name contains '..'");
    expect((await sh(climbing, 'ls /')).stdout).not.toContain('evil');
  });
});

/** A member that climbs out of the directory. */
function climbingTar(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'tar-'));
  try {
    writeFileSync(join(folder, 'evil'), 'x');
    return new Uint8Array(execFileSync('tar', ['-cPf', '-', '--transform=s,^,../,', 'evil'], { cwd: folder }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
