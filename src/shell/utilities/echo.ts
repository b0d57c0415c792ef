import type { Program } from '../kernel/program.ts';
import { expandEscapes } from './escapes.ts';

/** echo(1), of coreutils and busybox: the program, not the word of a shell. */
export const echo: Program = async (process) => {
  const words = process.argv.slice(1);
  let newline = true;
  let escapes = false;
  while (/^-[neE]+$/.test(words[0] ?? '')) {
    for (const letter of words.shift() as string) {
      if (letter === 'n') newline = false;
      else if (letter !== '-') escapes = letter === 'e';
    }
  }
  let text = words.join(' ');
  if (escapes) {
    const expanded = expandEscapes(text, { octal: 'zero', stops: true });
    text = expanded.text;
    if (expanded.stopped) newline = false;
  }
  await process.print(newline ? `${text}\n` : text);
  return 0;
};
