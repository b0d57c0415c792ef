import { checkFlagValue, FlagValueError, quoteGo } from './flagValue.ts';
import type { FlagSpec } from './spec.ts';

/** A command line that the client does not take; the words are pflag's. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/** `--help` was asked for. */
const HELP: FlagSpec = { name: 'help', type: 'bool', usage: 'Print usage', isHidden: true };

/** The values of a command's flags. */
export class FlagSet {
  readonly #byName = new Map<string, FlagSpec>();
  readonly #byShort = new Map<string, FlagSpec>();
  readonly #values = new Map<string, string[]>();
  readonly #stopsAtFirstArgument: boolean;
  /** `-h` was used where it stands for `--help`. */
  usedShortHelp = false;
  /** What is told of deprecated flags, a line each time that one was used. */
  readonly deprecations: string[] = [];

  constructor(flags: readonly FlagSpec[], rules: { readonly stopsAtFirstArgument?: boolean } = {}) {
    for (const flag of [HELP, ...flags]) {
      this.#byName.set(flag.name, flag);
      if (flag.short !== undefined) this.#byShort.set(flag.short, flag);
    }
    this.#stopsAtFirstArgument = rules.stopsAtFirstArgument ?? false;
  }

  /** Reads the flags; gives the arguments that are none. Throws FlagError. */
  parse(words: readonly string[]): string[] {
    const positionals: string[] = [];
    let at = 0;
    while (at < words.length) {
      const word = words[at++] as string;
      if (!word.startsWith('-') || word === '-') {
        positionals.push(word);
        if (!this.#stopsAtFirstArgument) continue;
        positionals.push(...words.slice(at));
        break;
      }
      if (word === '--') {
        positionals.push(...words.slice(at));
        break;
      }
      at = word.startsWith('--') ? this.#readLong(word, words, at) : this.#readShort(word, words, at);
    }
    return positionals;
  }

  #readLong(word: string, words: readonly string[], next: number): number {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    if (name === '' || name.startsWith('-')) throw new FlagError(`bad flag syntax: ${word}`);
    const flag = this.#byName.get(name);
    if (!flag) throw new FlagError(`unknown flag: --${name}`);
    const optional = withoutValue(flag);
    if (equals >= 0) this.set(flag, word.slice(equals + 1));
    else if (optional !== undefined) this.set(flag, optional);
    else if (next < words.length) this.set(flag, words[next++] as string);
    else throw new FlagError(`flag needs an argument: ${word}`);
    return next;
  }

  #readShort(word: string, words: readonly string[], next: number): number {
    let letters = word.slice(1);
    while (letters !== '') {
      const letter = letters[0] as string;
      const flag = this.#byShort.get(letter);
      if (!flag && letter === 'h') {
        this.usedShortHelp = true;
        this.set(HELP, 'true');
        letters = letters.slice(1);
        continue;
      }
      if (!flag) throw new FlagError(`unknown shorthand flag: '${letter}' in -${letters}`);
      const optional = withoutValue(flag);
      if (letters.length > 2 && letters[1] === '=') {
        this.set(flag, letters.slice(2));
        return next;
      }
      if (optional !== undefined) {
        this.set(flag, optional);
        letters = letters.slice(1);
        continue;
      }
      if (letters.length > 1) this.set(flag, letters.slice(1));
      else if (next < words.length) this.set(flag, words[next++] as string);
      else throw new FlagError(`flag needs an argument: '${letter}' in -${letters}`);
      return next;
    }
    return next;
  }

  set(flag: FlagSpec, value: string): void {
    if (flag.deprecated !== undefined)
      this.deprecations.push(`Flag --${flag.name} has been deprecated, ${flag.deprecated}\n`);
    try {
      const checked = checkFlagValue(flag, value);
      if (flag.type === 'filter' && checked === '') this.#values.set(flag.name, this.list(flag.name));
      else this.#values.set(flag.name, [...this.list(flag.name), checked]);
    } catch (error) {
      if (!(error instanceof FlagValueError)) throw error;
      const names = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
      throw new FlagError(`invalid argument ${quoteGo(value)} for "${names}" flag: ${error.message}`);
    }
  }

  /** Whether it stood on the command line. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Every value in the order given. */
  list(name: string): string[] {
    return this.#values.get(name) ?? [];
  }

  /** The last value, or the default. */
  text(name: string): string {
    return this.#values.get(name)?.at(-1) ?? this.#byName.get(name)?.default ?? '';
  }

  isOn(name: string): boolean {
    return this.text(name) === 'true';
  }

  number(name: string): number {
    return Number(this.text(name) || '0');
  }

  /** The flags that stood on the command line. */
  given(): FlagSpec[] {
    return [...this.#values.keys()].map((name) => this.#byName.get(name) as FlagSpec);
  }

  /** Whether the next word belongs to this flag, by its letter or its name: what finding the command needs. */
  takesNextWord(flag: { readonly name: string } | { readonly short: string }): boolean {
    const spec = 'name' in flag ? this.#byName.get(flag.name) : this.#byShort.get(flag.short);
    return spec === undefined || withoutValue(spec) === undefined;
  }
}

function withoutValue(flag: FlagSpec): string | undefined {
  return flag.type === 'bool' ? 'true' : flag.noOptionDefault;
}
