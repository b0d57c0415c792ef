import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCli } from './runCli.ts';
import {
  BASE_LAYER,
  MIDDLE_LAYER,
  sampleArchive,
  sampleTar,
  temporaryFolder,
  TOP_LAYER,
  writeSample,
} from './sampleImage.ts';

const dir = temporaryFolder();
const big = sampleTar([{ name: 'data/big', content: 'x'.repeat(200_000) }]);
const app = writeSample(
  dir,
  'app.tar',
  sampleArchive([{ tags: ['app:1'], layers: [BASE_LAYER, MIDDLE_LAYER, TOP_LAYER, big] }]),
);
const rootfs = writeSample(dir, 'rootfs.tar', BASE_LAYER);

const NAMES = [
  'overlay2',
  'fuse-overlayfs',
  'containerd-overlayfs',
  'aufs',
  'btrfs',
  'containerd-btrfs',
  'zfs',
  'devicemapper',
  'vfs',
  'containerd-native',
  'windowsfilter',
];

interface DriverDocument {
  readonly driver: string;
  readonly evidence: { readonly layout: string };
  readonly images: { readonly allocatedBytes: number };
  readonly costs: Readonly<Record<string, { readonly allocatedBytes: number } | null>>;
}

async function documentOf(words: readonly string[]): Promise<Record<string, unknown>> {
  const run = await runCli(['drivers', '--json', ...words]);
  expect(run).toMatchObject({ code: 0, err: '' });
  return JSON.parse(run.out) as Record<string, unknown>;
}

describe('drivers', () => {
  it('compares all of them for the largest file', async () => {
    const run = await runCli(['drivers', app]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toContain('/data/big: 195 KiB');
    for (const name of NAMES) expect(run.out).toMatch(new RegExp(`^${name} .*(measured|documented)$`, 'm'));
    expect(run.out).toMatch(/^overlay2 .* whole file +196 KiB +0 +196 KiB +196 KiB +0 +measured$/m);
    expect(run.out).toMatch(/^zfs .* 128 KiB +128 KiB +0 +0 +0 +0 +documented$/m);
    expect(run.out).toMatch(/^windowsfilter .* \? +\? .*documented$/m);
  });

  it('prints one operation in each driver', async () => {
    const run = await runCli(['drivers', '--cost', 'rename', app, '/usr']);
    expect(run.out).toMatch(/^\/usr: directory of 4 entries, 14 B$/m);
    expect(run.out).toMatch(/^overlay2 +measured +14 B +8 KiB +2 × 4 KiB +EXDEV +/m);
    expect(run.out).toMatch(/^btrfs +measured +0 +0 +0 +1 name changed$/m);
  });

  it('follows a symlink to what is written, not to what is removed', async () => {
    expect((await runCli(['drivers', app, '/bin/tool'])).out).toMatch(/^\/usr\/bin\/tool: 10 B$/m);
    expect((await runCli(['drivers', '--cost', 'delete', app, '/bin'])).out).toMatch(/^\/bin: 0$/m);
    expect((await runCli(['drivers', '--cost', 'chmod', app, '/bin'])).out).toMatch(/^\/usr\/bin: directory/m);
  });

  it('tells one driver in detail, over another filesystem', async () => {
    const run = await runCli(['drivers', '-d', 'overlay2', '--backing', 'btrfs', app]);
    expect(run.out).toMatch(/^first write +4 KiB +4 KiB +1 × 4 KiB +1 directory copied up, 1 file copied up$/m);
    expect(run.out).toContain('layout measured, costs measured');
  });

  it('draws the directory, the same each time', async () => {
    const words = ['drivers', '-d', 'overlay2', '--tree', app];
    const run = await runCli(words);
    expect(run.out).toMatch(/^\/var\/lib\/docker {2}\(a model, seen on a real host\)$/m);
    expect(run.out).toMatch(/c-{9} .*── secret \(device 0:0\)$/m);
    expect(run.out).toMatch(/── lower = l\/[A-Z2-7]{26}:l\//);
    expect((await runCli(words)).out).toBe(run.out);
    const flat = await runCli([...words, '--depth', '1']);
    expect(flat.out.trimEnd().split('\n')).toHaveLength(3);
    expect((await runCli([...words, '--mounted'])).out).toContain('── merged/');
    expect((await runCli(['drivers', '-d', 'zfs', '-t', app])).out).toMatch(/^zpool-docker\/[0-9a-f]{64} {2}of zpool/m);
  });

  it('prints JSON', async () => {
    const document = await documentOf([app, 'etc/passwd']);
    expect(document).toMatchObject({ command: 'drivers', image: 0, path: 'etc/passwd', target: { layersSearched: 3 } });
    const drivers = document.drivers as readonly DriverDocument[];
    expect(drivers.map(({ driver }) => driver)).toEqual(NAMES);
    expect(drivers[0]?.costs.firstWrite).toMatchObject({ copiedBytes: 20, allocatedBytes: 4096 });
    expect(drivers.at(-1)?.costs.firstWrite).toBeNull();
    const one = await documentOf(['--cost', 'delete', '-d', 'vfs', app]);
    expect((one.drivers as readonly DriverDocument[])[0]?.costs).toEqual({
      delete: expect.objectContaining({ allocatedBytes: -200_704 }) as object,
    });
    const tree = await documentOf(['--tree', '-d', 'containerd-native', app]);
    expect(tree).toMatchObject({ driver: 'containerd-native', evidence: 'measured', dataRoot: '/var/lib/containerd' });
    expect(tree.volumes).toHaveLength(5);
    expect(tree.rows).toContainEqual(
      expect.objectContaining({
        path: expect.stringMatching(/snapshots\/5\/data\/big$/) as string,
        from: 'layer',
        layer: 4,
      }),
    );
  });

  it('CLI-2 has every field in docs/json.md', async () => {
    const documentation = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');
    const keys = new Set<string>();
    const documents = [await documentOf([app, 'usr']), await documentOf(['-t', '-d', 'btrfs', app])];
    for (const document of documents) {
      JSON.stringify(document, (key, value: unknown) => {
        keys.add(key);
        return value;
      });
    }
    const named = [...keys].filter((key) => !/^\d*$/.test(key));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((key) => !new RegExp(`\\b${key}\\b`).test(documentation))).toEqual([]);
  });

  it('computes the digests that an archive does not name', async () => {
    const run = await runCli(['drivers', '-d', 'overlay2', '-t', rootfs]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toMatch(/── diff = sha256:[0-9a-f]{64}$/m);
  });

  it.each([
    [['--tree', app], '--tree draws one driver'],
    [['--depth', '1', app], '--depth is for --tree'],
    [['--mounted', app], '--mounted is for --tree'],
    [['-d', 'overlay', app], '--driver takes overlay2,'],
    [['--cost', 'write', app], '--cost takes read,'],
    [['-t', '-d', 'vfs', '--cost', 'read', app], 'exclude each other'],
    [['-t', '-d', 'vfs', app, 'etc'], '--tree takes no PATH'],
    [[app, 'nowhere'], 'nowhere: no such file or directory'],
    [[app, 'a', 'b'], 'one PATH is enough'],
  ])('refuses %j', async (words, message) => {
    const run = await runCli(['drivers', ...words]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain(message);
  });
});
