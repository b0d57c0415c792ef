import { nextTask } from '../../../bytes/nextTask.ts';
import { refused } from './fork.ts';
import { type Shell, Run } from '../state/shell.ts';
import type { List, Node, Statement } from '../syntax/tree.ts';
import type { Soon } from '../waiting.ts';
import { runPendingTraps } from './traps.ts';

/** Commands that may be started in the background without a look at whether they run. */
const MANY_CHILDREN = 64;

/** Runs statements in order. Cheap commands run without a promise between them; the thread is given up when due. */
export function runStatements(shell: Shell, list: List, flags: number): Soon<number> {
  const last = list.length - 1;
  let status = 0;
  for (let i = 0; i <= last; i++) {
    if (shell.process.isDue || shell.pendingSignals.length > 0) return runFrom(shell, list, flags, i);
    const running = runStatement(shell, list[i] as Statement, i === last ? flags : flags & ~Run.last);
    if (running instanceof Promise) return i === last ? running : continueAfter(shell, list, flags, i + 1, running);
    status = running;
  }
  return status;
}

async function continueAfter(
  shell: Shell,
  list: List,
  flags: number,
  next: number,
  running: Promise<number>,
): Promise<number> {
  const status = await running;
  return next < list.length ? runFrom(shell, list, flags, next) : status;
}

async function runFrom(shell: Shell, list: List, flags: number, from: number): Promise<number> {
  const last = list.length - 1;
  let status = 0;
  for (let i = from; i <= last; i++) {
    const waiting = giveWay(shell);
    if (waiting) await waiting;
    const running = runStatement(shell, list[i] as Statement, i === last ? flags : flags & ~Run.last);
    status = running instanceof Promise ? await running : running;
  }
  return status;
}

function runStatement(shell: Shell, statement: Statement, flags: number): Soon<number> {
  if (statement.isBackground) {
    try {
      const status = shell.interpreter.startBackground(shell, statement.node, statement.text);
      shell.status = status;
      // Those that are over already are gone before there are too many.
      return shell.process.children.size < MANY_CHILDREN ? status : nextTask().then(() => status);
    } catch (error) {
      return refused(shell, error);
    }
  }
  return shell.interpreter.runNode(shell, statement.node, flags);
}

/** Lets others run when that is due, and traps of signals that came. */
export function giveWay(shell: Shell): Promise<void> | undefined {
  if (!shell.process.isDue && shell.pendingSignals.length === 0) return undefined;
  return pauseAndTrap(shell);
}

async function pauseAndTrap(shell: Shell): Promise<void> {
  await shell.process.pause();
  if (shell.pendingSignals.length > 0) await runPendingTraps(shell);
}

/** `a && b || c`. */
export function runAndOr(
  shell: Shell,
  first: Node,
  rest: readonly { readonly operator: '&&' | '||'; readonly node: Node }[],
  flags: number,
): Soon<number> {
  const tested = (flags | Run.tested) & ~Run.last;
  let running = shell.interpreter.runNode(shell, first, tested);
  for (let i = 0; i < rest.length; i++) {
    if (running instanceof Promise) return andOrFrom(shell, rest, flags, i, running);
    const { operator, node } = rest[i] as { operator: '&&' | '||'; node: Node };
    if ((running === 0) === (operator === '||')) continue;
    running = shell.interpreter.runNode(shell, node, i === rest.length - 1 ? flags : tested);
  }
  return running;
}

async function andOrFrom(
  shell: Shell,
  rest: readonly { readonly operator: '&&' | '||'; readonly node: Node }[],
  flags: number,
  from: number,
  before: Promise<number>,
): Promise<number> {
  let status = await before;
  for (let i = from; i < rest.length; i++) {
    const { operator, node } = rest[i] as { operator: '&&' | '||'; node: Node };
    if ((status === 0) === (operator === '||')) continue;
    const isLast = i === rest.length - 1;
    status = await shell.interpreter.runNode(shell, node, isLast ? flags : (flags | Run.tested) & ~Run.last);
  }
  return status;
}

/** Sets `$?`, and `PIPESTATUS` of a command by itself. */
export function setStatus(shell: Shell, status: number): number {
  shell.status = status;
  shell.pipeStatuses = undefined;
  return status;
}
