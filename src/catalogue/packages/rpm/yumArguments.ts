/** Options of yum and dnf that are understood; those of the second list take an argument. */
const SWITCHES: Readonly<Record<string, string>> = {
  '-y': 'yes',
  '--assumeyes': 'yes',
  '--assumeno': 'no',
  '-q': 'quiet',
  '--quiet': 'quiet',
  '-v': 'verbose',
  '--verbose': 'verbose',
  '-C': 'cache-only',
  '--cacheonly': 'cache-only',
  '-b': 'best',
  '--best': 'best',
  '--nobest': 'best',
  '-h': 'help',
  '--help': 'help',
  '--version': 'version',
  '--nogpgcheck': 'nogpgcheck',
  '--nodocs': 'nodocs',
  '--noplugins': 'noplugins',
  '--skip-broken': 'skip-broken',
  '--allowerasing': 'allowerasing',
  '--refresh': 'refresh',
  '--downloadonly': 'download-only',
  '--noautoremove': 'noautoremove',
  '--security': 'security',
  '--obsoletes': 'obsoletes',
  '-t': 'tolerant',
};
const WITH_ARGUMENT: Readonly<Record<string, string>> = {
  '-d': 'debug-level',
  '--debuglevel': 'debug-level',
  '-e': 'error-level',
  '--errorlevel': 'error-level',
  '--setopt': 'setopt',
  '--enablerepo': 'enablerepo',
  '--disablerepo': 'disablerepo',
  '--repo': 'repo',
  '--repoid': 'repo',
  '--disableplugin': 'disableplugin',
  '--exclude': 'exclude',
  '-x': 'exclude',
};

/** A command line of yum, dnf or microdnf. */
export class YumArguments {
  readonly operands: readonly string[];
  readonly #names: ReadonlySet<string>;
  readonly #excluded: readonly string[];

  constructor(operands: readonly string[], names: ReadonlySet<string>, excluded: readonly string[]) {
    this.operands = operands;
    this.#names = names;
    this.#excluded = excluded;
  }

  /** Gives the option that is not understood. */
  static parse(given: readonly string[]): YumArguments | { readonly unknown: string } {
    const operands: string[] = [];
    const names = new Set<string>();
    const excluded: string[] = [];
    for (let i = 0; i < given.length; i++) {
      const word = given[i] as string;
      if (!word.startsWith('-') || word === '-') {
        operands.push(word);
        continue;
      }
      const equals = word.indexOf('=');
      const name = equals < 0 ? word : word.slice(0, equals);
      const takes = Object.hasOwn(WITH_ARGUMENT, name) ? WITH_ARGUMENT[name] : undefined;
      if (takes !== undefined) {
        const value = equals < 0 ? given[++i] : word.slice(equals + 1);
        if (value === undefined) return { unknown: word };
        if (takes === 'exclude') excluded.push(...value.split(','));
        names.add(takes);
        continue;
      }
      const short = /^-[a-zA-Z]{2,}$/.test(word) ? [...word.slice(1)].map((letter) => `-${letter}`) : [word];
      for (const one of short) {
        const switched = Object.hasOwn(SWITCHES, one) ? SWITCHES[one] : undefined;
        // `-d1` has its argument attached.
        if (switched === undefined && /^-[de]\d+$/.test(word)) break;
        if (switched === undefined) return { unknown: word };
        names.add(switched);
      }
    }
    return new YumArguments(operands, names, excluded);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  isExcluded(name: string): boolean {
    return this.#excluded.includes(name);
  }
}
