import type { Process } from '../kernel/process.ts';
import type { Flavour, Program } from '../kernel/program.ts';
import { OptionParser, type OptionRules, type ParsedOptions, UsageError } from './options.ts';

/** What is simulated: the versions of Debian 12 and Alpine 3.15. */
export const COREUTILS_VERSION = '9.1';
export const BUSYBOX_VERSION = '1.35.0';
/** An option that the real utility has and ours has not. */
const NOT_SIMULATED_STATUS = 2;

export interface UtilityRules<Name extends string> extends OptionRules<Name> {
  /** What follows the name in a line of usage: `[OPTION]... [FILE]...`. */
  readonly usage: string;
  /** Of options that are unknown or lack their argument, where it is another. */
  readonly optionStatus?: number;
  /** The status for a command line that is not taken; 1 unless told, and always 1 in busybox. */
  readonly usageStatus?: number;
  /** Whether a line of usage stands before the pointer to its help, as grep's does. */
  readonly showsUsage?: boolean;
  /** What `--version` prints behind the name; coreutils' unless told. */
  readonly version?: string;
  /** What points to the help, where it is not the usual line. */
  readonly helpHint?: string;
  /** Makes plain options of old forms (`head -5`) before they are read. */
  readonly rewrite?: (arguments_: readonly string[], flavour: Flavour) => readonly string[];
  /** Where busybox knows other options. */
  readonly busybox?: OptionRules<Name>;
}

export type UtilityBody<Name extends string> = (
  process: Process,
  options: ParsedOptions<Name>,
) => number | Promise<number>;

/** A program that reads its options by those rules and says what is wrong with them as the real ones do. The body may
 *  throw UsageError, too. */
export function utility<Name extends string>(rules: UtilityRules<Name>, body: UtilityBody<Name>): Program {
  const gnu = new OptionParser(rules);
  const busybox = rules.busybox ? new OptionParser(rules.busybox) : gnu;
  const run: Program = (process) => {
    const { flavour } = process;
    const plain = process.argv.slice(1);
    const arguments_ = rules.rewrite ? rules.rewrite(plain, flavour) : plain;
    const posix = flavour === 'gnu' && process.env.has('POSIXLY_CORRECT');
    const options = (flavour === 'gnu' ? gnu : busybox).parse(arguments_, { posix });
    for (const { name } of options.given) {
      if (name === 'help' && !Object.hasOwn(rules.options, 'help')) return printHelp(process, rules);
      if (name === 'version' && !Object.hasOwn(rules.options, 'version')) return printVersion(process, rules);
    }
    return body(process, options);
  };
  return (process) => {
    const failed = (error: unknown): Promise<number> => {
      if (!(error instanceof UsageError)) throw error;
      return printUsageError(process, rules, error);
    };
    try {
      const running = run(process);
      return running instanceof Promise ? running.catch(failed) : running;
    } catch (error) {
      return failed(error);
    }
  };
}

async function printUsageError<Name extends string>(
  process: Process,
  rules: UtilityRules<Name>,
  error: UsageError,
): Promise<number> {
  const { name, flavour } = process;
  // A word that is none ends with 1 whatever the program's own status is.
  const own = error.code === 'word' ? 1 : error.code === 'operand' ? undefined : rules.optionStatus;
  const status = flavour === 'gnu' ? (own ?? rules.usageStatus ?? 1) : 1;
  if (error.message !== '') await process.complain(error.message);
  if (error.code === 'notSimulated') return NOT_SIMULATED_STATUS;
  if (error.isBare) return status;
  if (flavour === 'gnu' && rules.showsUsage) await process.write(2, `Usage: ${name} ${rules.usage}\n`);
  if (flavour === 'gnu') await process.write(2, `${rules.helpHint ?? `Try '${name} --help' for more information.`}\n`);
  else await process.write(2, helpText(name, rules, flavour));
  return status;
}

async function printHelp<Name extends string>(process: Process, rules: UtilityRules<Name>): Promise<number> {
  const text = helpText(process.name, rules, process.flavour);
  await process.write(process.flavour === 'gnu' ? 1 : 2, text);
  return 0;
}

/** The options that are simulated: the words of the real pages are their authors'. */
function helpText<Name extends string>(name: string, rules: UtilityRules<Name>, flavour: Flavour): string {
  const head = flavour === 'gnu' ? '' : `BusyBox v${BUSYBOX_VERSION} multi-call binary.\n\n`;
  const { options } = (flavour === 'busybox' && rules.busybox) || rules;
  const lines = (Object.values(options) as string[]).map((spellings) => `  ${spellings.split(' ').join(', ')}\n`);
  return `${head}Usage: ${name} ${rules.usage}\n${lines.length > 0 ? '\n' : ''}${lines.join('')}`;
}

async function printVersion<Name extends string>(process: Process, rules: UtilityRules<Name>): Promise<number> {
  const { name, flavour } = process;
  if (flavour === 'gnu') await process.print(`${name} ${rules.version ?? `(GNU coreutils) ${COREUTILS_VERSION}`}\n`);
  else await process.write(2, helpText(name, rules, flavour));
  return 0;
}
