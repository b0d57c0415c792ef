import type { Process } from '../../kernel/process.ts';
import { SIGNALS } from '../../kernel/signals.ts';
import type { Shell } from '../state/shell.ts';
import { messageStart, writeError } from './complain.ts';

/** Tells of a child that a signal ended, as bash does for all but INT and PIPE. */
export async function tellSignal(shell: Shell, child: Process, text: string | (() => string)): Promise<void> {
  const status = child.status;
  if (!status || !('signal' in status)) return;
  const { signal } = status;
  if (signal === SIGNALS.INT || signal === SIGNALS.PIPE) return;
  const words = SIGNAL_WORDS[signal] ?? `Signal ${signal}`;
  const isShort = shell.isInteractive || !shell.isBash || signal === SIGNALS.TERM;
  const told = `${String(child.pid).padStart(5)} ${words.padEnd(23)} ${typeof text === 'string' ? text : text()}`;
  const line = isShort ? `${words}\n` : `${messageStart(shell, undefined)}${told}\n`;
  // Where the command's errors went does not matter to what is told of it.
  if (shell.notices && shell.isBash) shell.notices.push(line);
  else await writeError(shell, line);
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
  [SIGNALS.XCPU]: 'CPU time limit exceeded',
  [SIGNALS.XFSZ]: 'File size limit exceeded',
  [SIGNALS.USR2]: 'User defined signal 2',
  [SIGNALS.PIPE]: 'Broken pipe',
  [SIGNALS.ALRM]: 'Alarm clock',
  [SIGNALS.TERM]: 'Terminated',
};
