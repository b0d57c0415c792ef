/** Options of a utility by a name of its own choice. A text lists the spellings: `-a --all` (a switch), `-w --width=N`
 *  (takes an argument), `--color[=WHEN]` (may take one, only attached). What follows `=` is shown in the help. */
export type OptionTable<Name extends string> = Readonly<Record<Name, string>>;

export interface OptionRules<Name extends string> {
  readonly options: OptionTable<Name>;
  /** Spellings that the real utility has and this one does not: refused as not simulated. */
  readonly notSimulated?: string;
  /** False where options end at the first operand, as in `env` and `timeout`. */
  readonly permute?: boolean;
}

/** One option as it was given, in order. */
export interface GivenOption<Name extends string> {
  readonly name: Name;
  /** Undefined for a switch, and for an optional argument that is not there. */
  readonly value: string | undefined;
  /** As typed, without its argument: `-a`, `--all`. */
  readonly spelling: string;
  /** How many operands came before it. */
  readonly operandsBefore: number;
}

/** The options and operands of a command line. */
export class ParsedOptions<Name extends string> {
  readonly given: readonly GivenOption<Name>[];
  readonly operands: readonly string[];

  constructor(given: readonly GivenOption<Name>[], operands: readonly string[]) {
    this.given = given;
    this.operands = operands;
  }

  has(name: Name): boolean {
    return this.given.some((option) => option.name === name);
  }

  count(name: Name): number {
    return this.given.filter((option) => option.name === name).length;
  }

  /** The argument of the last one. */
  value(name: Name): string | undefined {
    return this.given.findLast((option) => option.name === name)?.value;
  }

  values(name: Name): string[] {
    return this.given.flatMap((option) => (option.name === name && option.value !== undefined ? [option.value] : []));
  }

  /** Which of these was given last. */
  last<Some extends Name>(...names: Some[]): Some | undefined {
    return this.given.findLast((option) => (names as Name[]).includes(option.name))?.name as Some | undefined;
  }
}

/** What a function may ask that serves several utilities with options of the same names. */
export type SharedOptions<Name extends string> = Pick<
  ParsedOptions<Name>,
  'has' | 'value' | 'values' | 'count' | 'operands'
>;

/** A command line that a utility does not take. `utility` prints it: `NAME: MESSAGE`, and where to find help. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code: 'unknown' | 'ambiguous' | 'argument' | 'notSimulated' | 'operand' | 'word';
  /** Where the real one does not point to its help after this message. */
  readonly isBare: boolean;
  constructor(code: UsageError['code'], message: string, form: { readonly bare?: boolean } = {}) {
    super(message);
    this.code = code;
    this.isBare = form.bare ?? false;
  }
}

type Argument = 'none' | 'required' | 'optional';

interface Spelling<Name extends string> {
  readonly name: Name | undefined;
  readonly argument: Argument;
}

export class OptionParser<Name extends string> {
  readonly #short = new Map<string, Spelling<Name>>();
  readonly #long = new Map<string, Spelling<Name>>();
  readonly #permute: boolean;

  constructor(rules: OptionRules<Name>) {
    this.#permute = rules.permute ?? true;
    for (const [name, spellings] of Object.entries(rules.options) as [Name, string][]) this.#add(name, spellings);
    this.#add(undefined, rules.notSimulated ?? '');
    if (!this.#long.has('help')) this.#long.set('help', { name: 'help' as Name, argument: 'none' });
    if (!this.#long.has('version')) this.#long.set('version', { name: 'version' as Name, argument: 'none' });
  }

  #add(name: Name | undefined, spellings: string): void {
    const parts = spellings.split(' ').filter((part) => part !== '');
    const argument: Argument = parts.some((part) => part.includes('[='))
      ? 'optional'
      : parts.some((part) => part.includes('='))
        ? 'required'
        : 'none';
    for (const part of parts) {
      const bare = part.replace(/\[?=.*$/, '');
      // A switch may share its entry with none that takes an argument, but for what is not simulated.
      const own = name === undefined ? argumentOf(part) : argument;
      if (bare.startsWith('--')) this.#long.set(bare.slice(2), { name, argument: own });
      else this.#short.set(bare.slice(1), { name, argument: own });
    }
  }

  /** getopt_long(3): `arguments_` without the program's name. `posix` stops at the first operand.
   *  Throws UsageError. */
  parse(arguments_: readonly string[], form: { readonly posix?: boolean } = {}): ParsedOptions<Name> {
    const given: GivenOption<Name>[] = [];
    const operands: string[] = [];
    let at = 0;
    const take = () => arguments_[at++];
    while (at < arguments_.length) {
      const argument = take() as string;
      if (argument === '--') {
        operands.push(...arguments_.slice(at));
        break;
      }
      if (argument.startsWith('--'))
        given.push({ ...this.#longOption(argument, take), operandsBefore: operands.length });
      else if (argument.length > 1 && argument.startsWith('-'))
        this.#shortOptions(argument, take, given, operands.length);
      else {
        operands.push(argument);
        if (this.#permute && !form.posix) continue;
        operands.push(...arguments_.slice(at));
        break;
      }
    }
    return new ParsedOptions(given, operands);
  }

  #longOption(argument: string, take: () => string | undefined): Omit<GivenOption<Name>, 'operandsBefore'> {
    const equals = argument.indexOf('=');
    const typed = argument.slice(2, equals < 0 ? undefined : equals);
    const [long, spelling] = this.#findLong(typed, argument);
    let value = equals < 0 ? undefined : argument.slice(equals + 1);
    if (spelling.argument === 'none' && value !== undefined)
      throw new UsageError('argument', `option '--${long}' doesn't allow an argument`);
    if (spelling.argument === 'required') {
      value ??= take();
      if (value === undefined) throw new UsageError('argument', `option '--${long}' requires an argument`);
    }
    return { name: named(spelling, `--${long}`), value, spelling: `--${long}` };
  }

  #findLong(typed: string, argument: string): [string, Spelling<Name>] {
    const exact = this.#long.get(typed);
    if (exact) return [typed, exact];
    const matches = [...this.#long].filter(([long]) => long.startsWith(typed));
    const first = matches[0];
    const whole = argument.replace(/=.*$/s, '');
    if (!first) throw new UsageError('unknown', `unrecognized option '${whole}'`);
    const isOne = matches.every(([, { name }]) => name !== undefined && name === first[1].name);
    if (matches.length > 1 && !isOne) {
      const possibilities = matches.map(([long]) => ` '--${long}'`).join('');
      throw new UsageError('ambiguous', `option '${whole}' is ambiguous; possibilities:${possibilities}`);
    }
    return first;
  }

  #shortOptions(
    argument: string,
    take: () => string | undefined,
    given: GivenOption<Name>[],
    operandsBefore: number,
  ): void {
    for (let i = 1; i < argument.length; i++) {
      const letter = argument[i] as string;
      const spelling = this.#short.get(letter);
      if (!spelling) throw new UsageError('unknown', `invalid option -- '${letter}'`);
      const name = named(spelling, `-${letter}`);
      if (spelling.argument === 'none') {
        given.push({ name, value: undefined, spelling: `-${letter}`, operandsBefore });
        continue;
      }
      let value = i + 1 < argument.length ? argument.slice(i + 1) : undefined;
      if (spelling.argument === 'required') value ??= take();
      if (spelling.argument === 'required' && value === undefined)
        throw new UsageError('argument', `option requires an argument -- '${letter}'`);
      given.push({ name, value, spelling: `-${letter}`, operandsBefore });
      return;
    }
  }
}

function argumentOf(part: string): Argument {
  if (part.includes('[=')) return 'optional';
  return part.includes('=') ? 'required' : 'none';
}

function named<Name extends string>(spelling: Spelling<Name>, shown: string): Name {
  if (spelling.name === undefined) throw new UsageError('notSimulated', `option '${shown}' is not simulated`);
  return spelling.name;
}

/** A word that an option does not know, with those that it knows: synonyms stand together. */
export function invalidWord(word: string, option: string, known: readonly string[]): UsageError {
  const lines = known.map((words) => `\n  - ${words.replace(/\S+/g, (one) => `'${one}'`).replaceAll(' ', ', ')}`);
  return new UsageError('word', `invalid argument '${word}' for '${option}'\nValid arguments are:${lines.join('')}`);
}
