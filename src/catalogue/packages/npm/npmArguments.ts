const SHORT: Readonly<Record<string, string>> = {
  g: 'global',
  y: 'yes',
  D: 'save-dev',
  S: 'save',
  P: 'save-prod',
  E: 'save-exact',
  f: 'force',
  s: 'silent',
  q: 'quiet',
  v: 'version',
  h: 'help',
};
const SWITCHES = new Set(
  'global yes save-dev save save-prod save-exact no-save force silent quiet version help production no-audit no-fund no-package-lock if-present'.split(
    ' ',
  ),
);
/** So it is always: scripts of packages do not run, nothing is shown while they come, versions are chosen alike. */
const ALWAYS_SO = new Set(
  'ignore-scripts legacy-peer-deps no-progress no-update-notifier prefer-offline unsafe-perm audit fund'.split(' '),
);
const WITH_ARGUMENT = new Set('omit include only loglevel cache'.split(' '));
/** Of the network, which is not asked. */
const WITHOUT_OBJECT = new Set('registry fetch-retries fetch-timeout'.split(' '));
const LOG_LEVELS = ['silent', 'error', 'warn', 'notice'];

/** The words behind `npm`: operands and options. */
export class NpmArguments {
  readonly operands: readonly string[];
  readonly #options: ReadonlyMap<string, string>;

  constructor(operands: readonly string[], options: ReadonlyMap<string, string>) {
    this.operands = operands;
    this.#options = options;
  }

  /** Gives the option that is not simulated. What stands behind `--` is a script's. */
  static parse(words: readonly string[]): NpmArguments | { readonly unknown: string } {
    const operands: string[] = [];
    const options = new Map<string, string>();
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as string;
      if (word === '--') {
        operands.push(...words.slice(i + 1));
        break;
      }
      if (!word.startsWith('-')) operands.push(word);
      else if (word.startsWith('--')) {
        const equals = word.indexOf('=');
        const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
        const takes = WITH_ARGUMENT.has(name) || WITHOUT_OBJECT.has(name);
        if (!takes && !SWITCHES.has(name) && !ALWAYS_SO.has(name)) return { unknown: word };
        options.set(name, equals >= 0 ? word.slice(equals + 1) : takes ? (words[++i] ?? '') : 'true');
        if (options.get(name) === 'false') {
          options.delete(name);
          options.set(`no-${name}`, 'true');
        }
        const level = options.get('loglevel');
        if (level !== undefined && !LOG_LEVELS.includes(level)) return { unknown: word };
        if (level === 'silent') options.set('silent', 'true');
      } else
        for (const letter of word.slice(1)) {
          const name = SHORT[letter];
          if (name === undefined) return { unknown: word };
          options.set(name, 'true');
        }
    }
    return new NpmArguments(operands, options);
  }

  has(name: string): boolean {
    return this.#options.has(name);
  }

  value(name: string): string | undefined {
    return this.#options.get(name);
  }
}
