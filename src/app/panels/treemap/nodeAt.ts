import type { TreemapNode } from '../../../client/protocol.ts';

/** The node that names lead to, or the deepest one above it that is still there. */
export function nodeAt(root: TreemapNode, names: readonly string[]): TreemapNode {
  let node = root;
  for (const name of names) {
    const child = node.children.find((one) => one.name === name);
    if (!child) return node;
    node = child;
  }
  return node;
}
