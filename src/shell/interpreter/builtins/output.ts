import type { Builtin } from '../execution/builtin.ts';
import { DASH_ECHO_ESCAPES, ECHO_ESCAPES, unescapeText } from '../expansion/escapes.ts';
import { andThen as then } from '../waiting.ts';

/** echo: bash's with `-neE`, dash's that always knows escapes and only `-n`. */
export const echo: Builtin = (shell, argv) => {
  const isDash = shell.dialect === 'dash';
  let escapes = isDash || (shell.isBash && shell.isSet('xpg_echo'));
  let ends = true;
  let i = 1;
  const takesOptions = !(shell.isBash && shell.isPosix && shell.isSet('xpg_echo'));
  for (; takesOptions && i < argv.length; i++) {
    const word = argv[i] as string;
    if (!(isDash ? word === '-n' : /^-[neE]+$/.test(word))) break;
    if (word.includes('n')) ends = false;
    if (word.lastIndexOf('e') > word.lastIndexOf('E')) escapes = true;
    else if (word.includes('E')) escapes = false;
    if (isDash) {
      i++;
      break;
    }
  }
  let text = i === 1 && argv.length === 2 ? (argv[1] as string) : argv.slice(i).join(' ');
  if (escapes) {
    const unescaped = unescapeText(text, isDash ? DASH_ECHO_ESCAPES : ECHO_ESCAPES);
    text = unescaped.text;
    if (unescaped.ended) ends = false;
  }
  return then(shell.print(ends ? `${text}\n` : text), () => 0);
};
