/** How GNU's utilities write names in messages and on terminals (gnulib's quotearg, "shell-escape", C locale). */

const PLAIN = /^[\w%+,./:@-]+$/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** Always in quotes, as in `cannot stat 'x'`. */
export function quoted(name: string): string {
  if (!/['\u0000-\u001f\u007f-\uffff]/.test(name)) return `'${name}'`;
  if (/'/.test(name) && !/["$`\\!\u0000-\u001f\u007f-\uffff]/.test(name)) return `"${name}"`;
  return escaped(name);
}

/** In quotes only where a shell would need them, as in `mkdir: created…` and `ls` on a terminal. */
export function quotedIfNeeded(name: string): string {
  if (PLAIN.test(name)) return name;
  if (/^[^\s!"$&'()*;<=>?[\\^`{|}~#\u0000-\u001f\u007f-\uffff]+$/.test(name)) return name;
  if (/^[#~]/.test(name) === false && /^[^\s!"$&'()*;<=>?[\\^`|\u0000-\u001f\u007f-\uffff]+$/.test(name)) return name;
  return quoted(name);
}

function escaped(name: string): string {
  let text = "'";
  let inEscape = false;
  for (const character of name) {
    const escaping = escapeOf(character);
    if (escaping !== undefined) {
      text += inEscape ? escaping : `'$'${escaping}`;
      inEscape = true;
    } else {
      if (inEscape) text += `''`;
      inEscape = false;
      text += character === "'" ? `'\\''` : character;
    }
  }
  return `${text}'`;
}

/** Control characters and, in the C locale, every byte beyond ASCII. */
function escapeOf(character: string): string | undefined {
  const short = ESCAPES[character];
  if (short) return short;
  const code = character.codePointAt(0) as number;
  if (code >= 0x20 && code < 0x7f) return undefined;
  if (code < 0x80) return octal(code);
  if (code >= 0xdc80 && code <= 0xdcff) return octal(code - 0xdc00);
  return [...new TextEncoder().encode(character)].map(octal).join('');
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, '0')}`;
}
