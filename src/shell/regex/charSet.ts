/** Sets of code points: sorted, disjoint, inclusive ranges, flat: `[low, high, low, high, …]`. */
export type CharSet = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;
/** Cases are folded one by one; a range above this has both cases of nearly everything already. */
const MAX_FOLDED = 0x600;

export function setOf(...ranges: number[]): CharSet {
  const pairs: [number, number][] = [];
  for (let i = 0; i + 1 < ranges.length; i += 2) pairs.push([ranges[i] as number, ranges[i + 1] as number]);
  pairs.sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [low, high] of pairs) {
    const last = out.length - 1;
    if (last > 0 && low <= (out[last] as number) + 1) out[last] = Math.max(out[last] as number, high);
    else out.push(low, high);
  }
  return out;
}

export function union(a: CharSet, b: CharSet): CharSet {
  return setOf(...a, ...b);
}

export function complement(set: CharSet): CharSet {
  const out: number[] = [];
  let from = 0;
  for (let i = 0; i < set.length; i += 2) {
    const low = set[i] as number;
    if (low > from) out.push(from, low - 1);
    from = (set[i + 1] as number) + 1;
  }
  if (from <= MAX_CODE_POINT) out.push(from, MAX_CODE_POINT);
  return out;
}

export function without(set: CharSet, taken: CharSet): CharSet {
  return complement(union(complement(set), taken));
}

export function contains(set: CharSet, code: number): boolean {
  for (let i = 0; i < set.length; i += 2) {
    if (code < (set[i] as number)) return false;
    if (code <= (set[i + 1] as number)) return true;
  }
  return false;
}

/** With the other case of every letter. */
export function foldCase(set: CharSet): CharSet {
  const more: number[] = [];
  for (let i = 0; i < set.length; i += 2) {
    const low = set[i] as number;
    const high = Math.min(set[i + 1] as number, low + MAX_FOLDED);
    for (let code = low; code <= high; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const text = String.fromCodePoint(code);
      for (const other of [text.toLowerCase(), text.toUpperCase()]) {
        const folded = other.codePointAt(0) as number;
        if (folded !== code && other.length === (folded > 0xffff ? 2 : 1)) more.push(folded, folded);
      }
    }
  }
  return more.length === 0 ? set : setOf(...set, ...more);
}

export const DIGIT: CharSet = [0x30, 0x39];
export const WORD: CharSet = [
  0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a, 0xaa, 0xaa, 0xb5, 0xb5, 0xba, 0xba, 0xc0, 0xd6, 0xd8, 0xf6, 0xf8,
  0x24f, 0x370, 0x373, 0x376, 0x377, 0x386, 0x386, 0x388, 0x3ff, 0x400, 0x481, 0x48a, 0x52f, 0x531, 0x556, 0x561, 0x587,
  0x5d0, 0x5ea, 0x620, 0x64a, 0x3041, 0x3096, 0x30a1, 0x30fa, 0x3400, 0x4dbf, 0x4e00, 0x9fff, 0xac00, 0xd7a3,
];
export const SPACE: CharSet = [0x09, 0x0d, 0x20, 0x20];
export const ANY: CharSet = [0, MAX_CODE_POINT];
export const NEWLINE: CharSet = [0x0a, 0x0a];

const LETTERS = without(WORD, [0x30, 0x39, 0x5f, 0x5f]);
const ABOVE_ASCII: CharSet = [0xa1, 0xd7ff, 0xe000, MAX_CODE_POINT];

/** `[:NAME:]`. Undefined for a name that is none. */
export function namedClass(name: string): CharSet | undefined {
  switch (name) {
    case 'alpha':
      return LETTERS;
    case 'digit':
      return DIGIT;
    case 'alnum':
      return union(LETTERS, DIGIT);
    case 'word':
      return WORD;
    case 'upper':
      return casedLetters('upper');
    case 'lower':
      return casedLetters('lower');
    case 'space':
      return SPACE;
    case 'blank':
      return [0x09, 0x09, 0x20, 0x20];
    case 'punct':
      return [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e, 0xa1, 0xa9, 0x2010, 0x2027];
    case 'print':
      return union([0x20, 0x7e], ABOVE_ASCII);
    case 'graph':
      return union([0x21, 0x7e], ABOVE_ASCII);
    case 'cntrl':
      return [0, 0x1f, 0x7f, 0x9f];
    case 'xdigit':
      return [0x30, 0x39, 0x41, 0x46, 0x61, 0x66];
    default:
      return undefined;
  }
}

const cased = new Map<'upper' | 'lower', CharSet>();

function casedLetters(which: 'upper' | 'lower'): CharSet {
  let set = cased.get(which);
  if (!set) {
    const ranges: number[] = [];
    for (let code = 0x41; code < 0x530; code++) {
      const text = String.fromCharCode(code);
      const isThat = which === 'upper' ? text.toLowerCase() !== text : text.toUpperCase() !== text;
      if (isThat) ranges.push(code, code);
    }
    set = setOf(...ranges);
    cased.set(which, set);
  }
  return set;
}
