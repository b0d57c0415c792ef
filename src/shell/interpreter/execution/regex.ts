import { ShellError } from '../shellError.ts';

/** The groups of a match of an extended regular expression; undefined for none. Throws ShellError for a bad one. */
export function matchRegex(
  source: string,
  text: string,
  ignoresCase: boolean,
): readonly (string | undefined)[] | undefined {
  return compile(source, ignoresCase).exec(text) ?? undefined;
}

const MAX_CACHED = 200;
const cache = new Map<string, RegExp>();

function compile(source: string, ignoresCase: boolean): RegExp {
  const key = (ignoresCase ? 'i' : ' ') + source;
  const known = cache.get(key);
  if (known) return known;
  let made: RegExp;
  try {
    made = new RegExp(translate(source), ignoresCase ? 'isu' : 'su');
  } catch {
    throw new ShellError('command', `syntax error in conditional expression`, 2);
  }
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(key, made);
  return made;
}

/** POSIX's syntax in that of JavaScript. */
function translate(source: string): string {
  let out = '';
  for (let i = 0; i < source.length; i++) {
    const character = source[i] as string;
    if (character === '\\') {
      const next = source[++i] ?? '\\';
      out += /[\^$\\.*+?()[\]{}|/]/.test(next) ? `\\${next}` : /[wWsSbB]/.test(next) ? `\\${next}` : next;
    } else if (character === '[') {
      const end = bracketEnd(source, i);
      if (end < 0) throw new SyntaxError('bracket');
      out += bracket(source.slice(i + 1, end));
      i = end;
    } else if (character === '{' && !/^\{\d*(?:,\d*)?\}/.test(source.slice(i))) out += '\\{';
    else if (character === '}' && !/\{\d*(?:,\d*)?$/.test(source.slice(0, i))) out += '\\}';
    else if (character === '/' || character === ']') out += `\\${character}`;
    else out += character;
  }
  return out;
}

function bracketEnd(source: string, open: number): number {
  let i = open + 1;
  if (source[i] === '^') i++;
  if (source[i] === ']') i++;
  for (; i < source.length; i++) {
    if (source[i] === ']') return i;
    if (source[i] === '[' && /[:.=]/.test(source[i + 1] ?? '')) {
      const close = source.indexOf(`${source[i + 1]}]`, i + 2);
      if (close < 0) return -1;
      i = close + 1;
    }
  }
  return -1;
}

const CLASSES: Readonly<Record<string, string>> = {
  alnum: '\\p{L}\\p{Nd}',
  alpha: '\\p{L}',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: '\\p{Ll}',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\s',
  upper: '\\p{Lu}',
  xdigit: '0-9A-Fa-f',
};

function bracket(inner: string): string {
  const isNegated = inner.startsWith('^');
  const body = (isNegated ? inner.slice(1) : inner).replace(
    /\[:(\w+):\]|\[[.=](.)[.=]\]|[\\[\]/&~^]/g,
    (whole, name: string | undefined, single: string | undefined) => {
      if (name !== undefined) {
        const known = CLASSES[name];
        if (known === undefined) throw new SyntaxError('class');
        return known;
      }
      return single !== undefined ? `\\${single}` : whole === '&' || whole === '~' ? whole : `\\${whole}`;
    },
  );
  const dashed = body.replace(/^-|-$/g, '\\-');
  return `[${isNegated ? '^' : ''}${dashed}]`;
}
