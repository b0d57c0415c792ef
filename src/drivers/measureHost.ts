import { Pacer } from '../bytes/pacer.ts';
import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { LayerUnion } from '../vfs/layerUnion.ts';
import type { DriverHost, SubtreeTally } from './driver.ts';
import { chainOf } from './hostLayers.ts';
import { initLayer } from './initLayer.ts';
import { addTallies, NO_SPACE, type SpaceTally, tallyOf } from './spaceTally.ts';

/** A tree in numbers, its root left out. A hard-linked file weighs once. */
export type TreeMeasure = SubtreeTally;

/** A host in numbers, from which every driver reckons its use of the disk. */
export interface HostMeasure {
  readonly layers: readonly LayerMeasure[];
  readonly containers: readonly ContainerMeasure[];
}

export interface LayerMeasure {
  readonly hasParent: boolean;
  /** What the layer itself holds; whiteouts among the others. */
  readonly changeset: TreeMeasure;
  /** What is visible up to the layer. */
  readonly merged: TreeMeasure;
}

export interface ContainerMeasure {
  readonly hasParent: boolean;
  readonly init: TreeMeasure;
  readonly upper: TreeMeasure;
  /** The image alone. */
  readonly image: TreeMeasure;
  /** The image and the init layer. */
  readonly withInit: TreeMeasure;
  /** All three, as the container sees it, and without the init layer. */
  readonly merged: TreeMeasure;
  readonly mergedWithoutInit: TreeMeasure;
}

export const NOTHING: TreeMeasure = { directoryCount: 0, otherCount: 0, space: NO_SPACE };

/** Measures every layer and what is visible up to it. Cost: a walk through the merged view for each layer. Throws the
 *  signal's reason. */
export async function measureHost(host: DriverHost, signal?: AbortSignal): Promise<HostMeasure> {
  const pacer = new Pacer(signal);
  const layers: LayerMeasure[] = [];
  for (const [position, { tree, parent }] of host.layers.entries()) {
    if (pacer.isDue) await pacer.pause();
    layers.push({
      hasParent: parent !== undefined,
      changeset: tree ? measureTree(tree) : NOTHING,
      merged: await measureUnion(new LayerUnion(treesOf(host, position)), pacer),
    });
  }
  const containers: ContainerMeasure[] = [];
  for (const { parent, upper } of host.containers) {
    const trees = treesOf(host, parent);
    const init = initLayer(new LayerUnion(trees));
    containers.push({
      hasParent: parent !== undefined,
      init: measureTree(init),
      upper: measureTree(upper),
      image: parent === undefined ? NOTHING : (layers[parent] as LayerMeasure).merged,
      withInit: await measureUnion(new LayerUnion([...trees, init]), pacer),
      merged: await measureUnion(new LayerUnion([...trees, init, upper]), pacer),
      mergedWithoutInit: await measureUnion(new LayerUnion([...trees, upper]), pacer),
    });
  }
  return { layers, containers };
}

function treesOf(host: DriverHost, top: number | undefined): readonly (LayerTree | undefined)[] {
  return chainOf(host, top).map((position) => host.layers[position]?.tree);
}

function measureTree(tree: LayerTree): TreeMeasure {
  const counter = new Counter();
  for (let entry = 1; entry < tree.length; entry++) {
    if (tree.isDirectory(entry)) counter.directoryCount++;
    else counter.otherCount++;
    if (tree.kind(entry) === EntryKind.file && tree.inode(entry) === entry) counter.addFile(tree.sizeBytes(entry));
  }
  return counter.measure();
}

async function measureUnion(union: LayerUnion, pacer: Pacer): Promise<TreeMeasure> {
  return measureBelow(union, 0, pacer);
}

/** What a merged view shows below a directory. */
export async function measureBelow(union: LayerUnion, directory: number, pacer: Pacer): Promise<TreeMeasure> {
  const counter = new Counter();
  const linked = new Set<number>();
  const waiting = [directory];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (pacer.isDue) await pacer.pause();
    const first = union.firstChild(node);
    const end = first + union.childCount(node);
    for (let child = first; child < end; child++) {
      if (union.isDirectory(child)) {
        counter.directoryCount++;
        waiting.push(child);
        continue;
      }
      counter.otherCount++;
      if (union.kind(child) === EntryKind.file && isFirstMet(union, child, linked)) {
        counter.addFile(union.sizeBytes(child));
      }
    }
  }
  return counter.measure();
}

/** Whether no other name of the file has been met. Names of one inode lie in one layer. */
function isFirstMet(union: LayerUnion, node: number, met: Set<number>): boolean {
  const inode = union.layer(node) * 2 ** 32 + union.tree(node).inode(union.entry(node));
  if (met.has(inode)) return false;
  met.add(inode);
  return true;
}

class Counter {
  directoryCount = 0;
  otherCount = 0;
  #space: SpaceTally = NO_SPACE;

  addFile(sizeBytes: number): void {
    if (sizeBytes > 0) this.#space = addTallies([this.#space, tallyOf(sizeBytes)]);
  }

  measure(): TreeMeasure {
    return { directoryCount: this.directoryCount, otherCount: this.otherCount, space: this.#space };
  }
}
