import { BuildError } from '../buildError.ts';
import { suggestion } from '../suggest.ts';

type FlagKind = 'boolean' | 'text' | 'texts';
export type FlagSpec = Readonly<Record<string, FlagKind>>;

/** The `--flags` of one instruction. */
export class Flags {
  readonly #texts: ReadonlyMap<string, readonly string[]>;

  constructor(texts: ReadonlyMap<string, readonly string[]>) {
    this.#texts = texts;
  }

  has(name: string): boolean {
    return this.#texts.has(name);
  }

  text(name: string, fallback = ''): string {
    return this.#texts.get(name)?.[0] ?? fallback;
  }

  texts(name: string): readonly string[] {
    return this.#texts.get(name) ?? [];
  }

  isTrue(name: string): boolean {
    return this.text(name) === 'true';
  }
}

/** Throws BuildError `flag`: unknown, repeated, without a value, not a boolean. */
export function readFlags(words: readonly string[], spec: FlagSpec): Flags {
  const found = new Map<string, string[]>();
  for (const word of words) {
    if (word === '--') break;
    if (!word.startsWith('--')) throw new BuildError('flag', `arg should start with -- : ${word}`);
    const at = word.indexOf('=');
    const shown = at < 0 ? word : word.slice(0, at);
    const value = at < 0 ? undefined : word.slice(at + 1);
    const name = shown.slice(2);
    const kind = Object.hasOwn(spec, name) ? spec[name] : undefined;
    if (kind === undefined) {
      throw new BuildError('flag', `unknown flag: ${shown}${suggestion(name, Object.keys(spec))}`);
    }
    const earlier = found.get(name);
    if (earlier && kind !== 'texts') throw new BuildError('flag', `duplicate flag specified: ${shown}`);
    const text = kind === 'boolean' ? booleanText(shown, value) : value;
    if (text === undefined) throw new BuildError('flag', `missing a value on flag: ${shown}`);
    if (earlier) earlier.push(text);
    else found.set(name, [text]);
  }
  return new Flags(found);
}

function booleanText(shown: string, value: string | undefined): string | undefined {
  if (value === '') return undefined;
  const text = value?.toLowerCase() ?? 'true';
  if (text === 'true' || text === 'false') return text;
  throw new BuildError('flag', `expecting boolean value for flag ${shown}, not: ${value}`);
}
