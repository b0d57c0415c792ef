import { Pacer } from '../bytes/pacer.ts';
import type { LayerUnion } from '../vfs/layerUnion.ts';
import { EntryKind } from '../vfs/layerTree.ts';
import type { OperationTarget } from './driver.ts';
import { measureBelow, NOTHING } from './measureHost.ts';

/** What the costs of an operation on a visible node depend on. Cost: a walk through what lies below a directory. */
export async function operationTarget(union: LayerUnion, node: number, signal?: AbortSignal): Promise<OperationTarget> {
  const kind = union.kind(node);
  let parentCount = -1;
  for (let at = node; at !== 0; at = union.parent(at)) parentCount++;
  return {
    kind,
    sizeBytes: kind === EntryKind.file ? union.sizeBytes(node) : 0,
    linkCount: union.linkCount(node),
    parentCount: Math.max(0, parentCount),
    layersSearched: union.layers.length - union.layer(node),
    below: kind === EntryKind.directory ? await measureBelow(union, node, new Pacer(signal)) : NOTHING,
  };
}

/** The largest visible file, the first of equals; -1 when there is none. */
export function largestFile(union: LayerUnion): number {
  let largest = -1;
  let largestBytes = -1;
  const waiting = [0];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const first = union.firstChild(node);
    const end = first + union.childCount(node);
    for (let child = first; child < end; child++) {
      if (union.isDirectory(child)) waiting.push(child);
      else if (union.kind(child) === EntryKind.file && union.sizeBytes(child) > largestBytes) {
        largest = child;
        largestBytes = union.sizeBytes(child);
      }
    }
  }
  return largest;
}
