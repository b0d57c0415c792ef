import { EntryKind, type LayerTree } from '../../src/vfs/layerTree.ts';

/** dive's algorithm said plainly over a tree of maps, for small stacks: what `diveFigures` must equal. */
interface DiveNode {
  readonly children: Map<string, DiveNode>;
  size: number;
  isDir: boolean;
}

export function naiveDive(layers: readonly LayerTree[]): {
  readonly efficiency: number;
  readonly wastedBytes: number;
  readonly paths: readonly string[];
} {
  const all = new Map<string, { smallest: number; sum: number; count: number }>();
  layers.forEach((tree, layer) => {
    for (const { path, entry } of leavesInOrder(tree)) {
      const data = all.get(path) ?? { smallest: -1, sum: 0, count: 0 };
      all.set(path, data);
      let bytes = tree.kind(entry) === EntryKind.file ? tree.sizeBytes(entry) : 0;
      if (tree.isWhiteout(entry)) {
        const node = find(stackUp(layers, layer), path);
        // A whiteout of nothing ends the layer.
        if (!node) break;
        bytes = node.isDir ? sum(node) : 0;
      }
      data.sum += bytes;
      data.count++;
      if (data.smallest < 0 || bytes < data.smallest) data.smallest = bytes;
    }
  });
  const values = [...all];
  const smallest = values.reduce((total, [, data]) => total + data.smallest, 0);
  const total = values.reduce((bytes, [, data]) => bytes + data.sum, 0);
  const wasted = values.filter(([, data]) => data.count > 1);
  return {
    efficiency: total === 0 ? 1 : smallest / total,
    wastedBytes: wasted.reduce((bytes, [, data]) => bytes + data.sum, 0),
    paths: wasted.map(([path]) => path).sort(),
  };
}

function leavesInOrder(tree: LayerTree, directory = 0): { path: string; entry: number }[] {
  const children = Array.from({ length: tree.childCount(directory) }, (_, i) => tree.firstChild(directory) + i);
  const named = children.map((entry) => ({ entry, key: (tree.isWhiteout(entry) ? '.wh.' : '') + tree.name(entry) }));
  named.sort((a, b) => (a.key < b.key ? -1 : 1));
  return named.flatMap(({ entry }) =>
    tree.childCount(entry) > 0 ? leavesInOrder(tree, entry) : [{ path: tree.path(entry), entry }],
  );
}

/** dive's stack of the layers below `top`; empty for the base. */
function stackUp(layers: readonly LayerTree[], top: number): DiveNode {
  const root: DiveNode = { children: new Map(), size: 0, isDir: true };
  for (const tree of layers.slice(0, top)) graft(root, tree, 0);
  return root;
}

function graft(into: DiveNode, tree: LayerTree, directory: number): void {
  for (let i = 0; i < tree.childCount(directory); i++) {
    const entry = tree.firstChild(directory) + i;
    const name = tree.name(entry);
    if (tree.isWhiteout(entry)) {
      into.children.delete(name);
      continue;
    }
    const node = into.children.get(name) ?? { children: new Map<string, DiveNode>(), size: 0, isDir: false };
    into.children.set(name, node);
    node.size = tree.kind(entry) === EntryKind.file ? tree.sizeBytes(entry) : 0;
    node.isDir = tree.isDirectory(entry) && !tree.isImplicit(entry);
    graft(node, tree, entry);
  }
}

function find(root: DiveNode, path: string): DiveNode | undefined {
  return path.split('/').reduce<DiveNode | undefined>((node, name) => node?.children.get(name), root);
}

function sum(node: DiveNode): number {
  return [...node.children.values()].reduce((bytes, child) => bytes + sum(child), node.size);
}
