import { wildcard } from '../wildcard.ts';

/** Switches of yum and dnf that are understood. */
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
  '-h': 'help',
  '--help': 'help',
  '--version': 'version',
  '--nogpgcheck': 'nogpgcheck',
  '--nodocs': 'nodocs',
  '--noplugins': 'noplugins',
  '--skip-broken': 'skip-broken',
  '--refresh': 'refresh',
  '--downloadonly': 'download-only',
  '--noautoremove': 'noautoremove',
};
/** Nothing to decide for these: of each package there is one version, nothing obsoletes another or stands against it. */
const ALWAYS_SO = ['-b', '--best', '--nobest', '--allowerasing', '--obsoletes', '-t', '--tolerant'];
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
/** Settings that stand for a switch, by the values that do. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  assumeyes: { 1: 'yes', true: 'yes' },
  gpgcheck: { 0: 'nogpgcheck', false: 'nogpgcheck' },
  tsflags: { nodocs: 'nodocs' },
  strict: { 0: 'skip-broken', false: 'skip-broken' },
  clean_requirements_on_remove: { 0: 'noautoremove', false: 'noautoremove' },
};
/** How the network and the choice among versions are handled: here is neither, nor are there weak dependencies. */
const SETTINGS_WITHOUT_OBJECT =
  'best deltarpm fastestmirror install_weak_deps ip_resolve max_parallel_downloads minrate obsoletes retries skip_if_unavailable sslverify timeout'.split(
    ' ',
  );

/** Why a command line is not taken: no such option, or one that is not simulated. */
export interface YumFault {
  readonly unknown?: string;
  readonly notSimulated?: string;
}

/** A command line of yum, dnf or microdnf. */
export class YumArguments {
  readonly operands: readonly string[];
  readonly #names: ReadonlySet<string>;
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly #excluded: readonly RegExp[];

  constructor(operands: readonly string[], names: ReadonlySet<string>, values: ReadonlyMap<string, readonly string[]>) {
    this.operands = operands;
    this.#names = names;
    this.#values = values;
    this.#excluded = (values.get('exclude') ?? []).flatMap((text) => text.split(',').map(wildcard));
  }

  static parse(given: readonly string[]): YumArguments | YumFault {
    const operands: string[] = [];
    const names = new Set<string>();
    const values = new Map<string, string[]>();
    for (let i = 0; i < given.length; i++) {
      const word = given[i] as string;
      if (!word.startsWith('-') || word === '-') {
        operands.push(word);
        continue;
      }
      const attached = /^-[dex]./.test(word);
      const equals = word.indexOf('=');
      const name = attached ? word.slice(0, 2) : equals < 0 ? word : word.slice(0, equals);
      const takes = Object.hasOwn(WITH_ARGUMENT, name) ? WITH_ARGUMENT[name] : undefined;
      if (takes !== undefined) {
        const value = attached ? word.slice(2).replace(/^=/, '') : equals < 0 ? given[++i] : word.slice(equals + 1);
        if (value === undefined) return { unknown: word };
        const fault = setValue(names, takes, value);
        if (fault !== undefined) return { notSimulated: `${name}=${fault}` };
        values.set(takes, [...(values.get(takes) ?? []), value]);
        continue;
      }
      const short = /^-[a-zA-Z]{2,}$/.test(word) ? [...word.slice(1)].map((letter) => `-${letter}`) : [word];
      for (const one of short) {
        if (ALWAYS_SO.includes(one)) continue;
        const switched = Object.hasOwn(SWITCHES, one) ? SWITCHES[one] : undefined;
        if (switched === undefined) return { unknown: word };
        names.add(switched);
      }
    }
    return new YumArguments(operands, names, values);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  values(name: string): readonly string[] {
    return (this.#values.get(name) ?? []).flatMap((text) => text.split(','));
  }

  isExcluded(name: string): boolean {
    return this.#excluded.some((pattern) => pattern.test(name));
  }
}

/** What an argument switches. Gives the part that is not simulated. */
function setValue(names: Set<string>, option: string, value: string): string | undefined {
  // Levels: 0 says nothing, 2 is the usual one (yum(8)).
  if (option === 'debug-level') {
    if (Number(value) < 2) names.add('quiet');
    else if (value !== '2') return value;
  } else if (option === 'error-level') {
    if (value === '0') names.add('no-errors');
    else if (!/^[12]$/.test(value)) return value;
  } else if (option === 'setopt') {
    const [key = '', text = ''] = value.split('=');
    if (SETTINGS_WITHOUT_OBJECT.includes(key)) return undefined;
    const settings = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
    if (!settings) return value;
    const switched = Object.hasOwn(settings, text) ? settings[text] : undefined;
    if (switched !== undefined) names.add(switched);
    else if (key === 'tsflags') return value;
  }
  return undefined;
}
