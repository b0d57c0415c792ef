import { describe, expect, it } from 'vitest';
import { compareApkVersions, isMet, readDependency } from '../../src/catalogue/packages/apk/apkVersion.ts';
import * as calls from '../../src/shell/kernel/calls.ts';
import { decodeName } from '../../src/bytes/byteName.ts';
import { idleProcess, run, type TestKernel } from '../support/testKernel.ts';
import { catalogue, imageKernel } from './container.ts';

const FETCH = ['main', 'community']
  .map((name) => `fetch https://dl-cdn.alpinelinux.org/alpine/v3.18/${name}/x86_64/APKINDEX.tar.gz\n`)
  .join('');

const apk = (machine: TestKernel, command: string) => run(machine, ['/sbin/apk', ...command.split(' ')]);

async function text(machine: TestKernel, path: string): Promise<string> {
  return decodeName(await calls.readFile(idleProcess(machine), path));
}

describe('CAT-2 Alpine’s packages', () => {
  it('every package has what it depends on, and files of the size that it installs', async () => {
    const index = await catalogue.alpine.index();
    expect(index.size).toBeGreaterThan(200);
    for (const { name, dependencies, installedBytes } of index.values()) {
      expect(
        dependencies.filter((one) => !index.has(one)),
        name,
      ).toEqual([]);
      const entries = await catalogue.alpine.entries(name);
      const sizeBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
      // Of small ones most is what the file system rounds up.
      if (installedBytes > 65_536) expect(sizeBytes, name).toBeGreaterThan(installedBytes / 3);
      expect(sizeBytes, name).toBeLessThan(installedBytes * 1.5 + 4096);
    }
  });
});

describe('CAT-3 versions of apk', () => {
  it.each([
    ['1.2.3-r0', '1.2.3-r1'],
    ['1.9', '1.10'],
    ['12.2.1_git20220924-r10', '12.2.1_git20221001-r0'],
    ['1.0_rc1', '1.0'],
    ['1.0', '1.0_p1'],
    ['1.0_alpha2', '1.0_beta1'],
    ['1.0', '1.0a'],
    ['3.2', '3.2.1'],
  ])('%s is older than %s', (older, newer) => {
    expect(compareApkVersions(older, newer)).toBeLessThan(0);
    expect(compareApkVersions(newer, older)).toBeGreaterThan(0);
    expect(compareApkVersions(newer, newer)).toBe(0);
  });

  it.each([
    ['nginx~1.24', '1.24.0-r7', true],
    ['nginx~1.2', '1.24.0-r7', false],
    ['nginx>=1.24', '1.24.0-r7', true],
    ['nginx<1.24', '1.24.0-r7', false],
    ['nginx=1.24.0-r7', '1.24.0-r7', true],
    ['nginx@edge', '1.24.0-r7', true],
    ['nginx>1.24.0-r6', '1.24.0-r7', true],
  ])('%s of %s: %s', (wanted, version, met) => {
    expect(readDependency(wanted).name).toBe('nginx');
    expect(isMet(readDependency(wanted), version)).toBe(met);
  });
});

describe('CAT-3 apk installs from the catalogue as the real one does', () => {
  it('curl: dependencies first, triggers, what it costs, and what the databases say', async () => {
    const machine = await imageKernel('library/alpine', '3.18');
    expect(await apk(machine, 'add --no-cache curl')).toEqual({
      code: 0,
      stderr: 'NOTE: The packages are stand-ins of Alpine 3.18 from a catalogue: no network was asked.\n',
      stdout: `${FETCH}(1/7) Installing ca-certificates (20230506-r0)
(2/7) Installing brotli-libs (1.0.9-r14)
(3/7) Installing libunistring (1.1-r1)
(4/7) Installing libidn2 (2.3.4-r1)
(5/7) Installing nghttp2-libs (1.57.0-r0)
(6/7) Installing libcurl (8.4.0-r0)
(7/7) Installing curl (8.4.0-r0)
Executing busybox-1.36.1-r2.trigger
Executing ca-certificates-20230506-r0.trigger
OK: 11 MiB in 22 packages
`,
    });
    const process = idleProcess(machine);
    expect(calls.stat(process, '/usr/bin/curl').sizeBytes).toBeGreaterThan(100_000);
    expect(calls.readdir(process, '/var/cache/apk')).toEqual([]);
    expect(await text(machine, '/etc/apk/world')).toContain('\ncurl\n');
    expect(await text(machine, '/lib/apk/db/installed')).toContain('P:curl\nV:8.4.0-r0\nA:x86_64\n');
    expect((await apk(machine, 'info -W /usr/bin/curl')).stdout).toBe('/usr/bin/curl is owned by curl-8.4.0-r0\n');
    expect((await apk(machine, 'info -e curl git')).code).toBe(1);
    expect((await apk(machine, 'add curl --no-network')).stdout).toBe('OK: 11 MiB in 22 packages\n');
    expect((await apk(machine, 'del curl --no-cache -q')).code).toBe(0);
    expect((await apk(machine, 'info -e libcurl')).stdout).toBe('');
    expect(calls.statIfThere(process, '/usr/bin/curl')).toBeUndefined();
  });

  it('keeps an index unless it is told not to, and fetches it once', async () => {
    const machine = await imageKernel('library/alpine', '3.18');
    const read = await apk(machine, 'info jq');
    expect(read.code).toBe(1);
    expect(read.stderr).toContain(
      'WARNING: opening from cache https://dl-cdn.alpinelinux.org/alpine/v3.18/main: No such file or directory\n',
    );
    const updated = await apk(machine, 'update');
    expect(updated.stdout).toMatch(
      /^fetch .*\nfetch .*\nv3\.18.* \[https:.*\]\nv3\.18.* \[https:.*\]\nOK: \d+ distinct/,
    );
    expect(updated.stderr).toContain('stand-ins');
    expect((await apk(machine, 'add tree')).stdout).toMatch(/^\(1\/1\) Installing tree \(/);
    expect((await apk(machine, 'info -d jq')).stdout).toMatch(/^jq-1\.6-r3 description:\n/);
    const process = idleProcess(machine);
    const sizes = calls
      .readdir(process, '/var/cache/apk')
      .map(({ name }) => calls.stat(process, `/var/cache/apk/${name}`).sizeBytes);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(1e6);
  });

  it('a virtual package goes with all that only it needed, and applets come back', async () => {
    const machine = await imageKernel('library/alpine', '3.18');
    const added = await apk(machine, 'add --no-cache --virtual .build-deps build-base patch');
    expect(added.stdout).toMatch(/\) Installing \.build-deps \(\d{8}\.\d{6}\)\n/);
    expect(added.stdout).toMatch(/OK: \d{3} MiB in \d+ packages\n$/);
    const process = idleProcess(machine);
    expect(calls.lstat(process, '/usr/bin/patch').mode & 0o170000).toBe(0o100000);
    const removed = await apk(machine, 'del --no-network .build-deps');
    expect(removed.stdout).toMatch(/^\(1\/\d+\) Purging \.build-deps \(\d/);
    expect(removed.stdout).toMatch(/OK: 7 MiB in 15 packages\n$/);
    expect(calls.readlink(process, '/usr/bin/patch')).toBe('/bin/busybox');
    expect(calls.statIfThere(process, '/usr/libexec/gcc')).toBeUndefined();
  });

  it('says what it cannot do, with as many faults as its status', async () => {
    const machine = await imageKernel('library/alpine', '3.18');
    expect(await apk(machine, 'add --no-cache -q nothing-such curl=7.0')).toEqual({
      code: 2,
      stderr: 'ERROR: unable to select packages:\n',
      stdout:
        '  curl-8.4.0-r0:\n    breaks: world[curl=7.0]\n  nothing-such (no such package):\n    required by: world[nothing-such]\n',
    });
    expect(await text(machine, '/etc/apk/world')).not.toContain('curl');
    expect((await apk(machine, 'del --no-cache nothing-such')).stderr).toBe('ERROR: No such package: nothing-such\n');
    expect((await apk(machine, 'del --no-cache -q zlib')).code).toBe(0);
    expect((await apk(machine, 'del --no-cache zlib')).stdout).toContain(
      'World updated, but the following packages are not removed due to:\n  zlib: apk-tools\n\n',
    );
    expect(await apk(machine, 'add --frobnicate x')).toMatchObject({
      code: 1,
      stderr: 'apk: unrecognized option: frobnicate\n',
    });
    expect((await apk(machine, 'frobnicate')).code).toBe(1);
    const credentials = { uid: 1000, gid: 1000, groups: [], umask: 0o022 };
    expect(await run(machine, ['/sbin/apk', 'add', 'curl'], { credentials })).toMatchObject({
      code: 99,
      stderr:
        'ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied\n',
    });
  });

  it('nothing is done with --simulate; nginx brings its user', async () => {
    const machine = await imageKernel('library/alpine', '3.18');
    expect((await apk(machine, 'add --no-cache -s nginx')).stdout).toContain('(2/2) Installing nginx (1.24.0-r7)\n');
    const process = idleProcess(machine);
    expect(calls.statIfThere(process, '/usr/sbin/nginx')).toBeUndefined();
    const added = await apk(machine, 'add --no-cache nginx');
    expect(added.stdout).toContain('Executing nginx-1.24.0-r7.pre-install\n');
    expect(await text(machine, '/etc/passwd')).toContain('nginx:x:100:101:nginx:/var/lib/nginx:/sbin/nologin\n');
    expect((await run(machine, ['/usr/sbin/nginx', '-v'])).stderr).toBe('nginx version: nginx/1.24.0\n');
  });

  it('an older branch keeps its own versions', async () => {
    const machine = await imageKernel('library/alpine', '3.17');
    const upgraded = await apk(machine, 'upgrade --no-cache');
    expect(upgraded.stdout).toBe(`${FETCH.replaceAll('v3.18', 'v3.17')}OK: 7 MiB in 15 packages\n`);
    expect((await apk(machine, 'info -v')).stdout).toContain('busybox-1.35.0-r29\n');
  });
});
