import { INTERPRETER } from './execution/interpreter.ts';
import { runText } from './execution/runText.ts';
import type { Process } from '../kernel/process.ts';
import { importEnvironment } from './program/environment.ts';
import { toTheEnd } from './program/toTheEnd.ts';
import type { Dialect } from './state/dialect.ts';
import { Shell } from './state/shell.ts';

export interface RunScriptOptions {
  /** bash's rules unless told. */
  readonly dialect?: Dialect;
  /** `$0`; the dialect's name unless told. */
  readonly name?: string;
  readonly arguments?: readonly string[];
}

/** Runs a script's text within a process, as `SHELL -c TEXT` would in one of its own; gives the status. */
export async function runScript(process: Process, text: string, options: RunScriptOptions = {}): Promise<number> {
  const { dialect = 'bash', name = dialect, arguments: positional = [] } = options;
  const shell = new Shell(process, dialect, INTERPRETER, name);
  shell.mainPid = process.pid;
  shell.commandString = text;
  shell.positional = positional;
  if (dialect !== 'bash') shell.options.delete('braceexpand');
  importEnvironment(shell, process);
  return toTheEnd(shell, () => runText(shell, text, { where: '-c' }));
}
