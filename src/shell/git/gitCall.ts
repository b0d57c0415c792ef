import type { ConfigValue } from '../../git/gitConfig.ts';
import type { Process } from '../kernel/process.ts';
import { OptionParser, type OptionRules, type ParsedOptions, UsageError } from '../utilities/options.ts';
import { GitFault, fatal } from './gitFault.ts';
import { COLOURED, type Paint, PLAIN } from './paint.ts';
import { findRepository, type Place, Repository } from './repository.ts';
import { Settings } from './settings.ts';

/** One call of a git command: its words, and what it works on. */
export class GitCall {
  readonly process: Process;
  readonly command: string;
  readonly words: readonly string[];
  /** Of `git -c`. */
  readonly given: readonly ConfigValue[];
  /** Whether the output goes to a terminal, perhaps through a pager. */
  readonly showsColours: boolean;

  constructor(setup: {
    readonly process: Process;
    readonly command: string;
    readonly words: readonly string[];
    readonly given: readonly ConfigValue[];
    readonly showsColours: boolean;
  }) {
    this.process = setup.process;
    this.command = setup.command;
    this.words = setup.words;
    this.given = setup.given;
    this.showsColours = setup.showsColours;
  }

  print(text: string): undefined | Promise<void> {
    return this.process.print(text);
  }

  /** To standard error. */
  tell(text: string): undefined | Promise<void> {
    return this.process.write(2, text);
  }

  /** Undefined outside of repositories. */
  async place(): Promise<Place | undefined> {
    return findRepository(this.process, await Settings.read(this.process, undefined, this.given));
  }

  /** Also undefined for a repository that is somebody else's: for commands that need none. */
  async placeIfOurs(): Promise<Place | undefined> {
    try {
      return await this.place();
    } catch (error) {
      if (error instanceof GitFault) return undefined;
      throw error;
    }
  }

  /** Throws GitFault outside of repositories. */
  async repository(): Promise<Repository> {
    const place = await this.place();
    if (!place) throw fatal('not a git repository (or any of the parent directories): .git');
    return this.open(place);
  }

  async open(place: Place): Promise<Repository> {
    return Repository.open(this.process, place, await Settings.read(this.process, place.gitDirectory, this.given));
  }

  async settings(): Promise<Settings> {
    return Settings.read(this.process, (await this.placeIfOurs())?.gitDirectory, this.given);
  }

  /** Of a command, or as its `--color` says. */
  paint(when?: string): Paint {
    if (when !== undefined && !['always', 'never', 'auto'].includes(when))
      throw new GitFault('error', `option \`color' expects "always", "auto", or "never"`, 129);
    return when === 'always' || (when !== 'never' && this.showsColours) ? COLOURED : PLAIN;
  }

  /** Throws GitFault with git's words. */
  options<Name extends string>(rules: OptionRules<Name>, words: readonly string[] = this.words): ParsedOptions<Name> {
    try {
      const options = new OptionParser(rules).parse(words);
      const wantsHelp = options.given.some(({ name }) => (name as string) === 'help');
      if (wantsHelp) throw new GitFault('plain', `usage: git ${this.command} ${usageOf(rules)}\n`, 129);
      const version = options.given.find(({ name }) => (name as string) === 'version');
      if (version && !Object.hasOwn(rules.options, 'version'))
        throw new GitFault(
          'plain',
          `error: unknown option \`version'\nusage: git ${this.command} ${usageOf(rules)}\n`,
          129,
        );
      return options;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      if (error.code === 'notSimulated') throw new GitFault('plain', `git ${this.command}: ${error.message}\n`, 2);
      if (error.code === 'unknown' && ['log', 'show'].includes(this.command)) {
        const word = words.find((one) => error.message.includes(`'${one.replace(/=.*/s, '')}'`)) ?? error.message;
        throw fatal(`unrecognized argument: ${word}`);
      }
      throw new GitFault('plain', `error: ${optionWords(error)}\nusage: git ${this.command} ${usageOf(rules)}\n`, 129);
    }
  }
}

function usageOf<Name extends string>({ options }: OptionRules<Name>): string {
  return `${(Object.values(options) as string[]).map((one) => `[${one.replaceAll(' ', ' | ')}]`).join(' ')} [<args>]`;
}

function optionWords({ message }: UsageError): string {
  return message
    .replace(/^invalid option -- '(.*)'$/, "unknown switch `$1'")
    .replace(/^unrecognized option '--(.*)'$/, "unknown option `$1'")
    .replace(/^option requires an argument -- '(.*)'$/, "switch `$1' requires a value")
    .replace(/^option '--(.*)' requires an argument$/, "option `$1' requires a value")
    .replace(/^option '--(.*)' doesn't allow an argument$/, "option `$1' takes no value");
}

/** `-3` and `-U5` as options that take a value; the other words as they are. */
export function withNumbers(words: readonly string[]): string[] {
  return words.map((word) => word.replace(/^-(\d+)$/, '-n$1'));
}

/** Words before and behind `--`; the parser would not tell them apart. */
export function splitAtDashes(words: readonly string[]): {
  before: readonly string[];
  paths: readonly string[] | undefined;
} {
  const at = words.indexOf('--');
  return at < 0 ? { before: words, paths: undefined } : { before: words.slice(0, at), paths: words.slice(at + 1) };
}
