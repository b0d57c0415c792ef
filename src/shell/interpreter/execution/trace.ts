import { ashQuote, displayQuote } from '../expansion/quote.ts';
import { expandParts } from '../expansion/expandWord.ts';
import { expandPrompt } from '../expansion/prompt.ts';
import { quotedTextParts } from '../syntax/translateWord.ts';
import type { Shell } from '../state/shell.ts';
import { translateScript } from '../syntax/translate.ts';
import type { Assigned } from './assign.ts';

/** `set -x`: a line, after PS4. */
export async function traceLine(shell: Shell, text: string): Promise<void> {
  if (text === '') return;
  const fd = Number(shell.variables.get('BASH_XTRACEFD') ?? 2);
  const line = `${await tracePrompt(shell)}${text}\n`;
  if (shell.process.files.has(fd)) await shell.process.write(fd, line);
}

async function tracePrompt(shell: Shell): Promise<string> {
  const prompt = shell.variables.get('PS4') ?? '+ ';
  if (!shell.isBash) return /[$`]/.test(prompt) ? expandText(shell, prompt) : prompt;
  const text = /[$`]/.test(prompt) ? await expandText(shell, expandPrompt(shell, prompt)) : expandPrompt(shell, prompt);
  // The first character is repeated: once for each substitution that the command stands in.
  return text.slice(0, 1).repeat(Math.max(0, shell.traceDepth)) + text;
}

/** Expands a prompt's parameters and substitutions, untraced. */
export async function expandText(shell: Shell, text: string): Promise<string> {
  const traces = shell.options.delete('xtrace');
  const { status } = shell;
  try {
    return await expandParts(
      shell,
      quotedTextParts(text, (parsed) => translateScript(parsed, text, 1)),
    );
  } finally {
    if (traces) shell.options.add('xtrace');
    shell.status = status;
  }
}

export function traceWords(shell: Shell, words: readonly string[]): string {
  if (shell.dialect === 'ash') return words.map(ashQuote).join(' ');
  return shell.isBash ? words.map(displayQuote).join(' ') : words.join(' ');
}

export function traceAssigned(shell: Shell, { name, key, appends, value }: Assigned): string {
  const target = `${name}${key === undefined ? '' : `[${key}]`}${appends ? '+' : ''}=`;
  if (typeof value === 'string') return target + (value === '' ? '' : traceWords(shell, [value]));
  return `${target}(${value.map(({ key: k, value: v }) => (k === undefined ? displayQuote(v) : `[${k}]=${displayQuote(v)}`)).join(' ')})`;
}
