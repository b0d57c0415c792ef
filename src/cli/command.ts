import type { IndexWork } from '../archive/archive.ts';
import type { OptionSpec, ParsedArguments } from './arguments.ts';
import type { ExitCode } from './exitCode.ts';
import type { Output } from './output.ts';
import type { ProgressLine } from './progress.ts';
import type { Style } from './style.ts';

/** A command of the command line: one file in `commands/`, and a line in `registry.ts`. */
export interface Command {
  /** The words after the command's name in the usage lines. */
  readonly usage: readonly string[];
  /** Paragraphs of the help. */
  readonly description: readonly string[];
  readonly options: readonly OptionSpec[];
  readonly examples?: readonly string[];
  /** Gives the exit code: `ExitCode`, or the status of what the command ran (`shell`). */
  run(args: ParsedArguments, context: CommandContext): Promise<ExitCode | number>;
}

/** A command by name; its code is loaded when it is called. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** What a command may touch of the world outside. */
export interface CommandContext {
  readonly input: NodeJS.ReadableStream;
  readonly output: Output;
  /** Notes and complaints, on standard error. */
  readonly errors: Output;
  /** Style of what goes to `output`. */
  readonly style: Style;
  readonly progress: ProgressLine;
  readonly environment: { readonly [name: string]: string | undefined };
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** See `Surroundings`. */
  readonly latencyThread: URL | undefined;
  /** Runs when the command has ended, however it ended; last come, first served. */
  onExit(cleanup: () => Promise<void>): void;
  /** The file that is being worked on, for the error line. */
  noteFile(fileName: string): void;
  /** The platform with progress and cancellation, for everything that reads. */
  work(): Promise<IndexWork>;
}

export const JSON_OPTION: OptionSpec = {
  name: 'json',
  kind: 'flag',
  help: 'print JSON (docs/json.md) instead of text',
};

export const IMAGE_OPTION: OptionSpec = {
  name: 'image',
  short: 'i',
  kind: 'value',
  metavar: 'REF|ID|N',
  help: 'which image: a tag, an ID or its beginning, or its number (1 is the first of the archive)',
};

export const PLATFORM_OPTION: OptionSpec = {
  name: 'platform',
  kind: 'value',
  metavar: 'OS/ARCH[/VARIANT]',
  help: 'which platform of a multi-platform image',
};

export const LAYER_OPTION: OptionSpec = {
  name: 'layer',
  short: 'l',
  kind: 'value',
  metavar: 'N|DIFFID',
  help: 'only what this layer holds: a number from 1 (the base), “base”, “top”, or (the beginning of) a diffID',
};

export const UP_TO_OPTION: OptionSpec = {
  name: 'up-to',
  short: 'u',
  kind: 'value',
  metavar: 'N|DIFFID',
  help: 'the union of the layers from the base up to this one, instead of all',
};
