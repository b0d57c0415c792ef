import { VfsError } from '../../../vfs/vfsError.ts';
import { builtinNamed, isSpecialBuiltin } from '../builtins/table.ts';
import { expandWordInto } from '../expansion/expandWord.ts';
import { Jump, ShellError } from '../shellError.ts';
import { Run, type Shell } from '../state/shell.ts';
import { scalarOf } from '../state/variables.ts';
import type { Assignment, SimpleCommand, Word } from '../syntax/tree.ts';
import { andFinally, each, type Soon, andThen as then } from '../waiting.ts';
import { type Assigned, assign, expandAssignment } from './assign.ts';
import type { Builtin, BuiltinCall } from './builtin.ts';
import { complain, complainOf, describeFault, writeError } from './complain.ts';
import { runExternal } from './external.ts';
import { callFunction } from './functions.ts';
import { setStatus } from './lists.ts';
import { applyRedirects, SavedFiles } from './redirect.ts';
import { traceAssigned, traceLine, traceWords } from './trace.ts';
import { runTrap } from './traps.ts';

/** A command of words, assignments and redirections. Its status is in `$?` afterwards. */
export function runSimple(shell: Shell, node: SimpleCommand, flags: number): Soon<number> {
  shell.line = node.line;
  if (!shell.isInTrap) {
    shell.commandText = node.text;
    shell.shownNode = node;
  }
  shell.commandNode = node;
  if (shell.traps.has('DEBUG') && !shell.isInTrap) return debugFirst(shell, node, flags);
  return runExpanded(shell, node, flags);
}

async function debugFirst(shell: Shell, node: SimpleCommand, flags: number): Promise<number> {
  if (shell.functionDepth === 0 || shell.options.has('functrace')) {
    shell.isInTrap = true;
    try {
      await runTrap(shell, shell.traps.get('DEBUG') as string, 'DEBUG');
    } finally {
      shell.isInTrap = false;
    }
  }
  return runExpanded(shell, node, flags);
}

function runExpanded(shell: Shell, node: SimpleCommand, flags: number): Soon<number> {
  const isPlain = node.argv !== undefined && node.assignments.length === 0 && node.redirects.length === 0;
  if (isPlain && !shell.options.has('xtrace')) {
    return runArgv(shell, node.argv as readonly string[], flags, undefined);
  }
  shell.substitutionStatus = undefined;
  const arrays = new Map<number, Assigned>();
  return then(expandArguments(shell, node, arrays), (argv) => {
    if (shell.substitutionFiles.length === 0) return afterExpansion(shell, node, argv, arrays, flags);
    const files = shell.substitutionFiles;
    shell.substitutionFiles = [];
    return andFinally(
      () => afterExpansion(shell, node, argv, arrays, flags & ~Run.last),
      () => closeAll(shell, files),
    );
  });
}

export function closeAll(shell: Shell, files: readonly number[]): void {
  for (const fd of files) if (shell.process.files.has(fd)) shell.process.close(fd);
}

function expandArguments(shell: Shell, node: SimpleCommand, arrays: Map<number, Assigned>): Soon<readonly string[]> {
  if (node.argv) return node.argv;
  const out: string[] = [];
  return then(
    each(node.words, (word) => expandArgument(shell, word, out, arrays)),
    () => out,
  );
}

function expandArgument(
  shell: Shell,
  word: Word | Assignment,
  out: string[],
  arrays: Map<number, Assigned>,
): Soon<void> {
  if (!('kind' in word)) return expandWordInto(shell, word, out);
  return then(expandAssignment(shell, word), (assigned) => {
    arrays.set(out.length, assigned);
    const key = assigned.key === undefined ? '' : `[${assigned.key}]`;
    out.push(
      `${assigned.name}${key}${assigned.appends ? '+' : ''}=${typeof assigned.value === 'string' ? assigned.value : ''}`,
    );
  });
}

function afterExpansion(
  shell: Shell,
  node: SimpleCommand,
  argv: readonly string[],
  arrays: ReadonlyMap<number, Assigned>,
  flags: number,
): Soon<number> {
  const unknown = shell.isBash
    ? undefined
    : node.assignments.find(({ index, appends }) => index !== undefined || appends);
  if (unknown) return runArgv(shell, [unknown.text, ...argv], flags, undefined);
  if (argv.length === 0) return runAssignments(shell, node);
  const isTraced = node.assignments.length === 0 && shell.options.has('xtrace');
  const traced = isTraced ? traceCommand(shell, argv, arrays) : undefined;
  if (node.redirects.length === 0) return then(traced, () => runAssigned(shell, node, argv, flags, arrays));
  const saved = new SavedFiles(shell);
  return then(traced, () => runRedirected(shell, node, argv, flags, arrays, saved));
}

function traceCommand(
  shell: Shell,
  argv: readonly string[],
  arrays: ReadonlyMap<number, Assigned> | undefined,
  before: readonly string[] = [],
): Promise<void> {
  const words = argv.map((word, i) => {
    const assigned = arrays?.get(i);
    return assigned && typeof assigned.value !== 'string' ? traceAssigned(shell, assigned) : traceWords(shell, [word]);
  });
  return traceLine(shell, [...before, ...words].join(' '));
}

/** bash gives each assignment a line of its own; other shells show them before the command, where they are kept for it. */
function traceAssignment(shell: Shell, assigned: Assigned, shown: string[]): Soon<void> {
  if (!shell.options.has('xtrace')) return undefined;
  const text = traceAssigned(shell, assigned);
  if (shell.isBash) return traceLine(shell, text);
  shown.push(text);
  return undefined;
}

function runRedirected(
  shell: Shell,
  node: SimpleCommand,
  argv: readonly string[],
  flags: number,
  arrays: ReadonlyMap<number, Assigned>,
  saved: SavedFiles,
): Soon<number> {
  const { capture } = shell;
  const isPermanent = argv[0] === 'exec' && (argv.length === 1 || (argv.length === 2 && argv[1] === '--'));
  const failed = (error: unknown): Soon<number> => {
    return andFinally(
      () => redirectFailed(shell, error, argv[0] as string),
      () => saved.undo(),
    );
  };
  const run = (): Soon<number> => {
    shell.capture = undefined;
    if (isPermanent) {
      saved.keep();
      return setStatus(shell, 0);
    }
    const outer = shell.notices;
    const notices: string[] = [];
    shell.notices = notices;
    const running = andFinally(
      () => runAssigned(shell, node, argv, flags, arrays),
      () => {
        saved.undo();
        shell.capture = capture;
        shell.notices = outer;
      },
    );
    return then(running, (status) =>
      notices.length === 0 ? status : then(writeError(shell, notices.join('')), () => status),
    );
  };
  let applying: Soon<void>;
  try {
    applying = applyRedirects(shell, node.redirects, saved);
  } catch (error) {
    return failed(error);
  }
  return applying instanceof Promise ? applying.then(run, failed) : run();
}

/** A redirection that failed fails the command; in dash and ash a special builtin's ends the shell. */
export function redirectFailed(shell: Shell, error: unknown, command: string | undefined): Soon<number> {
  if (!(error instanceof ShellError) || error.code !== 'command') throw error;
  const ends =
    command !== undefined && isSpecialBuiltin(command) && (!shell.isBash || shell.isPosix || command === 'exec');
  return then(complainOf(shell, error), () => {
    setStatus(shell, error.status);
    if (ends && !shell.isInteractive) throw new Jump('exit', error.status);
    return error.status;
  });
}

/** Assignments without a command: they stay. */
function runAssignments(shell: Shell, node: SimpleCommand): Soon<number> {
  const shown: string[] = [];
  const assigning = each(node.assignments, (assignment) =>
    then(expandAssignment(shell, assignment), (assigned) => {
      assign(shell, assigned);
      return traceAssignment(shell, assigned, shown);
    }),
  );
  const traced = (): Soon<void> => (shown.length > 0 ? traceLine(shell, shown.join(' ')) : undefined);
  return then(then(assigning, traced), () => {
    if (node.redirects.length === 0) return setStatus(shell, shell.substitutionStatus ?? 0);
    const saved = new SavedFiles(shell);
    const failed = (error: unknown): Soon<number> => {
      return andFinally(
        () => redirectFailed(shell, error, undefined),
        () => saved.undo(),
      );
    };
    try {
      const applying = applyRedirects(shell, node.redirects, saved);
      const done = (): number => {
        saved.undo();
        return setStatus(shell, shell.substitutionStatus ?? 0);
      };
      return applying instanceof Promise ? applying.then(done, failed) : done();
    } catch (error) {
      return failed(error);
    }
  });
}

/** With the assignments before it in its environment. */
function runAssigned(
  shell: Shell,
  node: SimpleCommand,
  argv: readonly string[],
  flags: number,
  arrays: ReadonlyMap<number, Assigned>,
): Soon<number> {
  if (node.assignments.length === 0) return runArgv(shell, argv, flags, arrays);
  const name = argv[0] as string;
  const stays = isSpecialBuiltin(name) && (!shell.isBash || shell.isPosix) && !shell.functions.has(name);
  const depth = shell.variables.depth;
  const before: (() => void)[] = [];
  const shown: string[] = [];
  const restore = (): void => {
    for (let i = before.length - 1; i >= 0; i--) before[i]?.();
  };
  const assigning = each(node.assignments, (assignment) =>
    then(expandAssignment(shell, assignment), (assigned) => {
      if (stays || typeof assigned.value !== 'string') {
        assign(shell, assigned);
        return;
      }
      const old = shell.variables.find(assigned.name);
      const value = assigned.appends ? ((old && scalarOf(old)) ?? '') + assigned.value : assigned.value;
      const previous = shell.variables.setTemporary(assigned.name, value);
      before.push(() => {
        shell.variables.restore(assigned.name, previous, depth);
        if (previous?.assigned) previous.assigned(scalarOf(previous) ?? '');
      });
      return traceAssignment(shell, assigned, shown);
    }),
  );
  const run = (): Soon<number> => {
    const traced = shell.options.has('xtrace') ? traceCommand(shell, argv, arrays, shown) : undefined;
    return then(traced, () => runArgv(shell, argv, flags, arrays));
  };
  return andFinally(() => then(assigning, run), restore);
}

/** Runs what the first word names: a function, a builtin, a program. */
export function runArgv(
  shell: Shell,
  argv: readonly string[],
  flags: number,
  arrays: ReadonlyMap<number, Assigned> | undefined,
  skipsFunctions = false,
): Soon<number> {
  const name = argv[0] as string;
  if (!skipsFunctions) {
    const found = shell.functions.get(name);
    if (found && !((!shell.isBash || shell.isPosix) && isSpecialBuiltin(name))) {
      return then(callFunction(shell, found, argv, flags), (status) => setStatus(shell, status));
    }
  }
  const builtin = builtinNamed(shell, name);
  if (builtin) return runBuiltin(shell, builtin, argv, { flags, arrays });
  shell.lastArgument = argv.at(-1) as string;
  return then(runExternal(shell, argv, flags), (status) => setStatus(shell, status));
}

/** Runs a builtin; faults are told in its name. */
export function runBuiltin(shell: Shell, builtin: Builtin, argv: readonly string[], call: BuiltinCall): Soon<number> {
  const failed = (error: unknown): Soon<number> => then(builtinFailed(shell, error, argv[0] as string), done);
  const done = (status: number): number => {
    shell.lastArgument = argv.at(-1) as string;
    return setStatus(shell, status);
  };
  try {
    const running = builtin(shell, argv, call);
    return running instanceof Promise ? running.then(done, failed) : done(running);
  } catch (error) {
    return failed(error);
  }
}

/** busybox's tests speak without the name of the command. */
function complainOfBuiltin(shell: Shell, error: ShellError, name: string): undefined | Promise<void> {
  const isPlain = shell.dialect === 'ash' && /^(?:test|\[|printf|kill)$/.test(name);
  return isPlain ? writeError(shell, `${shell.title}: ${error.message}\n`) : complainOf(shell, error, name);
}

function builtinFailed(shell: Shell, error: unknown, name: string): Soon<number> {
  if (error instanceof ShellError && error.code === 'command') {
    const isUsage = shell.isBash && error.message.startsWith('usage: ');
    const told = isUsage ? writeError(shell, `${name}: ${error.message}\n`) : complainOfBuiltin(shell, error, name);
    return then(told, () => {
      if (!shell.isBash && isSpecialBuiltin(name) && !shell.isInteractive) throw new Jump('exit', error.status);
      return error.status;
    });
  }
  if (error instanceof VfsError && error.code !== 'EINTR' && !shell.process.isKilled) {
    const words = describeFault(error, error.syscall === 'write' ? '' : error.path);
    return then(complain(shell, error.syscall === 'write' ? `write error: ${words}` : words, name), () => 1);
  }
  throw error;
}
