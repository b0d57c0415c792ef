import { decodeName } from '../../../bytes/byteName.ts';
import { expandAliases } from '../execution/aliases.ts';
import { LineReader } from '../execution/lineReader.ts';
import { runText } from '../execution/runText.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { parseScript } from '../syntax/parseScript.ts';
import { awaitsHereDocument } from './incomplete.ts';

/** Runs a script from a descriptor line by line: what its commands read from there, they take out of the script. */
export async function runFromDescriptor(shell: Shell, fd: number): Promise<number> {
  let text = '';
  let line = 1;
  let taken = 0;
  let status = 0;
  for (;;) {
    const { bytes, isEnded } = await new LineReader(shell.process, fd, undefined).until(10);
    if (isEnded && bytes.length === 0 && text === '') return status;
    const next = decodeName(bytes);
    if (shell.options.has('verbose') && !(isEnded && next === '')) await shell.process.write(2, `${next}\n`);
    text += isEnded ? next : `${next}\n`;
    taken++;
    if (!isEnded && isIncomplete(shell, text, line)) continue;
    const unit = text;
    const first = line;
    text = '';
    line += taken;
    taken = 0;
    status = await runUnit(shell, unit, first, status);
    if (isEnded) return status;
  }
}

/** Whether the shell would read on: an open quote, construct or here-document, a backslash at the end. */
export function isIncomplete(shell: Shell, text: string, line: number): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\\n$/.test(text)) return true;
  const { fault, statements } = parseScript(expandAliases(shell, text), line);
  if (fault) return fault.isIncomplete;
  void statements;
  return awaitsHereDocument(text);
}

async function runUnit(shell: Shell, unit: string, firstLine: number, before: number): Promise<number> {
  if (/^\s*(?:#.*)?\s*$/.test(unit)) return before;
  try {
    return await runText(shell, unit, { firstLine });
  } catch (error) {
    if (!(error instanceof ShellError) || error.code !== 'syntax') throw error;
    if (!shell.isInteractive) throw error;
    return error.status;
  }
}
