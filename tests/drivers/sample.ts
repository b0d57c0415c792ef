import { createHash } from 'node:crypto';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import type { DriverHost, DriverLayout } from '../../src/drivers/driver.ts';
import { hostLayers } from '../../src/drivers/hostLayers.ts';
import { emptyChangeset } from '../../src/drivers/treeMaker.ts';
import { toDigest } from '../../src/image/digest.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { scanTar } from '../../src/tar/scanTar.ts';
import type { LayerTree } from '../../src/vfs/layerTree.ts';
import { LayerTreeBuilder } from '../../src/vfs/layerTreeBuilder.ts';
import { sampleArchive, sampleTar } from '../cli/sampleImage.ts';

/** The image that real engines were given: hard link, symlink, whiteouts, an opaque directory. */
const LAYERS = [
  sampleTar([
    { name: 'bin/', type: 'directory', mode: 0o755 },
    { name: 'bin/tool', content: 'tool'.repeat(2000), mode: 0o755 },
    { name: 'bin/sh', type: 'symlink', linkName: 'tool' },
    { name: 'dir/', type: 'directory', mode: 0o750 },
    { name: 'dir/a', content: 'a' },
    { name: 'dir/b', content: 'b' },
    { name: 'dir/h', type: 'hardlink', linkName: 'dir/b' },
    { name: 'etc/', type: 'directory', mode: 0o755 },
    { name: 'etc/hosts', content: 'of the image\n' },
    { name: 'etc/motd', content: 'hello\n' },
    { name: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\n' },
    { name: 'gone/', type: 'directory', mode: 0o755 },
    { name: 'gone/x', content: 'x' },
    { name: 'proc/', type: 'directory', mode: 0o555 },
  ]),
  sampleTar([
    { name: 'dir/', type: 'directory', mode: 0o750 },
    { name: 'dir/.wh..wh..opq', mode: 0o600 },
    { name: 'dir/c', content: 'c' },
    { name: 'etc/', type: 'directory', mode: 0o755 },
    { name: 'etc/.wh.motd', mode: 0o600 },
    { name: '.wh.gone', mode: 0o600 },
  ]),
  sampleTar([
    { name: 'new/', type: 'directory', mode: 0o755 },
    { name: 'new/file', content: 'n'.repeat(3000), mode: 0o4711 },
  ]),
];

/** What the container was given besides, by `docker cp`. */
export const CHANGES = sampleTar([
  { name: 'etc/motd', content: 'again\n' },
  { name: 'etc/passwd', content: 'root:x:0:0:\n' },
  { name: 'fresh/', type: 'directory', mode: 0o700 },
  { name: 'fresh/f', content: 'f' },
]);

/** The same as a changeset: the directory of the image is copied up. */
const UPPER = sampleTar([
  { name: 'etc/', type: 'directory', mode: 0o755 },
  { name: 'etc/motd', content: 'again\n' },
  { name: 'etc/passwd', content: 'root:x:0:0:\n' },
  { name: 'fresh/', type: 'directory', mode: 0o700 },
  { name: 'fresh/f', content: 'f' },
]);

export const TAG = 'sample:1';
export const ARCHIVE = sampleArchive([{ tags: [TAG], layers: LAYERS }]);

export interface SampleHost {
  readonly host: DriverHost;
  /** The content of a layout's file; undefined where it is not modelled. */
  readonly contentOf: (layout: DriverLayout, entry: number) => string | undefined;
}

export async function sampleHost(containerId: string, changes: 'changed' | 'untouched'): Promise<SampleHost> {
  const trees: LayerTree[] = [];
  for (const tar of LAYERS) trees.push(await treeOf(tar));
  const stack = LAYERS.map((tar, i) => ({
    diffId: toDigest('sha256', createHash('sha256').update(tar).digest()),
    tree: trees[i],
  }));
  const { layers, tops } = hostLayers([stack], nodePlatform());
  const upper = changes === 'changed' ? await treeOf(UPPER) : emptyChangeset();
  const contentOf = (layout: DriverLayout, entry: number): string | undefined => {
    const origin = layout.origin(entry);
    if (origin?.from === 'generated') return Buffer.from(origin.bytes).toString();
    if (origin === undefined || origin.from === 'unmodelled') return undefined;
    const [tar, tree] = origin.from === 'layer' ? [LAYERS[origin.layer], trees[origin.layer]] : [UPPER, upper];
    const start = tree?.contentOffset(origin.entry) ?? 0;
    return tar?.subarray(start, start + layout.tree.sizeBytes(entry)).toString();
  };
  return { host: { layers, containers: [{ id: containerId, parent: tops[0], upper }] }, contentOf };
}

async function treeOf(tar: Buffer): Promise<LayerTree> {
  const builder = new LayerTreeBuilder();
  await scanTar(new MemorySource(tar), (entry) => builder.add(entry));
  return builder.finish().tree;
}
