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
const NAMES = new Set([
  ...Object.values(SWITCHES),
  'assume-yes',
  'allow-unauthenticated',
  'allow-downgrades',
  'allow-remove-essential',
  'allow-change-held-packages',
  'allow-releaseinfo-change',
  'auto-remove',
  'autoremove',
  'dry-run',
  'fix-missing',
  'force-yes',
  'install-recommends',
  'installed',
  'no-cache',
  'no-install-recommends',
  'no-install-suggests',
  'no-upgrade',
  'only-upgrade',
  'purge',
  'reinstall',
  'show-progress',
  'no-show-progress',
]);

/** A command line of apt-get, apt or apt-cache. */
export class AptArguments {
  readonly operands: readonly string[];
  readonly quiet: number;
  readonly #names: ReadonlySet<string>;

  constructor(operands: readonly string[], names: ReadonlySet<string>, quiet: number) {
    this.operands = operands;
    this.quiet = quiet;
    this.#names = names;
  }

  /** Gives the words of the fault for what apt would not take, or what is not simulated. */
  static parse(given: readonly string[]): AptArguments | string {
    const operands: string[] = [];
    const names = new Set<string>();
    let quiet = 0;
    for (let i = 0; i < given.length; i++) {
      const argument = given[i] as string;
      if (argument === '--') operands.push(...given.slice(i + 1));
      if (argument === '--') break;
      if (argument.startsWith('--')) {
        const [name = '', value] = argument.slice(2).split('=');
        if (name === 'option') i++;
        else if (!NAMES.has(name))
          return `Command line option --${name} is not understood in combination with the other options`;
        if (name === 'quiet') quiet += 1;
        names.add(value === 'no' || value === 'false' ? `no-${name}` : name);
      } else if (argument.startsWith('-') && argument.length > 1) {
        for (let at = 1; at < argument.length; at++) {
          const letter = argument[at] as string;
          if (letter === 'o' || letter === 't' || letter === 'c') {
            if (at + 1 === argument.length) i++;
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
    return new AptArguments(operands, names, quiet);
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
