import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { buildTimeline } from '../../src/analysis/timeline.ts';
import { treeRows } from '../../src/analysis/treeRows.ts';
import { decodeName, encodeName } from '../../src/bytes/byteName.ts';
import type { DriverLayout, MadeTree } from '../../src/drivers/driver.ts';
import { checkHost } from '../../src/drivers/hostLayers.ts';
import { initLayer } from '../../src/drivers/initLayer.ts';
import { measureHost } from '../../src/drivers/measureHost.ts';
import { seededRandom } from '../../src/drivers/randomSource.ts';
import { storageDrivers } from '../../src/drivers/registry.ts';
import { emptyChangeset, TreeMaker } from '../../src/drivers/treeMaker.ts';
import { EntryKind, type LayerTree } from '../../src/vfs/layerTree.ts';
import { LayerUnion } from '../../src/vfs/layerUnion.ts';
import { listUnion } from '../../src/vfs/listing.ts';
import { entry, hardLink, layer, shown } from '../vfs/layers.ts';
import {
  anyLayer,
  anyStack,
  driverNamed,
  entryAt,
  hostOf,
  layOut,
  mounted,
  mountId,
  namesIn,
  originText,
  shownBelow,
  shownBy,
  textAt,
} from './hosts.ts';

const BASE = layer(
  entry('bin/'),
  entry('bin/tool', { size: 5000, mode: 0o755 }),
  hardLink('bin/tool2', 'bin/tool'),
  entry('etc/'),
  entry('etc/motd', { size: 6 }),
  entry('old/'),
  entry('old/x', { size: 1 }),
);
const TOP = layer(entry('etc/'), entry('etc/.wh.motd'), entry('old/'), entry('old/.wh..wh..opq'), entry('old/y'));

/** What a container of these layers shows: layers, init layer and its own changes. */
function merged(stack: readonly LayerTree[], upper: LayerTree, init: 'init' | 'plain'): LayerUnion {
  return new LayerUnion(init === 'init' ? [...stack, initLayer(new LayerUnion(stack)), upper] : [...stack, upper]);
}

function originIn(stack: readonly LayerTree[], init: 'init' | 'plain') {
  return (position: number, at: number): string => {
    if (position < stack.length) return `layer ${position}:${at}`;
    return init === 'init' && position === stack.length ? 'generated' : `container ${at}`;
  };
}

/** A directory of a layout read as overlay reads a lowerdir: devices 0:0 are whiteouts, the xattr makes opaque. */
function readLower({ tree }: DriverLayout, path: string): MadeTree {
  const maker = new TreeMaker({ mode: 0o755 });
  const source = { tree, index: maker.addSource({ from: 'layer', layer: 0 }) };
  const walk = (at: number, made: number): void => {
    for (let child = tree.firstChild(at); child < tree.firstChild(at) + tree.childCount(at); child++) {
      if (tree.kind(child) === EntryKind.charDevice) {
        maker.whiteout(made, tree.name(child));
        continue;
      }
      const copy = maker.copy(made, tree.nameBytes(child), source, child);
      if (tree.xattrs(child).some((xattr) => decodeName(xattr.name) === 'trusted.overlay.opaque'))
        maker.setOpaque(copy);
      if (tree.isDirectory(child)) walk(child, copy);
    }
  };
  walk(entryAt(tree, path), maker.root);
  return maker.finish();
}

/** Mounts a container of an overlay2 layout as dockerd does: `lower` names links, links name `diff`s. */
function mountOverlay2(layout: DriverLayout, id: string): readonly string[] {
  const follow = (link: string): string => {
    const target = layout.tree.linkTarget(entryAt(layout.tree, `overlay2/${link}`));
    return `overlay2/${decodeName(target ?? new Uint8Array(0)).replace('../', '')}`;
  };
  const topFirst = [`overlay2/${id}/diff`, ...textAt(layout, `overlay2/${id}/lower`).split(':').map(follow)];
  const lowers = topFirst.reverse().map((path) => readLower(layout, path));
  return shownBy(new LayerUnion(lowers.map((lower) => lower.tree)), (position, at) => {
    const origin = lowers[position]?.origin(at);
    return originText(layout, origin?.from === 'layer' ? origin.entry : 0);
  });
}

function hasForeignLink(tree: LayerTree): boolean {
  return Array.from({ length: tree.length }, (_, at) => at).some((at) => tree.unresolvedLink(at) !== undefined);
}

/** Names in the order of a walk: both sides are compared by it. */
const sorted = (lines: readonly string[]): readonly string[] => [...lines].sort();

describe('DRV-1 the merged view of a layout equals the union', () => {
  it('overlay2, mounted from lower, link and l/', () => {
    fc.assert(
      fc.property(anyStack, anyLayer, (stack, upper) => {
        // Engines refuse a hard link to nothing in its layer: there is no layout to compare with.
        fc.pre(![...stack, upper].some(hasForeignLink));
        const layout = layOut('overlay2', hostOf([stack], upper));
        expect(sorted(mountOverlay2(layout, mountId(layout, 'overlay2')))).toEqual(
          sorted(shownBy(merged(stack, upper, 'init'), originIn(stack, 'init'))),
        );
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['overlay2', 'init', (id: string) => `overlay2/${id}/merged`],
    ['fuse-overlayfs', 'init', (id: string) => `fuse-overlayfs/${id}/merged`],
    ['aufs', 'init', (id: string) => `aufs/mnt/${id}`],
    ['vfs', 'init', (id: string) => `vfs/dir/${id}`],
    ['btrfs', 'init', (id: string) => `btrfs/subvolumes/${id}`],
    ['zfs', 'init', (id: string) => `zfs/graph/${id.slice(0, 12)}`],
    ['devicemapper', 'init', (id: string) => `devicemapper/mnt/${id}/rootfs`],
  ] as const)('%s, its mount point', (name, init, place) => {
    fc.assert(
      fc.property(anyStack, anyLayer, (stack, upper) => {
        const layout = layOut(name, mounted(hostOf([stack], upper)));
        expect(sorted(shownBelow(layout, place(mountId(layout, name))))).toEqual(
          sorted(shownBy(merged(stack, upper, init), originIn(stack, init))),
        );
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['containerd-native', 'native', 'snapshots'],
    ['containerd-btrfs', 'btrfs', 'active'],
  ] as const)('%s, the container’s snapshot', (name, folder, state) => {
    fc.assert(
      fc.property(anyStack, anyLayer, (stack, upper) => {
        const host = hostOf([stack], upper);
        const layout = layOut(name, host);
        const path = `io.containerd.snapshotter.v1.${folder}/${state}/${host.layers.length + 1}`;
        expect(layout.volumes.at(-1)).toMatchObject({ name: 'c'.repeat(64), path });
        expect(sorted(shownBelow(layout, path))).toEqual(
          sorted(shownBy(merged(stack, upper, 'plain'), originIn(stack, 'plain'))),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('DRV-2 layouts hold what real hosts hold', () => {
  const host = hostOf([[BASE, TOP]], layer(entry('new/'), entry('.wh.bin')));

  it('overlay2: link, lower, committed, work, l/, layerdb', () => {
    const layout = layOut('overlay2', host);
    const { tree } = layout;
    const id = mountId(layout, 'overlay2');
    const layerDb = 'image/overlay2/layerdb/sha256';
    const [base, top] = host.layers.map(({ chainId }) => {
      const hex = chainId.slice('sha256:'.length);
      return { hex, cacheId: textAt(layout, `${layerDb}/${hex}/cache-id`) };
    });
    expect(namesIn(tree, `overlay2/${base?.cacheId}`)).toEqual(['committed', 'diff', 'link']);
    expect(namesIn(tree, `overlay2/${top?.cacheId}`)).toEqual(['committed', 'diff', 'link', 'lower', 'work']);
    expect(namesIn(tree, `overlay2/${id}`)).toEqual(['diff', 'link', 'lower', 'work']);
    expect(namesIn(tree, `overlay2/${id}-init`)).toEqual(['committed', 'diff', 'link', 'lower', 'work']);
    const links = [`${id}-init`, top?.cacheId, base?.cacheId].map((place) => textAt(layout, `overlay2/${place}/link`));
    expect(textAt(layout, `overlay2/${id}/lower`)).toBe(links.map((link) => `l/${link}`).join(':'));
    for (const link of links) expect(link).toMatch(/^[A-Z2-7]{26}$/);
    expect(namesIn(tree, 'overlay2/l')).toEqual(expect.arrayContaining(links));
    expect(textAt(layout, `${layerDb}/${top?.hex}/parent`)).toBe(host.layers[0]?.chainId);
    expect(namesIn(tree, `${layerDb}/${base?.hex}`)).toEqual(['cache-id', 'diff', 'size', 'tar-split.json.gz']);
    expect(textAt(layout, `${layerDb}/${base?.hex}/size`)).toBe(String(5000 + 6 + 1));
    const bin = entryAt(tree, `overlay2/${id}/diff/bin`);
    expect([tree.kind(bin), tree.device(bin)]).toEqual([EntryKind.charDevice, { major: 0, minor: 0 }]);
    const tool = entryAt(tree, `overlay2/${base?.cacheId}/diff/bin/tool2`);
    expect(tree.isHardLink(tool)).toBe(true);
  });

  it('fuse-overlayfs: .wh. files in layers, devices and three marks in the container', () => {
    const layout = layOut('fuse-overlayfs', host);
    const { tree } = layout;
    const id = mountId(layout, 'fuse-overlayfs');
    const top = textAt(layout, `image/fuse-overlayfs/layerdb/sha256/${host.layers[1]?.chainId.slice(7)}/cache-id`);
    expect(namesIn(tree, `fuse-overlayfs/${top}/diff/etc`)).toEqual(['.wh.motd']);
    expect(namesIn(tree, `fuse-overlayfs/${top}/diff/old`)).toEqual(['.wh..wh..opq', 'y']);
    expect(namesIn(tree, `fuse-overlayfs/${id}/diff/new`)).toEqual(['.wh..opq', '.wh..wh..opq']);
    expect(namesIn(tree, `fuse-overlayfs/${id}-init/diff/dev/pts`)).toEqual(['.wh..wh..opq']);
    expect(tree.kind(entryAt(tree, `fuse-overlayfs/${id}/diff/bin`))).toBe(EntryKind.charDevice);
  });

  it('aufs: layers/ lists what lies below, top first', () => {
    const layout = layOut('aufs', host);
    const id = mountId(layout, 'aufs');
    const lines = textAt(layout, `aufs/layers/${id}`).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe(`${id}-init`);
    expect(textAt(layout, `aufs/layers/${lines[2]}`)).toBe('');
    expect(namesIn(layout.tree, `aufs/diff/${id}`)).toContain('.wh.bin');
  });

  it('devicemapper: a device a layer, each of the one below', () => {
    const layout = layOut('devicemapper', host);
    expect(layout.volumes.map((volume) => volume.parent)).toEqual([
      undefined,
      'base',
      ...layout.volumes.slice(1, -1).map((volume) => volume.name),
    ]);
    const metadata = JSON.parse(textAt(layout, `devicemapper/metadata/${mountId(layout, 'devicemapper')}`)) as object;
    expect(metadata).toMatchObject({ device_id: 5, size: 10 * 1024 ** 3 });
  });

  it('zfs: clones of snapshots', () => {
    const datasets = layOut('zfs', host).volumes.filter((volume) => !volume.name.includes('@'));
    expect(datasets).toHaveLength(4);
    expect(datasets[0]?.parent).toBeUndefined();
    for (const [i, { parent }] of datasets.slice(1).entries())
      expect(parent).toMatch(new RegExp(`^${datasets[i]?.name}@\\d+$`));
  });

  it('windowsfilter: layerchain.json names the folders below', () => {
    const layout = layOut('windowsfilter', host);
    const id = mountId(layout, 'windowsfilter');
    const chain = JSON.parse(textAt(layout, `windowsfilter/${id}/layerchain.json`)) as string[];
    expect(chain).toHaveLength(2);
    const base = chain[1]?.split('\\').at(-1);
    expect(textAt(layout, `windowsfilter/${base}/layerchain.json`)).toBe('null');
    expect(namesIn(layout.tree, `windowsfilter/${id}`)).toEqual(['layerchain.json', 'sandbox.vhdx']);
  });
});

describe('DRV-3 usage is that of the layout', () => {
  it('counts the directories that are there', async () => {
    await fc.assert(
      fc.asyncProperty(anyStack, anyLayer, async (stack, upper) => {
        const host = hostOf([stack], upper);
        const measure = await measureHost(host);
        for (const driver of storageDrivers('ext4')) {
          const { tree } = driver.layOut(host, seededRandom(''));
          const own = [...Array(tree.childCount(0)).keys()].map((i) => tree.firstChild(0) + i);
          const top = own.find((at) => tree.name(at) !== 'image') ?? 0;
          const { images, containers } = driver.usage(measure);
          expect([driver.name, images.directoryCount + containers.directoryCount]).toEqual([
            driver.name,
            countDirectories(tree, top),
          ]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('weighs each distinct file once where trees share, each copy where not', async () => {
    await fc.assert(
      fc.asyncProperty(anyStack, anyLayer, async (stack, upper) => {
        const host = hostOf([stack], upper);
        const measure = await measureHost(host);
        for (const name of ['overlay2', 'fuse-overlayfs', 'aufs', 'vfs', 'containerd-native'] as const) {
          const { images, containers } = driverNamed(name).usage(measure);
          expect([name, images.contentBytes + containers.contentBytes]).toEqual([name, weigh(layOut(name, host))]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('counts shared layers once', async () => {
    const other = layer(entry('other', { size: 3000 }));
    for (const driver of storageDrivers('ext4')) {
      const use = async (images: readonly (readonly LayerTree[])[]) =>
        driver.usage(await measureHost({ ...hostOf(images), containers: [] })).images.contentBytes;
      const [one, twice, both] = [
        await use([[BASE, TOP]]),
        await use([
          [BASE, TOP],
          [BASE, TOP],
        ]),
        await use([
          [BASE, TOP],
          [BASE, other],
        ]),
      ];
      expect([driver.name, twice]).toEqual([driver.name, one]);
      const isCopied = driver.copyUnit.unit === 'nothing';
      expect([driver.name, both - one]).toEqual([driver.name, isCopied ? 5007 + 3000 : 3000]);
    }
  });
});

function countDirectories(tree: LayerTree, top: number): number {
  let count = 1;
  for (let child = tree.firstChild(top); child < tree.firstChild(top) + tree.childCount(top); child++)
    if (tree.isDirectory(child)) count += countDirectories(tree, child);
  return count;
}

/** Bytes of all files that come from layers and containers. */
function weigh(layout: DriverLayout): number {
  const { tree } = layout;
  let bytes = 0;
  for (let at = 1; at < tree.length; at++) {
    const origin = layout.origin(at);
    if (origin && tree.inode(at) === at && (origin.from === 'layer' || origin.from === 'container'))
      bytes += tree.sizeBytes(at);
  }
  return bytes;
}

describe('DRV-4 identifiers', () => {
  it('are the same for the same seed, others for another', () => {
    const host = hostOf([[BASE, TOP]]);
    for (const driver of storageDrivers('ext4')) {
      const paths = (seed: string) => {
        const { tree, volumes } = driver.layOut(host, seededRandom(seed));
        return [
          ...volumes.map((volume) => volume.name),
          ...Array.from({ length: tree.length }, (_, at) => tree.path(at)),
        ];
      };
      expect(paths('a')).toEqual(paths('a'));
      if (driver.dataRoot.includes('docker')) expect(paths('a')).not.toEqual(paths('b'));
    }
  });

  it('are drawn evenly', () => {
    const random = seededRandom('even');
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) {
      const value = random.next(16);
      counts[value] = (counts[value] ?? Number.NaN) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(200);
  });

  it('refuses hosts that cannot be', () => {
    const host = hostOf([[BASE]]);
    const [only] = host.layers;
    if (!only) throw new Error('no layer');
    expect(() => checkHost({ ...host, layers: [{ ...only, parent: 0 }] })).toThrowError(
      expect.objectContaining({ code: 'host' }),
    );
    const container = { id: '../escape', parent: 0, upper: emptyChangeset() };
    expect(() => checkHost({ ...host, containers: [container] })).toThrowError(
      expect.objectContaining({ code: 'host' }),
    );
  });
});

describe('DRV-3 layouts are trees like any other', () => {
  it('the explorer’s rows and listing work on them', async () => {
    const host = mounted(hostOf([[BASE, TOP]]));
    for (const driver of storageDrivers('ext4')) {
      const { tree } = driver.layOut(host, seededRandom(''));
      const view = await treeRows(await buildTimeline([tree]), {
        layer: 0,
        mode: 'union',
        xray: false,
        sort: 'name',
        filter: { changes: [], text: '', minBytes: 0 },
      });
      expect([driver.name, view.count]).toEqual([driver.name, tree.length - 1]);
      let lines = 0;
      for await (const { line } of listUnion(new LayerUnion([tree]), async () => 'digest')) {
        expect(line.split('\t')).toHaveLength(8);
        lines++;
      }
      expect(lines).toBe(tree.length - 1);
    }
  });

  it('refuses what would be too deep, and measures it all the same', async () => {
    const deep = layer(entry('a/'.repeat(15_998)));
    const host = hostOf([[deep]]);
    expect((await measureHost(host)).layers[0]?.merged.directoryCount).toBe(15_998);
    expect(() => layOut('vfs', host)).toThrowError(expect.objectContaining({ code: 'tooLarge' }));
  });
});

describe('DRV-5 the init layer', () => {
  const EMPTY_IMAGE = [
    '.dockerenv:0',
    'dev/:0',
    'dev/console:0',
    'dev/pts/:0',
    'dev/shm/:0',
    'etc/:0',
    'etc/hostname:0',
    'etc/hosts:0',
    'etc/mtab:0',
    'etc/resolv.conf:0',
    'proc/:0',
    'sys/:0',
  ];
  const cases: readonly (readonly [string, LayerTree, readonly string[]])[] = [
    ['over nothing', layer(), EMPTY_IMAGE],
    [
      'directories of the image stay',
      layer(entry('dev/pts/'), entry('dev/shm/'), entry('proc/'), entry('sys/')),
      EMPTY_IMAGE.filter((line) => !/pts|shm|proc|sys/.test(line)),
    ],
    ['files and links of the image give way', layer(entry('etc/hosts', { size: 9 }), entry('etc/mtab')), EMPTY_IMAGE],
  ];
  test.each(cases)('%s', (_, image, expected) => {
    expect(shown(new LayerUnion([initLayer(new LayerUnion([image]))]))).toEqual(expected);
  });

  it('copies up the directories that it makes things in', () => {
    const init = initLayer(new LayerUnion([layer(entry('etc/', { mode: 0o700, uid: 7 }))]));
    const etc = init.lookup(0, encodeName('etc'));
    expect([init.mode(etc), init.uid(etc), init.isOpaque(etc)]).toEqual([0o700, 7, false]);
  });

  it('a directory in place of a link hides what lies below', () => {
    const init = initLayer(new LayerUnion([layer(entry('dev', { link: 'usr/dev' }))]));
    expect(init.isOpaque(init.lookup(0, encodeName('dev')))).toBe(true);
    expect(init.isOpaque(init.lookup(0, encodeName('etc')))).toBe(false);
  });
});
