import fc from 'fast-check';
import { encodeName } from '../../src/bytes/byteName.ts';
import type { DriverHost, DriverLayout, StorageDriver } from '../../src/drivers/driver.ts';
import { hostLayers } from '../../src/drivers/hostLayers.ts';
import { seededRandom } from '../../src/drivers/randomSource.ts';
import { storageDrivers } from '../../src/drivers/registry.ts';
import { emptyChangeset } from '../../src/drivers/treeMaker.ts';
import { digestOf } from '../../src/image/digest.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { EntryKind, type LayerTree } from '../../src/vfs/layerTree.ts';
import type { LayerUnion } from '../../src/vfs/layerUnion.ts';
import { nodesInPathOrder } from '../../src/vfs/pathOrder.ts';
import { entry, hardLink, layer } from '../vfs/layers.ts';

const platform = nodePlatform();

/** A host with these images, and a container of the last one. Layers are told apart by their trees. */
export function hostOf(images: readonly (readonly LayerTree[])[], upper: LayerTree = emptyChangeset()): DriverHost {
  const known = [...new Set(images.flat())];
  const diffId = (tree: LayerTree) => digestOf(encodeName(`layer ${known.indexOf(tree)}`), platform);
  const { layers, tops } = hostLayers(
    images.map((stack) => stack.map((tree) => ({ diffId: diffId(tree), tree }))),
    platform,
  );
  return { layers, containers: [{ id: 'c'.repeat(64), parent: tops.at(-1), upper }] };
}

export function mounted(host: DriverHost): DriverHost {
  return { ...host, containers: host.containers.map((container) => ({ ...container, isMounted: true })) };
}

export function driverNamed(name: StorageDriver['name']): StorageDriver {
  const driver = storageDrivers('ext4').find((candidate) => candidate.name === name);
  if (!driver) throw new Error(`no driver ${name}`);
  return driver;
}

export function layOut(name: StorageDriver['name'], host: DriverHost): DriverLayout {
  return driverNamed(name).layOut(host, seededRandom('tests'));
}

/** The entry at a path of a layout. Throws where there is none. */
export function entryAt(tree: LayerTree, path: string): number {
  let at = 0;
  for (const part of path.split('/').filter((name) => name !== '')) {
    at = tree.lookup(at, encodeName(part));
    if (at < 0) throw new Error(`${path} is not in the layout`);
  }
  return at;
}

export function namesIn(tree: LayerTree, path: string): readonly string[] {
  const at = entryAt(tree, path);
  return Array.from({ length: tree.childCount(at) }, (_, i) => tree.name(tree.firstChild(at) + i));
}

/** The text of a file that the engine wrote itself. */
export function textAt(layout: DriverLayout, path: string): string {
  const origin = layout.origin(entryAt(layout.tree, path));
  if (origin?.from !== 'generated') throw new Error(`${path} is no generated file`);
  return Buffer.from(origin.bytes).toString();
}

/** The container's mount-id as the layerdb has it. */
export function mountId(layout: DriverLayout, driver: string): string {
  return textAt(layout, `image/${driver}/layerdb/mounts/${'c'.repeat(64)}/mount-id`);
}

/** What a merged view shows, in path order: path, kind, mode, and for a file where its content lies. */
export function shownBy(union: LayerUnion, originOf: (layer: number, entry: number) => string): readonly string[] {
  return [...nodesInPathOrder(union)].map((node) => {
    const tree = union.tree(node);
    const at = union.entry(node);
    return line(union.path(node), tree, at, () => originOf(union.layer(node), tree.inode(at)));
  });
}

/** The same of a directory in a layout. */
export function shownBelow(layout: DriverLayout, path: string): readonly string[] {
  const { tree } = layout;
  const top = entryAt(tree, path);
  const lines: string[] = [];
  const walk = (at: number, prefix: string): void => {
    for (let child = tree.firstChild(at); child < tree.firstChild(at) + tree.childCount(at); child++) {
      const name = prefix + tree.name(child);
      lines.push(line(name, tree, child, () => originText(layout, child)));
      if (tree.isDirectory(child)) walk(child, `${name}/`);
    }
  };
  walk(top, '');
  return lines;
}

function line(path: string, tree: LayerTree, at: number, origin: () => string): string {
  const kind = tree.kind(at);
  const target = tree.linkTarget(at);
  const rest = target ? Buffer.from(target).toString() : kind === EntryKind.file ? origin() : '';
  return `${path} ${kind} ${tree.mode(at).toString(8)} ${rest}`.trimEnd();
}

export function originText(layout: DriverLayout, at: number): string {
  const origin = layout.origin(at);
  if (origin?.from === 'layer') return `layer ${origin.layer}:${origin.entry}`;
  if (origin?.from === 'container') return `container ${origin.entry}`;
  return origin?.from === 'generated' ? 'generated' : 'unmodelled';
}

const part = fc.constantFrom('a', 'b', 'c', 'dev', 'etc', 'hosts', '.wh.a', '.wh.b', '.wh.etc', '.wh..wh..opq');
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const size = fc.constantFrom(0, 1, 2048, 2049, 4096, 100_000, 131_072, 200_000);

export const anyLayer: fc.Arbitrary<LayerTree> = fc
  .array(
    fc.oneof(
      fc
        .tuple(path, size, fc.constantFrom(0o644, 0o4755))
        .map(([name, bytes, mode]) => entry(name, { size: bytes, mode })),
      path.map((name) => entry(`${name}/`)),
      path.map((name) => entry(name, { link: 'a' })),
      fc.tuple(path, path).map(([name, target]) => hardLink(name, target)),
    ),
    { maxLength: 8 },
  )
  .map((entries) => layer(...entries));

export const anyStack = fc.array(anyLayer, { maxLength: 5 });
