import type { LayerTree } from '../vfs/layerTree.ts';
import { collectRows } from './collectRows.ts';
import { Pace } from './pace.ts';
import { measureRows } from './rowSizes.ts';
import { NO_ROW, type RowTable } from './rowTable.ts';
import type { StackTimeline } from './timeline.ts';

export interface TreemapNode {
  readonly name: string;
  readonly sizeBytes: number;
  /** Layer of the largest share. */
  readonly layer: number;
  readonly children: readonly TreemapNode[];
  /** Small children that were folded together. */
  readonly foldedCount: number;
}

/** Nodes in a treemap at most: as many as can be told apart, and walked through by keyboard. */
const MAX_NODES = 4000;
/** Levels at most: a message between threads is copied level by level. */
const MAX_DEPTH = 64;
/** Children of one directory at most; the rest are folded into one node. */
const MAX_CHILDREN = 64;

/** Sizes of an image as nested areas. Up to a layer: what its union shows, each inode once. 'all': the bytes of all
 *  layers, those that are hidden included. Large directories are opened first, until the nodes are used up; small
 *  children are folded into one node that has an empty name and their count. */
export async function treemap(
  stack: StackTimeline,
  upToLayer: number | 'all',
  signal?: AbortSignal,
): Promise<TreemapNode> {
  const pace = new Pace(signal);
  const isAll = upToLayer === 'all';
  const layer = isAll ? Math.max(0, stack.layers.length - 1) : upToLayer;
  const filter = { changes: [], text: '', minBytes: 0 };
  const rows = await collectRows(stack, { layer, mode: 'union', xray: isAll, filter }, pace);
  const bytes = sumBytes(rows, (await measureRows(rows, stack, pace)).counted, stack);
  if (pace.step()) await pace.rest();
  return new TreemapBuilder(rows, bytes, stack).build();
}

/** Bytes of each row with all below it, visible and hidden alike; the last element is the root's. */
function sumBytes(rows: RowTable, counted: Float64Array, stack: StackTimeline): Float64Array {
  const bytes = new Float64Array(rows.count + 1);
  for (let row = rows.count - 1; row >= 0; row--) {
    const tree = stack.layers[rows.layer[row] as number] as LayerTree;
    if (!tree.isDirectory(rows.entry[row] as number)) bytes[row] = counted[row] as number;
    const parent = rows.parent[row] as number;
    const slot = parent === NO_ROW ? rows.count : parent;
    bytes[slot] = (bytes[slot] as number) + (bytes[row] as number);
  }
  return bytes;
}

interface OpenNode {
  readonly name: string;
  /** One row; several for children that were folded together; for the root its own slot. */
  readonly rows: readonly number[];
  readonly sizeBytes: number;
  readonly foldedCount: number;
  readonly parent: OpenNode | undefined;
  readonly depth: number;
  children: OpenNode[];
  layer: number;
}

class TreemapBuilder {
  readonly #rows: RowTable;
  readonly #bytes: Float64Array;
  readonly #stack: StackTimeline;
  readonly #firstChild: Uint32Array;
  readonly #nextSibling: Uint32Array;
  readonly #end: Uint32Array;
  /** Parents before their children. */
  readonly #nodes: OpenNode[] = [];

  constructor(rows: RowTable, bytes: Float64Array, stack: StackTimeline) {
    this.#rows = rows;
    this.#bytes = bytes;
    this.#stack = stack;
    this.#firstChild = new Uint32Array(rows.count + 1).fill(NO_ROW);
    this.#nextSibling = new Uint32Array(rows.count);
    this.#end = new Uint32Array(rows.count + 1);
    for (let row = rows.count - 1; row >= 0; row--) {
      const slot = this.#slot(rows.parent[row] as number);
      this.#nextSibling[row] = this.#firstChild[slot] as number;
      this.#firstChild[slot] = row;
      this.#end[row] = Math.max(this.#end[row] as number, row + 1);
      this.#end[slot] = Math.max(this.#end[slot] as number, this.#end[row] as number);
    }
  }

  build(): TreemapNode {
    const root = this.#node('', [this.#rows.count], undefined, 0);
    const closed: OpenNode[] = [root];
    while (closed.length > 0) {
      const node = takeLargest(closed);
      const shown = this.#shownChildren((node.rows[0] as number | undefined) ?? 0);
      if (this.#nodes.length + shown.length > MAX_NODES) continue;
      node.children = shown.map((rows) => {
        const first = rows[0] as number;
        return this.#node(rows.length === 1 ? this.#name(first) : '', rows, node, rows.length === 1 ? 0 : rows.length);
      });
      for (const child of node.children) {
        if (child.depth < MAX_DEPTH && child.foldedCount === 0 && this.#firstChild[child.rows[0] as number] !== NO_ROW)
          closed.push(child);
      }
    }
    this.#settleLayers();
    return plain(root);
  }

  /** Rows of the children to show, largest first; the last element may hold several that are folded. */
  #shownChildren(row: number): number[][] {
    const all: number[] = [];
    for (let child = this.#firstChild[row] as number; child !== NO_ROW; child = this.#nextSibling[child] as number) {
      if ((this.#bytes[child] as number) > 0) all.push(child);
    }
    all.sort((a, b) => (this.#bytes[b] as number) - (this.#bytes[a] as number));
    const folded = all.length > MAX_CHILDREN ? all.splice(MAX_CHILDREN - 1) : [];
    const shown = all.map((child) => [child]);
    if (folded.length > 0) shown.push(folded);
    return shown;
  }

  #node(name: string, rows: readonly number[], parent: OpenNode | undefined, foldedCount: number): OpenNode {
    let sizeBytes = 0;
    for (const row of rows) sizeBytes += this.#bytes[row] as number;
    const node: OpenNode = {
      name,
      rows,
      sizeBytes,
      foldedCount,
      parent,
      depth: (parent?.depth ?? -1) + 1,
      children: [],
      layer: 0,
    };
    this.#nodes.push(node);
    return node;
  }

  /** Rows are counted at the innermost node that holds them and the tallies handed up, so each row counts once. */
  #settleLayers(): void {
    const tallies = new Map<OpenNode, Map<number, number>>();
    for (const node of this.#nodes.reverse()) {
      const tally = tallies.get(node) ?? new Map<number, number>();
      if (node.children.length === 0) for (const row of node.rows) this.#tallyRows(row, tally);
      node.layer = largestShare(tally);
      tallies.delete(node);
      if (!node.parent) continue;
      const above = tallies.get(node.parent) ?? new Map<number, number>();
      for (const [layer, bytes] of tally) above.set(layer, (above.get(layer) ?? 0) + bytes);
      tallies.set(node.parent, above);
    }
  }

  #tallyRows(row: number, tally: Map<number, number>): void {
    const first = row === this.#rows.count ? 0 : row;
    const end = this.#end[row] as number;
    for (let at = first; at < end; at++) {
      if (this.#firstChild[at] !== NO_ROW) continue;
      const layer = this.#rows.layer[at] as number;
      tally.set(layer, (tally.get(layer) ?? 0) + (this.#bytes[at] as number));
    }
  }

  #name(row: number): string {
    const tree = this.#stack.layers[this.#rows.layer[row] as number] as LayerTree;
    return tree.name(this.#rows.entry[row] as number);
  }

  #slot(parent: number): number {
    return parent === NO_ROW ? this.#rows.count : parent;
  }
}

/** Takes the largest node out of an unordered list: breadth is spent where the bytes are. */
function takeLargest(closed: OpenNode[]): OpenNode {
  let largest = 0;
  for (let i = 1; i < closed.length; i++) {
    if ((closed[i] as OpenNode).sizeBytes > (closed[largest] as OpenNode).sizeBytes) largest = i;
  }
  const node = closed[largest] as OpenNode;
  closed[largest] = closed.at(-1) as OpenNode;
  closed.pop();
  return node;
}

function largestShare(tally: ReadonlyMap<number, number>): number {
  let best = 0;
  let most = -1;
  for (const [layer, bytes] of tally) {
    if (bytes < most || (bytes === most && layer > best)) continue;
    best = layer;
    most = bytes;
  }
  return best;
}

/** Without the builder's own fields; children's objects are made before their parents'. */
function plain(root: OpenNode): TreemapNode {
  const made = new Map<OpenNode, TreemapNode>();
  const waiting: OpenNode[] = [root];
  const order: OpenNode[] = [];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    order.push(node);
    waiting.push(...node.children);
  }
  for (const node of order.reverse()) {
    const { name, sizeBytes, layer, foldedCount } = node;
    const children = node.children.map((child) => made.get(child) as TreemapNode);
    made.set(node, { name, sizeBytes, layer, children, foldedCount });
  }
  return made.get(root) as TreemapNode;
}
