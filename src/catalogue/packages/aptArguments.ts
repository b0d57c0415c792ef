import type { Process } from '../../shell/kernel/process.ts';

/** Options of apt that are understood, by their short forms and names. */
const SWITCHES: Readonly<Record<string, string>> = {
  y: 'yes',
  q: 'quiet',
  s: 'simulate',
  d: 'download-only',
  f: 'fix-broken',
  m: 'ignore-missing',
  h: 'help',
  V: 'verbose-versions',
};
/** Nothing to decide for these: nothing is broken, signed, missing or newer, and no bar is drawn. */
const ALWAYS_SO = [
  'fix-broken',
  'ignore-missing',
  'fix-missing',
  'allow-unauthenticated',
  'allow-downgrades',
  'allow-releaseinfo-change',
  'install-recommends',
  'no-install-suggests',
  'no-show-progress',
  'no-upgrade',
];
const NAMES = new Set([
  ...Object.values(SWITCHES),
  ...ALWAYS_SO,
  'assume-yes',
  'allow-remove-essential',
  'allow-change-held-packages',
  'auto-remove',
  'autoremove',
  'dry-run',
  'force-yes',
  'installed',
  'no-cache',
  'no-install-recommends',
  'only-upgrade',
  'purge',
  'reinstall',
  'target-release',
  'default-release',
]);
/** Settings of -o that stand for a switch, by the values that do. */
const SETTINGS: Readonly<Record<string, readonly [values: RegExp, name: string]>> = {
  'apt::get::assume-yes': [/^(1|true|yes)$/, 'yes'],
  'apt::get::force-yes': [/^(1|true|yes)$/, 'yes'],
  'apt::autoremove::recommendsimportant': [/^(0|false|no)$/, 'recommends-unimportant'],
  'apt::install-recommends': [/^(0|false|no)$/, 'no-install-recommends'],
};
/** Of the network, of prompts, of a terminal, of locks: none is here. */
const SETTINGS_WITHOUT_OBJECT =
  /^(acquire|apt::sandbox|apt::color|apt::keep-downloaded-packages|apt::install-suggests|apt::get::(allowunauthenticated|fix-broken|fix-missing|show-upgraded)|dpkg::(options|use-pty|progress|progress-fancy|lock)|quiet)(::|$)/;

/** A command line of apt-get, apt or apt-cache. */
export class AptArguments {
  readonly operands: readonly string[];
  readonly quiet: number;
  /** The release that -t asks for. */
  readonly suite: string | undefined;
  readonly #names: ReadonlySet<string>;

  constructor(operands: readonly string[], names: ReadonlySet<string>, quiet: number, suite: string | undefined) {
    this.operands = operands;
    this.quiet = quiet;
    this.suite = suite;
    this.#names = names;
  }

  /** Gives the words of the fault for what apt would not take, or what is not simulated. */
  static parse(given: readonly string[]): AptArguments | string {
    const operands: string[] = [];
    const names = new Set<string>();
    let quiet = 0;
    let suite: string | undefined;
    for (let i = 0; i < given.length; i++) {
      const argument = given[i] as string;
      if (argument === '--') operands.push(...given.slice(i + 1));
      if (argument === '--') break;
      if (argument.startsWith('--')) {
        const [name = '', value] = argument.slice(2).split('=');
        if (name === 'option') {
          const fault = setOption(names, value === undefined ? given[++i] : argument.slice('--option='.length));
          if (fault !== undefined) return fault;
          continue;
        }
        if (name === 'target-release' || name === 'default-release') {
          suite = value ?? given[++i] ?? '';
          continue;
        }
        if (!NAMES.has(name))
          return `Command line option --${name} is not understood in combination with the other options`;
        if (name === 'quiet') quiet += 1;
        names.add(value === 'no' || value === 'false' ? `no-${name}` : name);
      } else if (argument.startsWith('-') && argument.length > 1) {
        for (let at = 1; at < argument.length; at++) {
          const letter = argument[at] as string;
          if (letter === 'o' || letter === 't') {
            const text = at + 1 === argument.length ? given[++i] : argument.slice(at + 1).replace(/^=/, '');
            if (letter === 't') suite = text ?? '';
            const fault = letter === 'o' ? setOption(names, text) : undefined;
            if (fault !== undefined) return fault;
            break;
          }
          if (letter === '=') {
            quiet = Number(argument.slice(at + 1)) || quiet;
            break;
          }
          const name = SWITCHES[letter];
          if (name === undefined)
            return `Command line option '${letter}' [from ${argument}] is not understood in combination with the other options.`;
          if (name === 'quiet') quiet++;
          names.add(name);
        }
      } else operands.push(argument);
    }
    return new AptArguments(operands, names, quiet, suite);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  get saysYes(): boolean {
    return this.has('yes') || this.has('assume-yes') || this.has('force-yes') || this.quiet >= 2;
  }

  /** Prints unless the command line asks for quiet. */
  async tell(process: Process, text: string): Promise<void> {
    if (this.quiet < 2) await process.print(text);
  }
}

/** `-o NAME=VALUE`. Gives the words of a fault. */
function setOption(names: Set<string>, text: string | undefined): string | undefined {
  const equals = text?.indexOf('=') ?? -1;
  if (text === undefined || equals < 0) return 'Option -o: Configuration item specification must have an =<val>.';
  const key = text.slice(0, equals).toLowerCase();
  if (SETTINGS_WITHOUT_OBJECT.test(key)) return undefined;
  const [values, name] = (Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined) ?? [];
  if (!values || name === undefined) return `Option -o ${text} is not simulated`;
  if (values.test(text.slice(equals + 1).toLowerCase())) names.add(name);
  return undefined;
}
