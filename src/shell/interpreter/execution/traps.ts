import { parseSignal, signalName } from '../../kernel/signals.ts';
import { Run, type Shell, type TrapKey } from '../state/shell.ts';
import { parseScript } from '../syntax/parseScript.ts';
import { Jump } from '../shellError.ts';
import { complainOfSyntax } from './complain.ts';
import { type Soon, andThen as then } from '../waiting.ts';

/** `EXIT`, `0`, `INT`, `SIGINT`, `2`, `ERR`…; undefined for what is no condition. */
export function parseCondition(text: string, isBash: boolean): TrapKey | undefined {
  if (text === '0' || text.toUpperCase() === 'EXIT') return 'EXIT';
  const upper = text.toUpperCase();
  if (isBash && (upper === 'ERR' || upper === 'DEBUG' || upper === 'RETURN')) return upper;
  const signal = parseSignal(text);
  return signal === 0 ? undefined : signal;
}

export function conditionName(key: TrapKey, isBash: boolean): string {
  if (typeof key !== 'number') return key;
  const name = signalName(key) ?? String(key);
  return isBash ? `SIG${name}` : name;
}

/** Sets what happens: undefined resets, '' ignores. */
export function setTrap(shell: Shell, key: TrapKey, action: string | undefined): void {
  shell.listedTraps = undefined;
  if (action === undefined) shell.traps.delete(key);
  else shell.traps.set(key, action);
  if (typeof key !== 'number') return;
  const { process } = shell;
  if (action === undefined) process.onSignal(key, shell.usualHandlers.get(key) ?? 'default');
  else if (action === '') process.onSignal(key, 'ignore');
  else process.onSignal(key, (signal) => shell.pendingSignals.push(signal));
}

/** In a subshell traps are reset, but those that ignore; they can still be listed until one is set. */
export function resetTraps(shell: Shell, from: Shell): void {
  if (shell.isBash) shell.listedTraps = from.listedTraps ?? new Map(from.traps);
  for (const [key, action] of from.traps) {
    if (action === '') shell.traps.set(key, action);
    else if (key === 'ERR' && from.options.has('errtrace')) shell.traps.set(key, action);
    else if ((key === 'DEBUG' || key === 'RETURN') && from.options.has('functrace')) shell.traps.set(key, action);
  }
}

/** Runs the traps of signals that came. */
export async function runPendingTraps(shell: Shell): Promise<void> {
  while (shell.pendingSignals.length > 0) {
    const signal = shell.pendingSignals.shift() as number;
    const action = shell.traps.get(signal);
    if (action) await runTrap(shell, action, 'trap');
  }
}

/** Runs an action; `$?` is as before it, afterwards, too. */
export async function runTrap(shell: Shell, action: string, _kind: string): Promise<void> {
  const { status, line } = shell;
  const statuses = shell.substitutionStatus;
  const script = parseScript(action);
  if (script.fault) await complainOfSyntax(shell, script.fault, 'trap');
  await shell.interpreter.runList(shell, script, 0);
  shell.status = status;
  shell.line = line;
  shell.substitutionStatus = statuses;
}

/** What `set -e` and ERR do with a command that failed. */
export function afterFailure(shell: Shell, status: number): Soon<number> {
  const action = shell.traps.get('ERR');
  const isHeard =
    action &&
    !shell.isInTrap &&
    (shell.functionDepth === 0 || shell.options.has('errtrace') || shell.errTrapDepth === shell.functionDepth);
  if (isHeard) {
    shell.isInTrap = true;
    shell.status = status;
    const running = runTrap(shell, action, 'ERR').finally(() => {
      shell.isInTrap = false;
    });
    return then(running, () => exitIfAsked(shell, status));
  }
  return exitIfAsked(shell, status);
}

function exitIfAsked(shell: Shell, status: number): number {
  if (shell.options.has('errexit')) throw new Jump('exit', status);
  return status;
}

/** Runs the EXIT trap, once; gives the status to exit with. */
export function runExitTrap(shell: Shell, status: number): Soon<number> {
  const action = shell.traps.get('EXIT');
  return action ? runExitAction(shell, status, action) : status;
}

async function runExitAction(shell: Shell, status: number, action: string): Promise<number> {
  shell.traps.delete('EXIT');
  shell.status = status;
  shell.isInTrap = true;
  try {
    const script = parseScript(action);
    if (script.fault) await complainOfSyntax(shell, script.fault, 'exit trap');
    await shell.interpreter.runList(shell, script, Run.tested & 0);
  } catch (error) {
    if (error instanceof Jump && (error.kind === 'exit' || error.kind === 'return')) return error.value;
    throw error;
  }
  return status;
}
