/** Options by their letters, and the names that stand for them. `=` marks those that take an argument. */
const GLOBAL: Readonly<Record<string, string>> = {
  f: 'force',
  h: 'help',
  i: 'interactive',
  q: 'quiet',
  U: 'update-cache',
  v: 'verbose',
  V: 'version',
  'X=': 'repository',
  'p=': 'root',
};
const OF_COMMAND: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  add: { l: 'latest', u: 'upgrade', 't=': 'virtual', s: 'simulate' },
  del: { r: 'rdepends', s: 'simulate' },
  fix: { d: 'depends', r: 'reinstall', u: 'upgrade', x: 'xattr', s: 'simulate' },
  upgrade: { a: 'available', l: 'latest', s: 'simulate' },
  info: {
    a: 'all',
    d: 'description',
    e: 'installed',
    L: 'contents',
    P: 'provides',
    r: 'rdepends',
    R: 'depends',
    s: 'size',
    w: 'webpage',
    W: 'who-owns',
    t: 'triggers',
  },
  list: { a: 'available', I: 'installed', O: 'orphaned', u: 'upgradable', o: 'origin', P: 'providers' },
  search: { a: 'all', d: 'description', e: 'exact', x: 'exact', o: 'origin', r: 'rdepends' },
};
/** Nothing to decide for these: files do not stand against each other, nothing is signed, of each package there is one
 *  version, and nothing is shown while a file comes. */
const LONG = new Set([
  ...Object.entries(GLOBAL).map(([, name]) => name),
  ...Object.values(OF_COMMAND).flatMap((options) => Object.values(options)),
  'allow-untrusted',
  'force-broken-world',
  'force-non-repository',
  'force-old-apk',
  'force-overwrite',
  'force-refresh',
  'license',
  'no-cache',
  'no-interactive',
  'no-network',
  'no-progress',
  'no-scripts',
  'print-arch',
  'purge',
]);
const WITH_ARGUMENT = new Set([
  'repository',
  'root',
  'virtual',
  'arch',
  'cache-dir',
  'cache-max-age',
  'repositories-file',
  'timeout',
  'wait',
]);
/** Those that would change what is done, and do not here: with a command in front for that one. */
const NOT_SIMULATED = new Set([
  'root',
  'arch',
  'cache-dir',
  'repositories-file',
  'progress',
  'no-chown',
  'fix depends',
  'fix xattr',
  'list origin',
  'list providers',
]);

/** A command line of apk. */
export class ApkArguments {
  readonly command: string;
  readonly operands: readonly string[];
  readonly #options: ReadonlyMap<string, readonly string[]>;

  constructor(command: string, operands: readonly string[], options: ReadonlyMap<string, readonly string[]>) {
    this.command = command;
    this.operands = operands;
    this.#options = options;
  }

  /** Gives the words of the fault for what apk would not take, or what is not simulated. */
  static parse(given: readonly string[]): ApkArguments | string {
    const command = given.find((word, i) => !word.startsWith('-') && !takesNext(given[i - 1])) ?? '';
    const letters = { ...GLOBAL, ...OF_COMMAND[command] };
    const operands: string[] = [];
    const options = new Map<string, string[]>();
    const set = (name: string, value: string) => options.set(name, [...(options.get(name) ?? []), value]);
    for (let i = 0; i < given.length; i++) {
      const word = given[i] as string;
      if (word === '--') {
        operands.push(...given.slice(i + 1));
        break;
      }
      if (word.startsWith('--')) {
        const [name = '', attached] = split(word.slice(2));
        const takes = WITH_ARGUMENT.has(name);
        if (!takes && !LONG.has(name) && !NOT_SIMULATED.has(name)) return `unrecognized option: ${name}`;
        const value = takes ? (attached ?? given[++i]) : '';
        if (value === undefined) return `option requires an argument: ${name}`;
        set(name, value);
      } else if (word.startsWith('-') && word.length > 1) {
        for (let at = 1; at < word.length; at++) {
          const letter = word[at] as string;
          const withArgument = letters[`${letter}=`];
          const name = withArgument ?? letters[letter];
          if (name === undefined) return `unrecognized option: ${letter}`;
          if (withArgument === undefined) {
            set(name, '');
            continue;
          }
          const value = at + 1 < word.length ? word.slice(at + 1) : given[++i];
          if (value === undefined) return `option requires an argument: ${letter}`;
          set(name, value);
          break;
        }
      } else operands.push(word);
    }
    const refused = [...options.keys()].find(
      (name) => NOT_SIMULATED.has(name) || NOT_SIMULATED.has(`${command} ${name}`),
    );
    if (refused !== undefined) return `option --${refused} is not simulated`;
    return new ApkArguments(command, operands.slice(command === '' ? 0 : 1), options);
  }

  has(name: string): boolean {
    return this.#options.has(name);
  }

  values(name: string): readonly string[] {
    return this.#options.get(name) ?? [];
  }

  /** 1 unless it is asked for less or more. */
  get verbosity(): number {
    return 1 + this.values('verbose').length - this.values('quiet').length;
  }
}

function takesNext(word: string | undefined): boolean {
  if (word === undefined || !word.startsWith('-')) return false;
  return word.startsWith('--') ? WITH_ARGUMENT.has(word.slice(2)) : /[Xpt]$/.test(word);
}

function split(text: string): readonly [string, string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}
