import { Jump, ShellError } from '../shellError.ts';
import { Run, type Shell, type ShellFunction } from '../state/shell.ts';
import type { Soon } from '../waiting.ts';
import { located } from './complain.ts';
import { runTrap } from './traps.ts';

/** Calls within calls. bash has no bound and overflows its stack. */
const MAX_DEPTH = 10_000;
/** Calls on the native stack; then a promise begins a new one. */
const MAX_NATIVE_DEPTH = 40;

/** Calls a function. Gives what it returns. Throws ShellError when functions are nested too deeply. */
export function callFunction(
  shell: Shell,
  called: ShellFunction,
  argv: readonly string[],
  flags: number,
): Soon<number> {
  const limit = Math.min(Number(shell.variables.get('FUNCNEST') ?? MAX_DEPTH) || MAX_DEPTH, MAX_DEPTH);
  if (shell.functionDepth >= limit) {
    throw new ShellError('expansion', `${called.name}: maximum function nesting level exceeded (${limit})`);
  }
  const { positional, frames, loopDepth, line } = shell;
  const frameCount = frames.length;
  const depth = shell.variables.depth;
  shell.variables.pushScope();
  shell.positional = argv.slice(1);
  frames.push({ name: called.name, source: called.source, callLine: line });
  shell.functionDepth++;
  shell.loopDepth = 0;
  const savedOptions = shell.localOptions;
  shell.localOptions = undefined;
  // Without functrace a function hears only what it sets itself.
  const kept = shell.options.has('functrace') ? undefined : shell.traps.get('RETURN');
  if (kept !== undefined) shell.traps.delete('RETURN');
  const leave = (): void => {
    if (kept !== undefined) shell.traps.set('RETURN', kept);
    shell.functionDepth--;
    if (shell.localOptions) shell.options = shell.localOptions;
    shell.localOptions = savedOptions;
    shell.variables.popTo(depth);
    shell.positional = positional;
    frames.length = frameCount;
    shell.loopDepth = loopDepth;
    shell.line = line;
  };
  const returned = (status: number): Soon<number> => {
    if (!shell.traps.has('RETURN')) {
      leave();
      return status;
    }
    return runTrap(shell, shell.traps.get('RETURN') as string, 'RETURN').then(() => {
      leave();
      return status;
    });
  };
  const thrown = (error: unknown): Soon<number> => {
    if (error instanceof Jump && error.kind === 'return') return returned(error.value);
    located(shell, error);
    leave();
    throw error;
  };
  const bodyFlags = flags & ~Run.last;
  if (shell.nativeDepth >= MAX_NATIVE_DEPTH) {
    return Promise.resolve()
      .then(() => runBody(shell, called, bodyFlags))
      .then(returned, thrown);
  }
  let running: Soon<number>;
  try {
    running = runBody(shell, called, bodyFlags);
  } catch (error) {
    return thrown(error);
  }
  return running instanceof Promise ? running.then(returned, thrown) : returned(running);
}

function runBody(shell: Shell, called: ShellFunction, flags: number): Soon<number> {
  shell.nativeDepth++;
  try {
    return shell.interpreter.runNode(shell, called.body, flags);
  } finally {
    shell.nativeDepth--;
  }
}
