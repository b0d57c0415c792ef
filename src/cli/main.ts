import type { Readable, Writable } from 'node:stream';
import type { IndexWork } from '../archive/archive.ts';
import { editDistance, HELP_OPTION, parseArguments } from './arguments.ts';
import { CliError, OutputClosed } from './cliError.ts';
import type { Command, CommandContext, CommandEntry } from './command.ts';
import { ExitCode } from './exitCode.ts';
import { Output } from './output.ts';
import { ProgressLine } from './progress.ts';
import { COMMANDS } from './registry.ts';
import { CONFORMANCE_SUITES } from './suites.ts';
import { chooseStyle } from './style.ts';

/** The process as the command line sees it: real in `palimpsest.ts`, made of memory in tests. */
export interface Surroundings {
  readonly input: Readable;
  readonly output: Writable & { isTTY?: boolean; columns?: number };
  readonly errors: Writable & { isTTY?: boolean; columns?: number };
  readonly environment: { readonly [name: string]: string | undefined };
  readonly signal: AbortSignal;
  readonly version: string;
  /** `indexThread.ts` as it was built; without it layers are indexed one after another. */
  readonly indexThread?: URL;
  /** `mount/latencyThread.ts` as it was built; without it the processors sleep as they like. */
  readonly latencyThread?: URL;
}

/** Runs one command line, without the program's name. Never throws. */
export async function runCommandLine(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const output = new Output(surroundings.output);
  const errors = new Output(surroundings.errors);
  const session = new Session(surroundings, output, errors);
  let code: number;
  try {
    code = await dispatch(words, session);
    await output.flush();
  } catch (error) {
    code = await session.fail(error);
  }
  await session.cleanUp();
  await errors.flush().catch(() => undefined);
  return code;
}

async function dispatch(words: readonly string[], session: Session): Promise<number> {
  const [first, ...rest] = words;
  if (first === '--version' || first === '-V' || first === 'version') {
    await session.context.output.line(session.version);
    return ExitCode.fine;
  }
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    return help(rest, first, session);
  }
  const chosen = await choose(words, COMMANDS, 'command', session);
  if (chosen.entry.name !== 'conformance') return runCommand(chosen.entry, chosen.entry.name, chosen.rest, session);
  const suiteName = chosen.rest[0];
  if (suiteName === undefined || suiteName.startsWith('-')) {
    return runCommand(chosen.entry, chosen.entry.name, chosen.rest, session);
  }
  session.usageHint = 'palimpsest conformance --help';
  const suite = await choose(chosen.rest, CONFORMANCE_SUITES, 'conformance suite', session);
  return runCommand(suite.entry, `conformance ${suite.entry.name}`, suite.rest, session);
}

async function help(rest: readonly string[], first: string | undefined, session: Session): Promise<number> {
  const name = rest[0];
  if (name !== undefined && first === 'help') return dispatch([...rest, '--help'], session);
  const { generalHelp } = await import('./help.ts');
  if (first === undefined) {
    await session.context.errors.text(generalHelp());
    return ExitCode.failed;
  }
  await session.context.output.text(generalHelp());
  return ExitCode.fine;
}

async function choose(
  words: readonly string[],
  entries: readonly CommandEntry[],
  what: string,
  session: Session,
): Promise<{ entry: CommandEntry; rest: readonly string[] }> {
  const [name = '', ...rest] = words;
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry) return { entry, rest };
  if (name.startsWith('-')) throw new CliError('usage', `the ${what} comes first; what is “${name}”?`);
  const near = entries.find(({ name: known }) => editDistance(known, name) <= Math.min(2, known.length - 1));
  if (near) throw new CliError('usage', `there is no ${what} “${name}”; did you mean ${near.name}?`);
  if (what === 'command' && (await session.isFile(name))) {
    throw new CliError('usage', `there is no command “${name}”; to look into that file: palimpsest inspect ${name}`);
  }
  throw new CliError('usage', `there is no ${what} “${name}”; ${session.usageHint} lists them`);
}

async function runCommand(
  entry: CommandEntry,
  shownName: string,
  words: readonly string[],
  session: Session,
): Promise<number> {
  const { command } = await entry.load();
  session.usageHint = `palimpsest ${shownName} --help`;
  const beforeDashes = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  if (beforeDashes.includes('--help') || beforeDashes.includes('-h')) {
    const { commandHelp } = await import('./help.ts');
    await session.context.output.text(commandHelp(shownName, entry.summary, command));
    return ExitCode.fine;
  }
  return command.run(parse(command, words), session.context);
}

function parse(command: Command, words: readonly string[]): ReturnType<typeof parseArguments> {
  return parseArguments(words, [...command.options, HELP_OPTION]);
}

/** What one run of the program holds: its streams, what is to be cleaned up, the file it is busy with. */
class Session {
  readonly context: CommandContext;
  readonly version: string;
  usageHint = 'palimpsest --help';
  readonly #signal: AbortSignal;
  readonly #cleanups: (() => Promise<void>)[] = [];
  readonly #errors: Output;
  #fileName: string | undefined;
  readonly #indexThread: URL | undefined;
  #work: Promise<IndexWork> | undefined;

  constructor(surroundings: Surroundings, output: Output, errors: Output) {
    this.version = surroundings.version;
    this.#signal = surroundings.signal;
    this.#indexThread = surroundings.indexThread;
    this.#errors = errors;
    const progress = new ProgressLine(surroundings.errors);
    output.onBeforeWrite(() => progress.clear());
    errors.onBeforeWrite(() => progress.clear());
    this.context = {
      input: surroundings.input,
      output,
      errors,
      style: chooseStyle(surroundings.environment, output.isTerminal),
      progress,
      environment: surroundings.environment,
      signal: surroundings.signal,
      latencyThread: surroundings.latencyThread,
      onExit: (cleanup) => this.#cleanups.push(cleanup),
      noteFile: (fileName) => {
        this.#fileName = fileName;
      },
      work: () => (this.#work ??= this.#makeWork()),
    };
  }

  async #makeWork(): Promise<IndexWork> {
    const { nodePlatform } = await import('../platform/node.ts');
    const { nodeIndexThreads } = await import('./indexThreads.ts');
    return {
      platform: nodePlatform(),
      threads: this.#indexThread && nodeIndexThreads(this.#indexThread),
      signal: this.#signal,
      onProgress: (progress) => this.context.progress.show(progress),
    };
  }

  async isFile(name: string): Promise<boolean> {
    const { stat } = await import('node:fs/promises');
    return stat(name).then(
      () => true,
      () => false,
    );
  }

  async fail(error: unknown): Promise<number> {
    this.context.progress.clear();
    if (error instanceof OutputClosed) return ExitCode.fine;
    await this.context.output.flush().catch(() => undefined);
    if (this.#signal.aborted) {
      await this.#errors.line('palimpsest: interrupted').catch(() => undefined);
      return ExitCode.interrupted;
    }
    const { describeError } = await import('./describeError.ts');
    await this.#errors.line(`palimpsest: ${describeError(error, this.#fileName)}`).catch(() => undefined);
    if (error instanceof CliError && error.code === 'usage') {
      await this.#errors.line(`try: ${this.usageHint}`).catch(() => undefined);
    }
    return ExitCode.failed;
  }

  async cleanUp(): Promise<void> {
    this.context.progress.clear();
    for (const cleanup of this.#cleanups.reverse()) {
      await cleanup().catch(async (error: unknown) => {
        await this.#errors.line(`palimpsest: cleaning up: ${String(error)}`).catch(() => undefined);
      });
    }
  }
}
