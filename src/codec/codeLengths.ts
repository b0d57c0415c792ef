/** Huffman codes of bounded length. Which of equally good ones comes out is bzip2's choice: of two trees of a weight the
 *  flatter one goes first, and a binary heap breaks what ties are left. */

/** A weight, with the height of its tree below it, as one number: weights stay below 2^45. */
const HEIGHTS = 256;

/** Lengths by symbol, 1 to `maxBits`; what never occurs counts as once. */
export function codeLengths(frequencies: Int32Array, maxBits: number): Uint8Array {
  const weights = Array.from(frequencies, (frequency) => Math.max(1, frequency));
  for (;;) {
    const lengths = treeDepths(weights);
    if (lengths.every((length) => length <= maxBits)) return Uint8Array.from(lengths);
    for (const [symbol, weight] of weights.entries()) weights[symbol] = 1 + Math.floor(weight / 2);
  }
}

function treeDepths(weights: readonly number[]): number[] {
  const count = weights.length;
  const keys = weights.map((weight) => weight * HEIGHTS);
  const parents: number[] = new Array<number>(count).fill(-1);
  const heap = new KeyHeap(keys);
  for (let symbol = 0; symbol < count; symbol++) heap.add(symbol);
  while (heap.size > 1) {
    const one = heap.removeLeast();
    const other = heap.removeLeast();
    const node = keys.length;
    const [a, b] = [keys[one] as number, keys[other] as number];
    const height = 1 + Math.max(a % HEIGHTS, b % HEIGHTS);
    keys.push((Math.floor(a / HEIGHTS) + Math.floor(b / HEIGHTS)) * HEIGHTS + height);
    parents[one] = node;
    parents[other] = node;
    parents.push(-1);
    heap.add(node);
  }
  const depths = new Array<number>(parents.length).fill(0);
  for (let node = parents.length - 2; node >= 0; node--) depths[node] = (depths[parents[node] as number] as number) + 1;
  return depths.slice(0, count);
}

/** A binary heap of nodes, the least key on top. */
class KeyHeap {
  readonly #keys: readonly number[];
  /** From place 1 on. */
  readonly #nodes: number[] = [-1];

  constructor(keys: readonly number[]) {
    this.#keys = keys;
  }

  get size(): number {
    return this.#nodes.length - 1;
  }

  add(node: number): void {
    const nodes = this.#nodes;
    let place = nodes.length;
    nodes.push(node);
    for (; place > 1 && this.#isLess(node, nodes[place >> 1] as number); place >>= 1)
      nodes[place] = nodes[place >> 1] as number;
    nodes[place] = node;
  }

  removeLeast(): number {
    const nodes = this.#nodes;
    const least = nodes[1] as number;
    const moved = nodes.pop() as number;
    if (nodes.length === 1) return least;
    let place = 1;
    for (;;) {
      let child = place * 2;
      if (child >= nodes.length) break;
      if (child + 1 < nodes.length && this.#isLess(nodes[child + 1] as number, nodes[child] as number)) child++;
      if (this.#isLess(moved, nodes[child] as number)) break;
      nodes[place] = nodes[child] as number;
      place = child;
    }
    nodes[place] = moved;
    return least;
  }

  #isLess(one: number, other: number): boolean {
    return (this.#keys[one] as number) < (this.#keys[other] as number);
  }
}
