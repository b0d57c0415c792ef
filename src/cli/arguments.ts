import { CliError } from './cliError.ts';

/** An option that a command takes. A `value` may be given once, a `list` several times. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  readonly kind: 'flag' | 'value' | 'list';
  /** How the value is called in the help. */
  readonly metavar?: string;
  readonly help: string;
}

/** Every command has it. */
export const HELP_OPTION: OptionSpec = { name: 'help', short: 'h', kind: 'flag', help: 'print this help' };

/** The words after a command's name, sorted by its option table. */
export class ParsedArguments {
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly #known: ReadonlySet<string>;

  constructor(
    positionals: readonly string[],
    values: ReadonlyMap<string, readonly string[]>,
    known: ReadonlySet<string>,
  ) {
    this.positionals = positionals;
    this.#values = values;
    this.#known = known;
  }

  has(name: string): boolean {
    return this.list(name).length > 0;
  }

  value(name: string): string | undefined {
    return this.list(name)[0];
  }

  list(name: string): readonly string[] {
    if (!this.#known.has(name)) throw new Error(`option --${name} is read but not declared`);
    return this.#values.get(name) ?? [];
  }

  /** A value that must be one of a few words. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw new CliError('usage', `--${name} takes ${choices.join(', ')}; not “${value}”`);
    return found;
  }

  /** A whole number from 0. */
  count(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (!/^\d{1,15}$/.test(value)) throw new CliError('usage', `--${name} takes a whole number; not “${value}”`);
    return Number(value);
  }
}

/** Parses as getopt_long does: options and operands in any order, `--name value`, `--name=value`, grouped short
 *  flags, `--` ends the options, `-` is an operand. Unknown options are refused, never skipped. */
export function parseArguments(words: readonly string[], specs: readonly OptionSpec[]): ParsedArguments {
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  const store = (spec: OptionSpec, shown: string, value: string): void => {
    const given = values.get(spec.name) ?? [];
    if (spec.kind === 'value' && given.length > 0) throw new CliError('usage', `${shown} is given twice`);
    values.set(spec.name, [...given, value]);
  };

  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === '--') {
      positionals.push(...words.slice(i + 1));
      break;
    }
    if (word === '-' || !word.startsWith('-')) {
      positionals.push(word);
      continue;
    }
    for (const option of splitWord(word, specs)) {
      if (option.spec.kind === 'flag') {
        if (option.attached !== undefined) throw new CliError('usage', `${option.shown} takes no value`);
        store(option.spec, option.shown, 'true');
        continue;
      }
      const value = option.attached ?? words[++i];
      if (value === undefined) throw new CliError('usage', `${option.shown} needs a value`);
      store(option.spec, option.shown, value);
    }
  }
  return new ParsedArguments(positionals, values, new Set(specs.map((spec) => spec.name)));
}

interface OptionWord {
  readonly spec: OptionSpec;
  readonly shown: string;
  readonly attached: string | undefined;
}

function splitWord(word: string, specs: readonly OptionSpec[]): OptionWord[] {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    const shown = equals < 0 ? word : word.slice(0, equals);
    const spec = specs.find((candidate) => `--${candidate.name}` === shown);
    if (!spec) throw unknownOption(shown, specs);
    return [{ spec, shown, attached: equals < 0 ? undefined : word.slice(equals + 1) }];
  }
  const options: OptionWord[] = [];
  for (let at = 1; at < word.length; at++) {
    const shown = `-${word.charAt(at)}`;
    const spec = specs.find((candidate) => candidate.short === word.charAt(at));
    if (!spec) throw unknownOption(shown, specs);
    const rest = word.slice(at + 1);
    if (spec.kind !== 'flag') {
      options.push({ spec, shown, attached: rest === '' ? undefined : rest });
      break;
    }
    options.push({ spec, shown, attached: undefined });
  }
  return options;
}

function unknownOption(shown: string, specs: readonly OptionSpec[]): CliError {
  const near = specs
    .map((spec) => `--${spec.name}`)
    .map((name) => ({ name, distance: editDistance(name, shown) }))
    .filter((candidate) => candidate.distance <= 2 && shown.length > 3)
    .sort((a, b) => a.distance - b.distance)[0];
  return new CliError('usage', `there is no option ${shown}${near ? `; did you mean ${near.name}?` : ''}`);
}

/** Levenshtein's distance, for "did you mean"; words longer than 40 characters are far from everything. */
export function editDistance(a: string, b: string): number {
  if (a.length > 40 || b.length > 40) return Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    previous = row;
  }
  return previous[b.length] as number;
}
