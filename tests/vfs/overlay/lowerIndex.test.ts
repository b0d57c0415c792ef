import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/byteSource.ts';
import { scanTar } from '../../../src/tar/scanTar.ts';
import { writeTar } from '../../../src/tar/writeTar.ts';
import { LayerTreeBuilder } from '../../../src/vfs/layerTreeBuilder.ts';
import { S_IFCHR, S_IFDIR, S_IFREG } from '../../../src/vfs/overlay/fileMode.ts';
import { entriesOf, type Layer } from '../../../src/vfs/overlay/layer.ts';
import { LayerTreeLayer } from '../../../src/vfs/overlay/layerTreeLayer.ts';
import { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { sealLayer } from '../../../src/vfs/overlay/seal.ts';
import { Upper } from '../../../src/vfs/overlay/upper.ts';
import { VfsError } from '../../../src/vfs/vfsError.ts';

const NAMES = ['a', 'b', 'bb', 'é', 'z\udcff', '\u{1f600}', '\uffe6'];
const name = fc.constantFrom(...NAMES);

interface Part {
  readonly directory: 'plain' | 'opaque' | 'none';
  readonly names: readonly (readonly [name: string, kind: 'file' | 'directory' | 'whiteout'])[];
}

/** One layer's `/d`. */
const part: fc.Arbitrary<Part> = fc.record({
  directory: fc.constantFrom('plain', 'plain', 'plain', 'plain', 'opaque', 'none'),
  names: fc.uniqueArray(fc.tuple(name, fc.constantFrom('file', 'file', 'directory', 'whiteout')), {
    selector: ([of]) => of,
    maxLength: 5,
  }),
});

const TYPES = { file: S_IFREG | 0o644, directory: S_IFDIR | 0o755, whiteout: S_IFCHR } as const;

function layerOf({ directory, names }: Part, number: number): Upper {
  const layer = new Upper();
  if (directory === 'none') return layer;
  const made = layer.create(layer.rootInode, 'd', { mode: S_IFDIR | 0o755, uid: 0, gid: 0 });
  if (directory === 'opaque') layer.setXattr(made, 'trusted.overlay.opaque', Buffer.from('y'));
  for (const [of, kind] of names) {
    const inode = layer.create(made, of, { mode: TYPES[kind], uid: 0, gid: 0 });
    if (kind === 'file') layer.write(inode, 0, Buffer.from(String(number)));
  }
  return layer;
}

/** The same layer as an archive would bring it. */
async function treeOf(layer: Upper, number: number): Promise<Layer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeTar(sealLayer(layer))) chunks.push(chunk);
  const source = new MemorySource(Buffer.concat(chunks));
  const builder = new LayerTreeBuilder();
  await scanTar(source, (entry) => builder.add(entry));
  return new LayerTreeLayer(builder.finish().tree, source, new Uint8Array(16).fill(number + 1));
}

/** Topmost first: what each name of `/d` leads to in the layers that take part. */
function expectedNames(lowers: readonly Layer[]): {
  parts: number;
  order: readonly string[];
  layers: ReadonlyMap<string, number>;
} {
  const parts: [string, string, number][][] = [];
  for (const [i, layer] of lowers.entries()) {
    const inode = layer.lookup(layer.rootInode, 'd');
    if (inode === 0) continue;
    parts.push([...entriesOf(layer, inode)].map(([of, child]) => [of, typeOf(layer, child), i]));
    if (layer.xattrs(inode).has('trusted.overlay.opaque')) break;
  }
  const layers = new Map<string, number>();
  const hidden = new Set<string>();
  for (const [of, type, i] of parts.flat()) {
    if (layers.has(of) || hidden.has(of)) continue;
    if (type === 'whiteout') hidden.add(of);
    else layers.set(of, i);
  }
  const order = [...(parts.at(-1) ?? []), ...parts.slice(0, -1).flat()].map(([of]) => of);
  return { parts: parts.length, order: [...new Set(order)].filter((of) => layers.has(of)), layers };
}

function typeOf(layer: Layer, inode: number): string {
  return (layer.mode(inode) & 0o170000) === S_IFCHR ? 'whiteout' : 'other';
}

describe('OVL-1 a directory of many lower parts', () => {
  it('shows what the topmost parts have, in the order of the kernel, however often it was searched before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 4, maxLength: 9 }),
        fc.array(name, { maxLength: 12 }),
        fc.boolean(),
        async (parts, searches, areTrees) => {
          const uppers = parts.map(layerOf);
          const lowers = areTrees ? await Promise.all(uppers.map(treeOf)) : uppers;
          const { parts: count, order, layers } = expectedNames(lowers);
          // A directory that lies in one layer alone is shown as it lies there, whiteouts and all.
          fc.pre(count > 1);
          const mount = new OverlayMount({ lowers, upper: new Upper() });
          for (const of of searches) expect([of, exists(mount, of)]).toEqual([of, layers.has(of)]);
          expect(mount.readdir('/d').map((listed) => listed.name)).toEqual(order);
          for (const of of NAMES) expect([of, exists(mount, of)]).toEqual([of, layers.has(of)]);
          for (const [of, i] of layers) {
            if (mount.readdir('/d').find((listed) => listed.name === of)?.type === S_IFDIR) continue;
            expect(Buffer.from(mount.readFile(`/d/${of}`)).toString()).toBe(String(i));
            mount.unlink(`/d/${of}`);
          }
          const left = new Set(mount.readdir('/d').map((listed) => listed.name));
          for (const of of NAMES) expect([of, exists(mount, of)]).toEqual([of, left.has(of)]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

function exists(mount: OverlayMount, of: string): boolean {
  try {
    mount.lstat(`/d/${of}`);
    return true;
  } catch (error) {
    if (error instanceof VfsError && error.code === 'ENOENT') return false;
    throw error;
  }
}
