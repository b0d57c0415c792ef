import type { Process } from '../kernel/process.ts';
import { compareNames } from './nameOrder.ts';
import { commonPrefix, integerKey, packedSort, textKey } from './packedSort.ts';
import { type Comparison, comparisonOf, keyText, prepare, type Prepared, randomSalt, type SortKey } from './sortKey.ts';

/** What is sorted in one go, between two looks at whether the thread is wanted elsewhere. */
const RUN_LINES = 32_768;
const STEPS_A_LOOK = 64;

interface Entry {
  readonly line: string;
  readonly first: Prepared;
  /** The keys behind the first: mostly none. */
  readonly others: readonly Prepared[];
}

const NONE: readonly Prepared[] = [];

export interface OrderForm {
  readonly separator: string | undefined;
  readonly isUnique: boolean;
  readonly isStable: boolean;
  readonly reverse: boolean;
}

const HIGH = /[\ud800-\uffff]/;

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Compare<Item> = (a: Item, b: Item) => number;

/** The order that a command line asks for. Sorts runs, then merges them from the bottom up, giving way in between. */
export class Order {
  readonly isUnique: boolean;
  readonly #process: Process;
  readonly #keys: readonly SortKey[];
  readonly #comparisons: readonly Comparison[];
  readonly #separator: string | undefined;
  readonly #isStable: boolean;
  readonly #reverse: boolean;
  readonly #salt: string;

  constructor(process: Process, keys: readonly SortKey[], form: OrderForm) {
    this.#process = process;
    this.#keys = keys;
    this.#comparisons = keys.map(({ options }) => comparisonOf(options));
    this.#separator = form.separator;
    this.isUnique = form.isUnique;
    this.#isStable = form.isStable;
    this.#reverse = form.reverse;
    this.#salt = keys.some(({ options }) => options.ordering === 'random') ? randomSalt(process) : '';
  }

  compareKeys(a: string, b: string): number {
    return this.#compare(this.#entry(a), this.#entry(b));
  }

  compare(a: string, b: string): number {
    return this.compareKeys(a, b) || this.#lastResort(a, b);
  }

  async sorted(lines: readonly string[]): Promise<string[]> {
    if (this.#isOfLines) {
      // Texts sort as bytes do, but for what needs surrogates.
      const order = lines.some((line) => HIGH.test(line)) ? compareNames : compareTexts;
      const sortRun = (run: string[]): string[] => {
        const from = commonPrefix(run);
        return packedSort(run, (line) => textKey(line, from), order) ?? run.sort(order);
      };
      const all = await this.#mergeAll(await this.#runs(lines, sortRun), order);
      if (this.#reverse) all.reverse();
      return this.isUnique ? all.filter((line, i) => i === 0 || line !== all[i - 1]) : all;
    }
    const keyOf = this.#numberOf();
    const sortRun = (run: Entry[]): Entry[] => (keyOf && packedSort(run, keyOf, this.#order)) ?? run.sort(this.#order);
    return this.#unique(await this.#mergeAll(await this.#runs(await this.#entries(lines), sortRun), this.#order));
  }

  /** Lists that are sorted already. */
  async merged(lists: readonly (readonly string[])[]): Promise<string[]> {
    const runs: Entry[][] = [];
    for (const list of lists) runs.push(await this.#entries(list));
    return this.#unique(await this.#mergeAll(runs, this.#order));
  }

  /** Whether lines are compared as they are: most often. */
  get #isOfLines(): boolean {
    const [key] = this.#keys;
    return this.#keys.length === 1 && key !== undefined && isWholeLine(key);
  }

  #entry(line: string): Entry {
    const first = this.#prepared(line, this.#keys[0] as SortKey);
    const others = this.#keys.length === 1 ? NONE : this.#keys.slice(1).map((key) => this.#prepared(line, key));
    return { line, first, others };
  }

  #prepared(line: string, key: SortKey): Prepared {
    return prepare(keyText(line, key, this.#separator), key.options, this.#salt);
  }

  #compare(a: Entry, b: Entry): number {
    const comparisons = this.#comparisons;
    let order = (comparisons[0] as Comparison)(a.first, b.first);
    for (let i = 1; order === 0 && i < comparisons.length; i++) {
      order = (comparisons[i] as Comparison)(a.others[i - 1] as Prepared, b.others[i - 1] as Prepared);
    }
    return order;
  }

  #lastResort(a: string, b: string): number {
    if (this.#isStable) return 0;
    const order = compareNames(a, b);
    return this.#reverse ? -order : order;
  }

  readonly #order = (a: Entry, b: Entry) => this.#compare(a, b) || this.#lastResort(a.line, b.line);

  async #entries(lines: readonly string[]): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (const line of lines) {
      entries.push(this.#entry(line));
      if (this.#process.isDue) await this.#process.pause();
    }
    return entries;
  }

  /** The number that decides, mostly, where the first key has one. */
  #numberOf(): ((entry: Entry) => number | undefined) | undefined {
    const options = this.#keys[0]?.options;
    if (options?.ordering !== 'numeric') return undefined;
    const sign = options.reverse ? -1 : 1;
    return ({ first }) => (typeof first === 'number' ? integerKey(sign * first) : undefined);
  }

  /** `sortRun` may sort in place: a run is its own. */
  async #runs<Item>(items: readonly Item[], sortRun: (run: Item[]) => Item[]): Promise<Item[][]> {
    const runs: Item[][] = [];
    for (let i = 0; i < items.length; i += RUN_LINES) {
      runs.push(sortRun(items.slice(i, i + RUN_LINES)));
      if (this.#process.isDue) await this.#process.pause();
    }
    return runs;
  }

  async #mergeAll<Item>(given: Item[][], compare: Compare<Item>): Promise<Item[]> {
    let runs = given;
    while (runs.length > 1) {
      const merged: Item[][] = [];
      for (let i = 0; i < runs.length; i += 2) {
        const [first, second] = [runs[i] as Item[], runs[i + 1]];
        merged.push(second ? await this.#merge(first, second, compare) : first);
      }
      runs = merged;
    }
    return runs[0] ?? [];
  }

  async #merge<Item>(a: readonly Item[], b: readonly Item[], compare: Compare<Item>): Promise<Item[]> {
    const out: Item[] = [];
    let [x, y] = [0, 0];
    while (x < a.length && y < b.length) {
      const stop = out.length + STEPS_A_LOOK;
      while (out.length < stop && x < a.length && y < b.length) {
        out.push(compare(a[x] as Item, b[y] as Item) <= 0 ? (a[x++] as Item) : (b[y++] as Item));
      }
      if (this.#process.isDue) await this.#process.pause();
    }
    for (; x < a.length; x++) out.push(a[x] as Item);
    for (; y < b.length; y++) out.push(b[y] as Item);
    return out;
  }

  #unique(all: readonly Entry[]): string[] {
    const kept = this.isUnique
      ? all.filter((entry, i) => i === 0 || this.#compare(all[i - 1] as Entry, entry) !== 0)
      : all;
    return kept.map(({ line }) => line);
  }
}

function isWholeLine({ startField, startChar, endField, options }: SortKey): boolean {
  const { ordering, foldsCase, dictionary, printing, skipsStartBlanks } = options;
  const isPlain = ordering === undefined && !foldsCase && !dictionary && !printing && !skipsStartBlanks;
  return isPlain && startField === 0 && startChar === 0 && endField === undefined;
}
