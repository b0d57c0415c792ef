/** A line of Python that can be run here: what it prints. Everything else is not simulated. */
export type PythonLine =
  | { readonly kind: 'print'; readonly parts: readonly PythonValue[]; readonly end: string; readonly separator: string }
  | { readonly kind: 'import'; readonly modules: readonly string[] }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'nothing' };

export type PythonValue =
  | { readonly kind: 'text'; readonly text: string }
  /** `sys.version`, `flask.__version__`. */
  | { readonly kind: 'name'; readonly path: string };

const STRING = /^[rbuf]?(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")$/;

/** Reads a program of imports, prints of literals and of a few well-known names. Undefined for any other. */
export function readPython(source: string): readonly PythonLine[] | undefined {
  const lines: PythonLine[] = [];
  for (const text of statements(source)) {
    const line = readLine(text.trim());
    if (!line || /^\s/.test(text)) return undefined;
    lines.push(line);
  }
  return lines;
}

/** Parted at newlines and semicolons that stand in no string; comments left out. */
function statements(source: string): readonly string[] {
  const found: string[] = [];
  for (const token of source.matchAll(/(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|#[^\n]*|[^\n;'"#]|['"])+/g)) {
    const text = token[0].replace(/^((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^#'"])*)#.*$/s, '$1');
    if (text.trim() !== '')
      found.push(found.length > 0 && source[(token.index ?? 0) - 1] === ';' ? text.trimStart() : text);
  }
  return found;
}

function readLine(text: string): PythonLine | undefined {
  if (text === 'pass') return { kind: 'nothing' };
  const imported = /^import ([\w., ]+)$/.exec(text)?.[1] ?? /^from ([\w.]+) import [\w, *]+$/.exec(text)?.[1];
  if (imported !== undefined)
    return { kind: 'import', modules: imported.split(',').map((one) => one.trim().split(' ')[0] ?? '') };
  const exit = /^(?:sys\.)?exit\((\d*)\)$/.exec(text);
  if (exit) return { kind: 'exit', code: Number(exit[1] ?? 0) };
  const printed = /^print\((.*)\)$/s.exec(text)?.[1] ?? /^print ([^(].*)$/s.exec(text)?.[1];
  if (printed === undefined) return undefined;
  const parts: PythonValue[] = [];
  let end = '\n';
  let separator = ' ';
  for (const argument of parted(printed)) {
    const [, name, value] = /^(end|sep)\s*=\s*(.*)$/s.exec(argument) ?? [];
    const read = readValue(value ?? argument);
    if (!read || (name !== undefined && read.kind !== 'text')) return undefined;
    if (name === 'end' && read.kind === 'text') end = read.text;
    else if (name === 'sep' && read.kind === 'text') separator = read.text;
    else parts.push(read);
  }
  return { kind: 'print', parts, end, separator };
}

function parted(text: string): readonly string[] {
  return [...text.matchAll(/(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^,'"])+/g)]
    .map(([part]) => part.trim())
    .filter((part) => part !== '');
}

function readValue(text: string): PythonValue | undefined {
  const string = STRING.exec(text);
  // What stands in braces of an f-string would have to be worked out.
  if (string && !(text.startsWith('f') && /[{}]/.test(text)) && !text.startsWith('b'))
    return {
      kind: 'text',
      text: text.startsWith('r') ? (string[1] ?? string[2] ?? '') : unescaped(string[1] ?? string[2] ?? ''),
    };
  if (/^-?\d{1,15}$/.test(text)) return { kind: 'text', text: String(Number(text)) };
  if (/^(True|False|None)$/.test(text)) return { kind: 'text', text };
  const sum = /^(\d{1,7})\s*([-+*])\s*(\d{1,7})$/.exec(text);
  if (sum) {
    const [left, right] = [Number(sum[1]), Number(sum[3])];
    return { kind: 'text', text: String(sum[2] === '+' ? left + right : sum[2] === '-' ? left - right : left * right) };
  }
  return /^[A-Za-z_]\w*(\.\w+)+(\(\))?$/.test(text) ? { kind: 'name', path: text } : undefined;
}

function unescaped(text: string): string {
  const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };
  return text.replace(
    /\\(.)/gs,
    (_, letter: string) => letters[letter] ?? (`'"\\`.includes(letter) ? letter : `\\${letter}`),
  );
}
