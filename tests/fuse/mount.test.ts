import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  closeSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  BASE_LAYER,
  MIDDLE_LAYER,
  sampleArchive,
  temporaryFolder,
  TOP_LAYER,
  writeSample,
} from '../cli/sampleImage.ts';
import { fixturesDir } from '../fixtures.ts';
import { isMounted, MountedImage, processesOf, temporaryFiles, until, whyNoMounts } from './mountedImage.ts';

const obstacle = whyNoMounts();
const suite = obstacle === undefined ? describe : describe.skip;
const reason = obstacle === undefined ? '' : ` (skipped: ${obstacle})`;

const dir = temporaryFolder();
const program = join(dir, 'cli/palimpsest.js');
const layers = [BASE_LAYER, MIDDLE_LAYER, TOP_LAYER];
const archive = writeSample(dir, 'app.tar', sampleArchive([{ tags: ['app:1'], layers }]));
let count = 0;
let current: MountedImage | undefined;

async function mount(args: readonly string[], file = archive): Promise<MountedImage> {
  current = await MountedImage.start(program, [...args, file], join(dir, `mnt${count++}`));
  return current;
}

/** A line for each name: type, mode, links, size, target or content. */
function drawn(folder: string, below = ''): readonly string[] {
  return readdirSync(join(folder, below))
    .sort()
    .flatMap((name) => {
      const path = join(below, name);
      const found = lstatSync(join(folder, path));
      const kind = found.isSymbolicLink() ? readlinkSync(join(folder, path)) : found.mode.toString(8);
      if (found.isDirectory()) return [`${path}/ ${kind}`, ...drawn(folder, path)];
      const content = found.isFile() ? readFileSync(join(folder, path), 'latin1') : '';
      const mtime = found.isFile() ? found.mtimeMs : '';
      return [`${path} ${kind} ${mtime} ${content.length} ${JSON.stringify(content.slice(0, 40))}`];
    });
}

beforeAll(async () => {
  if (obstacle !== undefined) return;
  await build({ configFile: 'vite.cli.config.ts', logLevel: 'error', build: { outDir: join(dir, 'cli') } });
}, 60_000);

afterEach(async () => {
  if (current && isMounted(current.folder)) spawnSync('umount', ['-l', current.folder]);
  current?.supervisor.kill('SIGKILL');
  current = undefined;
});

suite(`MOUNT-1 a read-only mount${reason}`, () => {
  it('shows what extract writes', async () => {
    const mounted = await mount(['--ro']);
    const extracted = join(dir, 'extracted');
    execFileSync(program, ['extract', '--owners', '-C', extracted, archive]);
    expect(drawn(mounted.folder)).toEqual(drawn(extracted));
    expect(lstatSync(join(mounted.folder, 'usr/bin/tool2')).nlink).toBe(2);
    expect(await mounted.stop()).toBe(0);
    // All of it has been read by now.
    expect(mounted.output).toContain(`mounted read-only on ${mounted.folder}`);
  });

  it.skipIf(!existsSync('/dev/cpu_dma_latency'))('keeps the processors awake while it is busy', async () => {
    const { folder, serverPid } = await mount(['--ro']);
    const holds = () =>
      readdirSync(`/proc/${serverPid}/fd`).some((descriptor) => {
        const target = `/proc/${serverPid}/fd/${descriptor}`;
        return existsSync(target) && readlinkSync(target) === '/dev/cpu_dma_latency';
      });
    expect(holds()).toBe(false);
    let asked = 0;
    const isHeldWhenAsked = () => {
      for (const end = asked + 1000; asked < end; asked++) expect(existsSync(join(folder, `no-${asked}`))).toBe(false);
      return holds();
    };
    await until(isHeldWhenAsked, 20_000, () => 'they may sleep');
    await until(
      () => !holds(),
      20_000,
      () => 'they may not sleep',
    );
  });

  it('refuses every change', async () => {
    const { folder } = await mount(['--ro']);
    expect(() => writeFileSync(join(folder, 'etc/passwd'), 'x')).toThrow(/EROFS/);
    expect(() => mkdirSync(join(folder, 'new'))).toThrow(/EROFS/);
    expect(() => rmSync(join(folder, 'etc'), { recursive: true })).toThrow(/EROFS/);
  });

  it('reads at any place, and goes on when its reader was slow', async () => {
    const { folder } = await mount(['--ro']);
    const file = openSync(join(folder, 'etc/motd'), 'r');
    const buffer = Buffer.alloc(3);
    expect(readSync(file, buffer, 0, 3, 2)).toBe(3);
    expect(buffer.toString()).toBe('llo');
    closeSync(file);
  });
});

suite(`MOUNT-2 a writable mount${reason}`, () => {
  it('takes no more than -o size allows, tells df so, and goes on when something is removed', async () => {
    const { folder } = await mount(['-o', 'size=64k']);
    const { bsize, blocks, bfree } = statfsSync(folder);
    expect([bsize * blocks, bsize * bfree]).toEqual([65536, 65536]);
    writeFileSync(join(folder, 'a'), Buffer.alloc(40960, 1));
    expect(() => writeFileSync(join(folder, 'b'), Buffer.alloc(40960, 2))).toThrow(/ENOSPC/);
    rmSync(join(folder, 'a'));
    writeFileSync(join(folder, 'b'), Buffer.alloc(40960, 3));
    expect(readFileSync(join(folder, 'b'))).toEqual(Buffer.alloc(40960, 3));
  });

  it('changes files of the image and leaves the archive as it is', async () => {
    const before = readFileSync(archive);
    const { folder } = await mount([]);
    appendFileSync(join(folder, 'etc/passwd'), 'you:x:2:2\n');
    expect(readFileSync(join(folder, 'etc/passwd'), 'utf8')).toBe('root:x:0:0\nme:x:1:1\nyou:x:2:2\n');
    truncateSync(join(folder, 'etc/motd'), 2);
    expect(readFileSync(join(folder, 'etc/motd'), 'utf8')).toBe('he');
    chmodSync(join(folder, 'etc'), 0o700);
    utimesSync(join(folder, 'etc/motd'), 1, 2);
    expect(statSync(join(folder, 'etc/motd')).mtimeMs).toBe(2000);
    expect(readFileSync(archive).equals(before)).toBe(true);
  });

  it('breaks a lower hard link on the first write, as the kernel does without an index', async () => {
    const { folder } = await mount([]);
    const [one, other] = [join(folder, 'usr/bin/tool2'), join(folder, 'usr/bin/tool3')];
    expect(lstatSync(one).ino).toBe(lstatSync(other).ino);
    writeFileSync(one, 'changed');
    expect(readFileSync(other, 'utf8')).toBe('same');
    expect(lstatSync(one).ino).not.toBe(lstatSync(other).ino);
    expect(lstatSync(one).nlink).toBe(1);
  });

  it('keeps lower hard links together with an index', async () => {
    const { folder } = await mount(['-o', 'index=on']);
    const [one, other] = [join(folder, 'usr/bin/tool2'), join(folder, 'usr/bin/tool3')];
    expect(lstatSync(other).nlink).toBe(2);
    writeFileSync(one, 'changed');
    expect(readFileSync(other, 'utf8')).toBe('changed');
  });

  it('moves a directory of the image only with redirect_dir', async () => {
    const plain = await mount([]);
    expect(() => renameSync(join(plain.folder, 'usr'), join(plain.folder, 'usr2'))).toThrow(/EXDEV/);
    await plain.stop();
    const { folder } = await mount(['-o', 'redirect_dir=on']);
    renameSync(join(folder, 'usr'), join(folder, 'usr2'));
    expect(readFileSync(join(folder, 'usr2/bin/tool2'), 'utf8')).toBe('same');
    expect(existsSync(join(folder, 'usr'))).toBe(false);
  });

  it('keeps an open file whose last name has gone', async () => {
    const { folder } = await mount([]);
    writeFileSync(join(folder, 'gone'), 'still here');
    const file = openSync(join(folder, 'gone'), 'r+');
    unlinkSync(join(folder, 'gone'));
    expect(existsSync(join(folder, 'gone'))).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('still here');
    closeSync(file);
  });

  it('runs the programs that fill a root file system', async () => {
    const { folder } = await mount([]);
    const script = `cd "${folder}" && mkdir -p a/b && echo x > a/b/f && ln a/b/f a/g && cp -a a c && mv a d &&
      tar -cf t.tar c d && rm -rf c d && tar -xf t.tar && find . -name f | sort && cat d/b/f && stat -c %h c/g`;
    expect(execFileSync('sh', ['-ec', script]).toString()).toBe('./c/b/f\n./d/b/f\nx\n2\n');
  });

  it('fills a directory while it is read, and shows each name once', async () => {
    const { folder } = await mount([]);
    mkdirSync(join(folder, 'many'));
    const names = Array.from({ length: 3000 }, (_, i) => `file-with-a-long-name-${i}`);
    for (const name of names) writeFileSync(join(folder, 'many', name), '');
    expect(readdirSync(join(folder, 'many')).sort()).toEqual([...names].sort());
    for (const name of names.slice(0, 2990)) unlinkSync(join(folder, 'many', name));
    expect(readdirSync(join(folder, 'many'))).toHaveLength(10);
  });
});

suite(`MOUNT-3 what becomes of the changes${reason}`, () => {
  function change(folder: string): void {
    rmSync(join(folder, 'usr'), { recursive: true });
    mkdirSync(join(folder, 'usr/lib'), { recursive: true });
    writeFileSync(join(folder, 'usr/lib/new'), 'n'.repeat(100_000), { mode: 0o640 });
    linkSync(join(folder, 'usr/lib/new'), join(folder, 'etc/linked'));
    symlinkSync('../etc', join(folder, 'usr/config'));
    unlinkSync(join(folder, 'etc/motd'));
    appendFileSync(join(folder, 'etc/passwd'), 'appended\n');
  }

  it('--save writes an image that shows them, and whose digests are right', async () => {
    const out = join(dir, 'saved.tar');
    const mounted = await mount(['--save', out, '-t', 'app:2', '-o', 'redirect_dir=on']);
    change(mounted.folder);
    renameSync(join(mounted.folder, 'var'), join(mounted.folder, 'var2'));
    // A layer keeps whole seconds.
    for (const name of ['usr/lib/new', 'etc/passwd']) utimesSync(join(mounted.folder, name), 5, 5);
    const before = drawn(mounted.folder);
    expect(await mounted.stop()).toBe(0);
    expect(mounted.output).toContain(`saved ${out}: image `);
    expect(execFileSync(program, ['verify', out]).toString()).toMatch(/\b0 wrong/);
    expect(execFileSync(program, ['inspect', out]).toString()).toContain('image 1: app:2');
    const again = await mount(['--ro'], out);
    expect(drawn(again.folder)).toEqual(before);
    expect(execFileSync(program, ['ls', '--layer', 'top', out, '/']).toString()).toMatch(/var2/);
  });

  it('--save without changes adds no layer', async () => {
    const out = join(dir, 'unchanged.tar');
    await (await mount(['--save', out])).stop();
    expect(JSON.parse(execFileSync(program, ['inspect', '--json', out]).toString()).images[0].layers).toHaveLength(3);
  });

  it('--keep goes on where the last mount ended', async () => {
    const changes = join(dir, 'changes.tar');
    const first = await mount(['--keep', changes]);
    change(first.folder);
    const before = drawn(first.folder);
    expect(await first.stop()).toBe(0);
    const second = await mount(['--keep', changes]);
    expect(drawn(second.folder)).toEqual(before);
    rmSync(join(second.folder, 'etc'), { recursive: true });
    expect(await second.stop()).toBe(0);
    const third = await mount(['--keep', changes]);
    expect(existsSync(join(third.folder, 'etc'))).toBe(false);
  });

  it.each([
    [['--save', archive], /is there already/],
    [['--save', join(dir, 'x.tar'), '--ro'], /--ro leaves nothing/],
    [['-o', 'metacopy=on'], /--options knows/],
    [['-o', 'size=lots'], /--options knows/],
    [['--ro', '-o', 'size=1m'], /size=1m is for mounts that can be written/],
    [['--tag', 'a:b'], /--save writes/],
  ])('%j is refused before anything is mounted', (args, message) => {
    const folder = join(dir, 'refused');
    mkdirSync(folder, { recursive: true });
    const run = spawnSync(program, ['mount', ...args, archive, folder], { encoding: 'utf8' });
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(message);
    expect(isMounted(folder)).toBe(false);
  });
});

suite(`MOUNT-4 nothing is left behind${reason}`, () => {
  async function expectNothingLeft(folder: string, before: readonly string[]): Promise<void> {
    await until(
      () => !isMounted(folder) && processesOf(folder).length === 0,
      45_000,
      () => `${folder} is left`,
    );
    expect(temporaryFiles().filter((name) => !before.includes(name))).toEqual([]);
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('after %s', async (signal) => {
    const before = temporaryFiles();
    const mounted = await mount([]);
    expect(await mounted.stop(signal)).toBe(0);
    await expectNothingLeft(mounted.folder, before);
  });

  it('after umount(8)', async () => {
    const before = temporaryFiles();
    const mounted = await mount([]);
    execFileSync('umount', [mounted.folder]);
    expect(await mounted.ended).toBe(0);
    await expectNothingLeft(mounted.folder, before);
  });

  it('after a signal while somebody uses it', async () => {
    const before = temporaryFiles();
    const mounted = await mount([]);
    const file = openSync(join(mounted.folder, 'etc/passwd'), 'r');
    expect(await mounted.stop()).toBe(0);
    expect(() => closeSync(file)).toThrow(/ENOTCONN/);
    expect(mounted.output).toContain('is in use; its users are cut off');
    await expectNothingLeft(mounted.folder, before);
  });

  it('after the serving process was killed', async () => {
    const before = temporaryFiles();
    const mounted = await mount([]);
    process.kill(mounted.serverPid, 'SIGKILL');
    expect(await mounted.ended).toBe(2);
    expect(mounted.output).toMatch(/ended by SIGKILL/);
    await expectNothingLeft(mounted.folder, before);
  });

  it('after the supervising process was killed, and what was to be saved is saved', async () => {
    const before = temporaryFiles();
    const out = join(dir, 'orphan.tar');
    const mounted = await mount(['--save', out]);
    writeFileSync(join(mounted.folder, 'written'), 'x');
    mounted.supervisor.kill('SIGKILL');
    await expectNothingLeft(mounted.folder, before);
    expect(execFileSync(program, ['cat', out, 'written']).toString()).toBe('x');
  });
});

const fixtures = fixturesDir();
const withFixtures = obstacle === undefined && fixtures !== undefined ? describe : describe.skip;
withFixtures(`MOUNT-5 recorded images${reason || (fixtures ? '' : ' (skipped: no fixtures)')}`, () => {
  it.each(['tiny.podman-save-oci-archive.tar', 'tiny.docker-save.tar.xz', 'debian-micro.oci-archive-zstd.tar'])(
    '%s: compressed layers are read as extract reads them',
    async (name) => {
      const file = join(fixtures ?? '', 'archives/generated', name);
      const mounted = await mount([], file);
      const extracted = join(dir, `extracted-${name}`);
      execFileSync(program, ['extract', '--owners', '--devices', '-C', extracted, file]);
      const compare = `diff -r --no-dereference --exclude=dev "${extracted}" "${mounted.folder}" && echo same`;
      expect(spawnSync('sh', ['-c', compare], { encoding: 'utf8' }).stdout).toBe('same\n');
      expect(await mounted.stop()).toBe(0);
    },
    120_000,
  );

  it('a shell of the image runs in it', async () => {
    const mounted = await mount([], join(fixtures ?? '', 'archives/generated/busy.docker-save.tar'));
    const script = 'echo hello > /tmp/x && cat /tmp/x && rm -rf /srv && ls / | grep -c srv; mkdir /a && cd /a && pwd';
    expect(spawnSync('chroot', [mounted.folder, '/bin/sh', '-c', script], { encoding: 'utf8' }).stdout).toBe(
      'hello\n0\n/a\n',
    );
  });
});
