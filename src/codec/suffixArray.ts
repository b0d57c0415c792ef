/** Suffix arrays by induced sorting (Nong, Zhang, Chan: "Linear Suffix Array Construction by Almost Pure
 *  Induced-Sorting", 2009). Linear time; some 10 bytes of memory a symbol. */

const EMPTY = -1;

/** Positions of the suffixes of `text` in their order; a shorter one comes before those that it begins. Symbols are
 *  0 to `symbols - 1`. */
export function suffixArray(text: Uint8Array | Int32Array, symbols: number): Int32Array {
  const length = text.length;
  const array = new Int32Array(length);
  if (length < 2) return array;
  sortSuffixes(text, array, symbols);
  return array;
}

/** Whether the suffix at each place is less than the next one (type S). The last is not: the end is less. */
function suffixTypes(text: Uint8Array | Int32Array): Uint8Array {
  const types = new Uint8Array(text.length);
  for (let i = text.length - 2; i >= 0; i--) {
    const own = text[i] as number;
    const next = text[i + 1] as number;
    types[i] = own < next || (own === next && types[i + 1] === 1) ? 1 : 0;
  }
  return types;
}

function sortSuffixes(text: Uint8Array | Int32Array, array: Int32Array, symbols: number): void {
  const length = text.length;
  const types = suffixTypes(text);
  const counts = new Int32Array(symbols);
  for (let i = 0; i < length; i++) counts[text[i] as number] = (counts[text[i] as number] as number) + 1;
  const isLeftmost = (i: number) => i > 0 && types[i] === 1 && types[i - 1] === 0;

  array.fill(EMPTY);
  let ends = bucketEnds(counts);
  for (let i = length - 1; i > 0; i--) {
    if (!isLeftmost(i)) continue;
    const symbol = text[i] as number;
    ends[symbol] = (ends[symbol] as number) - 1;
    array[ends[symbol] as number] = i;
  }
  induce(text, array, types, counts);

  // The sorted substrings between leftmost S places, moved to the front, get names by their order.
  let count = 0;
  for (let i = 0; i < length; i++) {
    const position = array[i] as number;
    if (isLeftmost(position)) array[count++] = position;
  }
  const nameOf = new Int32Array((length >> 1) + 1).fill(EMPTY);
  let name = -1;
  let previous = EMPTY;
  for (let i = 0; i < count; i++) {
    const position = array[i] as number;
    if (previous === EMPTY || !isSameSubstring(text, types, previous, position)) name++;
    nameOf[position >> 1] = name;
    previous = position;
  }
  const reduced = new Int32Array(count);
  const places = new Int32Array(count);
  for (let i = 1, at = 0; i < length; i++) {
    if (!isLeftmost(i)) continue;
    places[at] = i;
    reduced[at++] = nameOf[i >> 1] as number;
  }
  const order = new Int32Array(count);
  if (name + 1 === count) for (let i = 0; i < count; i++) order[reduced[i] as number] = i;
  else if (count > 0) sortSuffixes(reduced, order, name + 1);

  array.fill(EMPTY);
  ends = bucketEnds(counts);
  for (let i = count - 1; i >= 0; i--) {
    const position = places[order[i] as number] as number;
    const symbol = text[position] as number;
    ends[symbol] = (ends[symbol] as number) - 1;
    array[ends[symbol] as number] = position;
  }
  induce(text, array, types, counts);
}

function bucketEnds(counts: Int32Array): Int32Array {
  const ends = new Int32Array(counts.length);
  let sum = 0;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    sum += counts[symbol] as number;
    ends[symbol] = sum;
  }
  return ends;
}

function bucketStarts(counts: Int32Array): Int32Array {
  const starts = new Int32Array(counts.length);
  let sum = 0;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    starts[symbol] = sum;
    sum += counts[symbol] as number;
  }
  return starts;
}

/** From the leftmost S suffixes, all L suffixes from the left, then all S suffixes from the right. */
function induce(text: Uint8Array | Int32Array, array: Int32Array, types: Uint8Array, counts: Int32Array): void {
  const length = text.length;
  const starts = bucketStarts(counts);
  // The last suffix is L and the least of its bucket, as the end precedes everything.
  const last = text[length - 1] as number;
  array[starts[last] as number] = length - 1;
  starts[last] = (starts[last] as number) + 1;
  for (let i = 0; i < length; i++) {
    const position = (array[i] as number) - 1;
    if (position < 0 || types[position] === 1) continue;
    const symbol = text[position] as number;
    array[starts[symbol] as number] = position;
    starts[symbol] = (starts[symbol] as number) + 1;
  }
  const ends = bucketEnds(counts);
  for (let i = length - 1; i >= 0; i--) {
    const position = (array[i] as number) - 1;
    if (position < 0 || types[position] === 0) continue;
    const symbol = text[position] as number;
    ends[symbol] = (ends[symbol] as number) - 1;
    array[ends[symbol] as number] = position;
  }
}

/** Whether two substrings, each from a leftmost S place to the next, are equal in symbols and types. */
function isSameSubstring(text: Uint8Array | Int32Array, types: Uint8Array, one: number, other: number): boolean {
  const length = text.length;
  for (let offset = 0; ; offset++) {
    const i = one + offset;
    const j = other + offset;
    if (i >= length || j >= length) return false;
    if (text[i] !== text[j] || types[i] !== types[j]) return false;
    if (offset === 0) continue;
    const endsOne = types[i] === 1 && types[i - 1] === 0;
    const endsOther = types[j] === 1 && types[j - 1] === 0;
    if (endsOne || endsOther) return endsOne && endsOther;
  }
}
