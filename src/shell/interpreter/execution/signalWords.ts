import type { Process } from '../../kernel/process.ts';
import { SIGNALS } from '../../kernel/signals.ts';
import type { Shell } from '../state/shell.ts';
import { complain, writeError } from './complain.ts';

/** Tells of a child that a signal ended, as bash does for all but INT and PIPE. */
export async function tellSignal(shell: Shell, child: Process, text: string): Promise<void> {
  const status = child.status;
  if (!status || !('signal' in status)) return;
  const { signal } = status;
  if (signal === SIGNALS.INT || signal === SIGNALS.PIPE) return;
  const words = SIGNAL_WORDS[signal] ?? `Signal ${signal}`;
  if (shell.isInteractive || !shell.isBash || signal === SIGNALS.TERM) {
    await writeError(shell, `${words}\n`);
    return;
  }
  await complain(shell, `${String(child.pid).padStart(5)} ${words.padEnd(23)} ${text}`);
}

export const SIGNAL_WORDS: Readonly<Record<number, string>> = {
  [SIGNALS.HUP]: 'Hangup',
  [SIGNALS.INT]: 'Interrupt',
  [SIGNALS.QUIT]: 'Quit',
  [SIGNALS.ILL]: 'Illegal instruction',
  [SIGNALS.ABRT]: 'Aborted',
  [SIGNALS.KILL]: 'Killed',
  [SIGNALS.USR1]: 'User defined signal 1',
  [SIGNALS.SEGV]: 'Segmentation fault',
  [SIGNALS.USR2]: 'User defined signal 2',
  [SIGNALS.PIPE]: 'Broken pipe',
  [SIGNALS.ALRM]: 'Alarm clock',
  [SIGNALS.TERM]: 'Terminated',
};
