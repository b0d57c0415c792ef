import type { ClientVintage } from '../client.ts';
import { FlagError, FlagSet } from './flagSet.ts';
import { type ArgumentCount, type CommandPath, commandOf, type CommandSpec, pathText, usageLine } from './spec.ts';

/** A command line that was not understood: what to print, and the status. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export interface FoundCommand {
  readonly path: CommandPath;
  /** What follows the command's name. */
  readonly words: readonly string[];
}

/** Finds the command as cobra's Traverse does: flags of a group may stand before the name of its command. */
export function findCommand(root: CommandSpec, words: readonly string[]): FoundCommand {
  let path: CommandPath = [root];
  let rest = words;
  for (;;) {
    const at = nextName(commandOf(path), rest);
    if (at === undefined) return { path, words: rest };
    const child = childNamed(commandOf(path), rest[at] as string);
    if (!child) return { path, words: rest };
    if (at > 0) parseFlags(path, new FlagSet(commandOf(path).flags), rest.slice(0, at));
    path = [...path, child];
    rest = rest.slice(at + 1);
  }
}

export function childNamed(command: CommandSpec, name: string): CommandSpec | undefined {
  return command.commands?.find((child) => child.name === name || child.aliases?.includes(name));
}

function nextName(command: CommandSpec, words: readonly string[]): number | undefined {
  const flags = new FlagSet(command.flags);
  let isValue = false;
  for (const [i, word] of words.entries()) {
    if (word.startsWith('--') && !word.includes('=')) {
      isValue = flags.takesNextWord({ name: word.slice(2) });
    } else if (/^-[^=]$/.test(word) && flags.takesNextWord({ short: word.slice(1) })) {
      isValue = true;
    } else if (isValue) {
      isValue = false;
    } else if (!(word.startsWith('-') && word.length > 1)) {
      return i;
    }
  }
  return undefined;
}

/** Reads a command's flags; gives the arguments. Throws CommandLineError, status 125. */
export function parseFlags(
  path: CommandPath,
  flags: FlagSet,
  words: readonly string[],
  vintage: ClientVintage = '28',
): string[] {
  try {
    return flags.parse(words);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    throw flagFault(path, error.message, vintage);
  }
}

export function flagFault(path: CommandPath, message: string, vintage: ClientVintage = '28'): CommandLineError {
  if (vintage === '20.10') return new CommandLineError(`${oldWords(message)}\n${seeHelp(path)}`, 125);
  return new CommandLineError(
    `${message}\n\nUsage:  ${usageLine(path)}\n\nRun '${pathText(path)} --help' for more information`,
    125,
  );
}

/** The reference of that time was told without the name it had been given. */
function oldWords(message: string): string {
  return message.replace(/repository name \(\S*\) must be lowercase/, 'repository name must be lowercase');
}

function seeHelp(path: CommandPath): string {
  return `See '${pathText(path)} --help'.`;
}

/** Throws CommandLineError, status 1, for too many or too few arguments. */
export function checkArguments(path: CommandPath, given: readonly string[], vintage: ClientVintage = '28'): void {
  const command = commandOf(path);
  const problem = argumentProblem(command.arguments, given.length);
  if (problem === undefined) return;
  if (vintage === '20.10' && !command.commands) {
    const exactly = problem.replace(/^requires (?=\d)/, 'requires exactly ');
    const usage = `Usage:  ${usageLine(path)}\n\n${command.short}`;
    throw new CommandLineError(`"${pathText(path)}" ${exactly}.\n${seeHelp(path)}\n\n${usage}`, 1);
  }
  const [root] = path;
  const name = pathText(path);
  const { kind } = command.arguments;
  if (kind === 'none' && command.commands) {
    throw new CommandLineError(
      `${root.name}: unknown command: ${name} ${given[0]}\n\nUsage:  ${usageLine(path)}\n\nRun '${name} --help' for more information`,
      1,
    );
  }
  // The client's own slips: "See" for too few, "SRun" for too many.
  const verb = kind === 'atLeast' ? 'See' : kind === 'atMost' ? 'SRun' : 'Run';
  throw new CommandLineError(
    `${root.name}: '${name}' ${problem}\n\nUsage:  ${usageLine(path)}\n\n${verb} '${name} --help' for more information`,
    1,
  );
}

function argumentProblem(count: ArgumentCount, given: number): string | undefined {
  switch (count.kind) {
    case 'any':
      return undefined;
    case 'none':
      return given === 0 ? undefined : 'accepts no arguments';
    case 'exactly':
      return given === count.count ? undefined : `requires ${plural(count.count)}`;
    case 'atLeast':
      return given >= count.least ? undefined : `requires at least ${plural(count.least)}`;
    case 'atMost':
      return given <= count.most ? undefined : `requires at most ${plural(count.most)}`;
    case 'range':
      if (given >= count.least && given <= count.most) return undefined;
      return `requires at least ${count.least} and at most ${plural(count.most)}`;
  }
}

function plural(count: number): string {
  return `${count} argument${count === 1 ? '' : 's'}`;
}
