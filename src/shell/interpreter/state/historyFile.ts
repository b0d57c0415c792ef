import { decodeName, encodeName } from '../../../bytes/byteName.ts';
import { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from '../../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { open, readFile } from '../../kernel/calls.ts';
import type { History } from './history.ts';
import type { Shell } from './shell.ts';

/** Only the owner may read what was typed. */
const FILE_MODE = 0o600;

/** The file that the history is kept in; '' for none. */
export function historyPath(shell: Shell): string {
  return shell.variables.get('HISTFILE') ?? '';
}

/** The lines of a history file, without the times between them. Throws VfsError. */
export async function readHistory(shell: Shell, path: string): Promise<string[]> {
  const lines = decodeName(await readFile(shell.process, path)).split('\n');
  return lines.filter((line) => line !== '' && !/^#\d+$/.test(line));
}

/** Writes lines over a file, or behind what it holds. Throws VfsError. */
export async function writeHistory(
  shell: Shell,
  path: string,
  lines: readonly string[],
  how: 'replace' | 'append',
): Promise<void> {
  const flags = O_WRONLY | O_CREAT | (how === 'append' ? O_APPEND : O_TRUNC);
  const file = await open(shell.process, path, flags, FILE_MODE);
  try {
    await file.write(encodeName(lines.map((line) => `${line}\n`).join('')));
  } finally {
    file.close();
  }
}

/** What an interactive bash does first: takes in what was typed before it. */
export async function loadHistory(shell: Shell, history: History): Promise<void> {
  const path = historyPath(shell);
  if (path === '') return;
  await quietly(async () => {
    const lines = await readHistory(shell, path);
    for (const line of lines) history.add(line);
    history.fileLines = lines.length;
  });
  history.unsaved = 0;
}

/** What it does last: HISTFILE gets the new lines (`histappend`), or all of them, the last HISTFILESIZE. */
export async function saveHistory(shell: Shell, history: History): Promise<void> {
  const path = historyPath(shell);
  if (path === '' || history.unsaved === 0) return;
  const limit = Number(shell.variables.get('HISTFILESIZE') ?? shell.variables.get('HISTSIZE') ?? 500);
  await quietly(async () => {
    let lines: readonly string[] = history.lines;
    if (shell.isSet('histappend')) {
      const before: string[] = [];
      await quietly(async () => void before.push(...(await readHistory(shell, path))));
      lines = [...before, ...history.lines.slice(-history.unsaved)];
    }
    const kept = limit >= 0 ? lines.slice(Math.max(0, lines.length - limit)) : lines;
    await writeHistory(shell, path, kept, 'replace');
  });
  history.unsaved = 0;
}

/** A history that cannot be read or kept keeps no shell from its work. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
  }
}
