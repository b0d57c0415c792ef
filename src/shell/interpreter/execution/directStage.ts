import { encodeName } from '../../../bytes/byteName.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import type { OpenFile } from '../../kernel/openFile.ts';
import { PIPE_CAPACITY_BYTES } from '../../kernel/pipe.ts';
import { searchPath } from '../../kernel/searchPath.ts';
import type { Process } from '../../kernel/process.ts';
import { builtinNamed } from '../builtins/table.ts';
import { expandWordInto } from '../expansion/expandWord.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import type { Node, SimpleCommand } from '../syntax/tree.ts';
import { andFinally, type Soon, andThen as then } from '../waiting.ts';
import type { Builtin } from './builtin.ts';
import { isPureWord } from './capturable.ts';
import { childFiles, spawn } from './external.ts';

/** A command of a pipeline or substitution that needs no copy of the shell: its words change nothing, and it is a
 *  program, or a builtin whose whole output a pipe can hold. */
export type PlannedStage =
  | { readonly kind: 'program'; readonly path: string; readonly argv: readonly string[] }
  | {
      readonly kind: 'printed';
      readonly printed: { readonly text: string };
      readonly output: OpenFile;
      readonly status: Soon<number>;
    };

/** Builtins that read nothing, and print or do not. */
const PRINTERS = new Set(['echo', 'printf', 'pwd', 'true', 'false', ':']);
/** Traps that commands of a subshell may run. */
const INNER_TRAPS = ['DEBUG', 'ERR', 'RETURN'] as const;

const pure = new WeakMap<SimpleCommand, boolean>();

/** Undefined for all that takes a subshell, and for what fails: the subshell tells it. `output`: the pipe that a builtin
 *  would print to. */
export function planStage(shell: Shell, node: Node, output: OpenFile | undefined): PlannedStage | undefined {
  if (node.kind !== 'simple' || !isPlain(node)) return undefined;
  if (shell.options.has('xtrace') || INNER_TRAPS.some((trap) => shell.traps.has(trap))) return undefined;
  const name = literalName(node);
  if (name === undefined || name === '' || shell.functions.has(name)) return undefined;
  const builtin = builtinNamed(shell, name);
  if (builtin && (!output || !PRINTERS.has(name))) return undefined;
  const argv = node.argv ?? expanded(shell, node);
  if (!argv) return undefined;
  if (builtin) return output && printed(shell, builtin, node, argv, output);
  const path = name.includes('/') ? name : pathOf(shell, name);
  return path === undefined ? undefined : { kind: 'program', path, argv };
}

/** Its first word, where that is what it looks like. */
export function literalName({ words: [first] }: SimpleCommand): string | undefined {
  return first && 'literal' in first ? first.literal : undefined;
}

function isPlain(node: SimpleCommand): boolean {
  let isPure = pure.get(node);
  if (isPure === undefined) {
    isPure =
      node.assignments.length === 0 &&
      node.redirects.length === 0 &&
      node.words.every((word) => !('kind' in word) && isPureWord(word, 'noCommands'));
    pure.set(node, isPure);
  }
  return isPure;
}

function expanded(shell: Shell, node: SimpleCommand): readonly string[] | undefined {
  const argv: string[] = [];
  try {
    for (const word of node.words) {
      if ('kind' in word) return undefined;
      const waiting = expandWordInto(shell, word, argv);
      if (!waiting) continue;
      // It is expanded once more, by the subshell.
      waiting.catch(() => undefined);
      return undefined;
    }
  } catch (error) {
    if (error instanceof ShellError) return undefined;
    throw error;
  }
  return argv;
}

/** What is found is not remembered: a subshell would have found it. */
function pathOf(shell: Shell, name: string): string | undefined {
  const found = searchPath(shell.process, name, shell.variables.get('PATH') ?? '');
  if (!found?.isExecutable) return undefined;
  const hashed = shell.options.has('hashall') ? shell.hashed.get(name)?.path : undefined;
  return hashed === undefined || hashed === found.path ? found.path : undefined;
}

function printed(
  shell: Shell,
  builtin: Builtin,
  node: SimpleCommand,
  argv: readonly string[],
  output: OpenFile,
): PlannedStage | undefined {
  // `printf -v` assigns.
  if (argv[0] === 'printf' && argv[1]?.startsWith('-')) return undefined;
  const { capture, line } = shell;
  const mine = { text: '' };
  const restore = (): void => {
    shell.capture = capture;
    shell.line = line;
  };
  shell.capture = mine;
  shell.line = node.line;
  try {
    const status = andFinally(() => builtin(shell, argv, { flags: 0, arrays: undefined }), restore);
    return { kind: 'printed', printed: mine, output, status };
  } catch (error) {
    if (error instanceof ShellError) return undefined;
    throw error;
  }
}

/** Starts it; `forked` where that fails, so that a subshell tells why. */
export function startPlanned(
  shell: Shell,
  planned: PlannedStage,
  files: ReadonlyMap<number, OpenFile>,
  group: number | 'new' | undefined,
  forked: () => Process,
): Soon<Process | number> {
  if (planned.kind === 'printed') {
    const { output } = planned;
    return then(planned.status, (status) => {
      const bytes = encodeName(planned.printed.text);
      if (bytes.length > PIPE_CAPACITY_BYTES) return writer(shell, bytes, status, files, group);
      if (bytes.length > 0) void output.write(bytes);
      return status;
    });
  }
  const failed = (error: unknown): Process => {
    if (error instanceof VfsError && error.syscall === 'fork') throw error;
    return forked();
  };
  try {
    const starting = spawn(shell, planned.path, planned.argv, childFiles(shell, files), group);
    return starting instanceof Promise ? starting.catch(failed) : starting;
  } catch (error) {
    return failed(error);
  }
}

/** What a pipe cannot hold is written by a process, which waits for the reader. */
function writer(
  shell: Shell,
  bytes: Uint8Array,
  status: number,
  files: ReadonlyMap<number, OpenFile>,
  group: number | 'new' | undefined,
): Process {
  return shell.process.fork((process) => then(process.print(bytes), () => status), { files, group });
}
