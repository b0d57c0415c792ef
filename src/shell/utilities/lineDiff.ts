/** A stretch of lines that differ: `[aStart, aEnd)` of the first text is replaced by `[bStart, bEnd)` of the second. */
export interface Change {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

/** Steps of the search, after which what is left is taken for one change: a bound on time, not on what is right. */
const MAX_COST = 40_000_000;

/** The changes between two lists of lines, given as numbers, few and short (Myers, "An O(ND) Difference Algorithm", in
 *  linear space). Equal ends are set aside first. */
export function diffLines(a: Int32Array, b: Int32Array): Change[] {
  const aChanged = new Uint8Array(a.length + 1);
  const bChanged = new Uint8Array(b.length + 1);
  new Comparison(a, b, aChanged, bChanged).run();
  shift(a, aChanged, bChanged);
  shift(b, bChanged, aChanged);
  return changesOf(aChanged, bChanged, a.length, b.length);
}

function changesOf(aChanged: Uint8Array, bChanged: Uint8Array, aLength: number, bLength: number): Change[] {
  const changes: Change[] = [];
  let [i, j] = [0, 0];
  while (i < aLength || j < bLength) {
    if (!aChanged[i] && !bChanged[j]) {
      i++;
      j++;
      continue;
    }
    const [aStart, bStart] = [i, j];
    while (i < aLength && aChanged[i]) i++;
    while (j < bLength && bChanged[j]) j++;
    changes.push({ aStart, aEnd: i, bStart, bEnd: j });
  }
  return changes;
}

class Comparison {
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  readonly #aChanged: Uint8Array;
  readonly #bChanged: Uint8Array;
  readonly #forward: Int32Array;
  readonly #backward: Int32Array;
  readonly #origin: number;
  #cost = 0;

  constructor(a: Int32Array, b: Int32Array, aChanged: Uint8Array, bChanged: Uint8Array) {
    this.#a = a;
    this.#b = b;
    this.#aChanged = aChanged;
    this.#bChanged = bChanged;
    this.#origin = b.length + 1;
    this.#forward = new Int32Array(a.length + b.length + 3);
    this.#backward = new Int32Array(a.length + b.length + 3);
  }

  run(): void {
    const stack: [number, number, number, number][] = [[0, this.#a.length, 0, this.#b.length]];
    while (stack.length > 0) {
      let [aLow, aHigh, bLow, bHigh] = stack.pop() as [number, number, number, number];
      while (aLow < aHigh && bLow < bHigh && this.#a[aLow] === this.#b[bLow]) {
        aLow++;
        bLow++;
      }
      while (aLow < aHigh && bLow < bHigh && this.#a[aHigh - 1] === this.#b[bHigh - 1]) {
        aHigh--;
        bHigh--;
      }
      if (aLow === aHigh || bLow === bHigh || this.#cost > MAX_COST) {
        this.#aChanged.fill(1, aLow, aHigh);
        this.#bChanged.fill(1, bLow, bHigh);
        continue;
      }
      const [x, y] = this.#middle(aLow, aHigh, bLow, bHigh);
      stack.push([x, aHigh, y, bHigh], [aLow, x, bLow, y]);
    }
  }

  /** A point that a shortest path goes through, found from both ends. */
  #middle(aLow: number, aHigh: number, bLow: number, bHigh: number): [number, number] {
    const [a, b, f, r, origin] = [this.#a, this.#b, this.#forward, this.#backward, this.#origin];
    const [least, most] = [aLow - bHigh, aHigh - bLow];
    const [fMiddle, rMiddle] = [aLow - bLow, aHigh - bHigh];
    const isOdd = ((fMiddle - rMiddle) & 1) !== 0;
    let [fMin, fMax, rMin, rMax] = [fMiddle, fMiddle, rMiddle, rMiddle];
    f[origin + fMiddle] = aLow;
    r[origin + rMiddle] = aHigh;
    for (;;) {
      if (fMin > least) f[origin + --fMin - 1] = -1;
      else fMin++;
      if (fMax < most) f[origin + ++fMax + 1] = -1;
      else fMax--;
      for (let d = fMax; d >= fMin; d -= 2) {
        const low = f[origin + d - 1] as number;
        const high = f[origin + d + 1] as number;
        let x = low >= high ? low + 1 : high;
        let y = x - d;
        const from = x;
        while (x < aHigh && y < bHigh && a[x] === b[y]) {
          x++;
          y++;
        }
        this.#cost += x - from + 1;
        f[origin + d] = x;
        if (isOdd && d >= rMin && d <= rMax && (r[origin + d] as number) <= x) return [x, y];
      }
      if (rMin > least) r[origin + --rMin - 1] = 0x7fffffff;
      else rMin++;
      if (rMax < most) r[origin + ++rMax + 1] = 0x7fffffff;
      else rMax--;
      for (let d = rMax; d >= rMin; d -= 2) {
        const low = r[origin + d - 1] as number;
        const high = r[origin + d + 1] as number;
        let x = low < high ? low : high - 1;
        let y = x - d;
        const from = x;
        while (x > aLow && y > bLow && a[x - 1] === b[y - 1]) {
          x--;
          y--;
        }
        this.#cost += from - x + 1;
        r[origin + d] = x;
        if (!isOdd && d >= fMin && d <= fMax && x <= (f[origin + d] as number)) return [x, y];
      }
      if (this.#cost > MAX_COST) return [aHigh, bLow];
    }
  }
}

/** Moves runs of changes as far down as equal lines allow, joining those that meet, as GNU's diff does; where the other
 *  text has changes to stand beside, there. */
function shift(lines: Int32Array, changed: Uint8Array, otherChanged: Uint8Array): void {
  let i = 0;
  let j = 0;
  for (;;) {
    while (i < lines.length && !changed[i]) {
      while (otherChanged[j++]);
      i++;
    }
    if (i >= lines.length) return;
    let start = i;
    while (changed[++i]);
    while (otherChanged[j]) j++;
    let runLength: number;
    let corresponding: number;
    do {
      runLength = i - start;
      while (start > 0 && lines[start - 1] === lines[i - 1]) {
        changed[--start] = 1;
        changed[--i] = 0;
        while (start > 0 && changed[start - 1]) start--;
        while (otherChanged[--j]);
      }
      corresponding = j > 0 && otherChanged[j - 1] ? i : lines.length;
      while (i < lines.length && lines[start] === lines[i]) {
        changed[start++] = 0;
        changed[i++] = 1;
        while (changed[i]) i++;
        while (otherChanged[++j]) corresponding = i;
      }
    } while (runLength !== i - start);
    while (corresponding < i) {
      changed[--start] = 1;
      changed[--i] = 0;
      while (otherChanged[--j]);
    }
  }
}
