/** Sorting by a number for each item is several times as fast as by a comparison: key and place are packed into one
 *  double, and the engine sorts those natively. Where keys are equal, a comparison decides. */

/** Places that a packed key leaves room for: 16 of a double's 53 bits. */
const PACKED_ITEMS = 2 ** 16;
/** Keys are whole numbers below it. */
const PACKED_KEYS = 2 ** 37;

/** The items (at most PACKED_ITEMS) in order; `keyOf` may say the same of items that differ, but never the wrong order.
 *  Undefined where an item has no key. */
export function packedSort<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => number | undefined,
  compare: (a: Item, b: Item) => number,
): Item[] | undefined {
  const packed = new Float64Array(items.length);
  for (let i = 0; i < items.length; i++) {
    const key = keyOf(items[i] as Item);
    if (key === undefined) return undefined;
    packed[i] = key * PACKED_ITEMS + i;
  }
  packed.sort();
  const sorted = new Array<Item>(items.length);
  for (let i = 0; i < packed.length; i++) sorted[i] = items[(packed[i] as number) % PACKED_ITEMS] as Item;
  let start = 0;
  for (let i = 1; i <= packed.length; i++) {
    if (i < packed.length && keyAt(packed, i) === keyAt(packed, start)) continue;
    if (i - start > 1) sortRange(sorted, start, i, compare);
    start = i;
  }
  return sorted;
}

function keyAt(packed: Float64Array, i: number): number {
  return Math.floor((packed[i] as number) / PACKED_ITEMS);
}

function sortRange<Item>(items: Item[], start: number, end: number, compare: (a: Item, b: Item) => number): void {
  let isSorted = true;
  for (let i = start + 1; isSorted && i < end; i++) isSorted = compare(items[i - 1] as Item, items[i] as Item) <= 0;
  if (isSorted) return;
  const range = items.slice(start, end).sort(compare);
  for (let i = 0; i < range.length; i++) items[start + i] = range[i] as Item;
}

/** Of a text from that character on: four characters and a part of the fifth, up to the first beyond Latin. */
export function textKey(text: string, from: number): number {
  let key = 0;
  let isCut = false;
  for (let i = from; i < from + 4; i++) {
    const rank: number = isCut || i >= text.length ? 0 : Math.min(255, text.charCodeAt(i) + 1);
    isCut ||= rank === 255;
    key = key * 256 + rank;
  }
  const fifth = isCut || from + 4 >= text.length ? 0 : Math.min(255, text.charCodeAt(from + 4) + 1);
  return key * 32 + (fifth >> 3);
}

/** How many characters all texts begin with. */
export function commonPrefix(texts: readonly string[]): number {
  const first = texts[0] ?? '';
  let length = first.length;
  for (const text of texts) {
    let same = 0;
    while (same < length && text.charCodeAt(same) === first.charCodeAt(same)) same++;
    length = same;
    if (length === 0) break;
  }
  return length;
}

/** Of a whole number of either sign; undefined for any other, and for those too far from 0. */
export function integerKey(value: number): number | undefined {
  return Number.isInteger(value) && Math.abs(value) < PACKED_KEYS / 2 ? value + PACKED_KEYS / 2 : undefined;
}
