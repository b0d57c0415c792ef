import { ShellError } from '../shellError.ts';
import { parseScript } from '../syntax/parseScript.ts';
import type { Word } from '../syntax/tree.ts';

/** More words than this are refused. */
const MAX_WORDS = 1_000_000;
const MAX_CACHED_WORDS = 1000;
const cache = new WeakMap<Word, readonly Word[]>();

/** The words that a word with braces stands for (bash(1), "Brace Expansion"). Throws ShellError. */
export function expandBraces(word: Word): readonly Word[] {
  const known = cache.get(word);
  if (known) return known;
  const words = expandText(word.text, 0).map(wordOf);
  if (words.length <= MAX_CACHED_WORDS) cache.set(word, words);
  return words;
}

function wordOf(text: string): Word {
  // One without quotes vanishes.
  if (text === '') return { text, parts: [], literal: undefined, hasBraces: false };
  if (/^[\w./:=,+-]*$/.test(text)) {
    const parts = [{ kind: 'text', text, isQuoted: false }] as const;
    return { text, parts, literal: text, hasBraces: false };
  }
  const node = parseScript(`: ${text}`).statements[0]?.node;
  const word = node?.kind === 'simple' ? node.words[1] : undefined;
  if (!word || 'kind' in word)
    return { text, parts: [{ kind: 'text', text, isQuoted: true }], literal: text, hasBraces: false };
  return { ...word, hasBraces: false };
}

const MAX_DEPTH = 60;

function expandText(text: string, depth: number): string[] {
  if (depth > MAX_DEPTH) return [text];
  for (let open = text.indexOf('{'); open >= 0; open = nextOpen(text, open + 1)) {
    if (isQuotedAt(text, open) || text[open - 1] === '$') continue;
    const brace = readBrace(text, open);
    if (!brace) continue;
    const before = text.slice(0, open);
    const afters = expandText(text.slice(brace.end), depth + 1);
    const middles = brace.items ? brace.items.flatMap((item) => expandText(item, depth + 1)) : brace.range;
    if (middles.length * afters.length > MAX_WORDS) {
      throw new ShellError('expansion', 'brace expansion: failed to allocate memory for too many elements');
    }
    const out: string[] = [];
    for (const middle of middles) for (const after of afters) out.push(before + middle + after);
    return out;
  }
  return [text];
}

function nextOpen(text: string, from: number): number {
  return text.indexOf('{', from);
}

/** Whether a backslash or quotes take the meaning of the character there. */
function isQuotedAt(text: string, at: number): boolean {
  let i = 0;
  while (i < at) {
    i = skipQuoted(text, i);
    if (i > at) return true;
  }
  return false;
}

/** The position behind the character, quotes or substitution that begins there. */
function skipQuoted(text: string, at: number): number {
  const character = text[at];
  if (character === '\\') return at + 2;
  if (character === "'" || character === '"' || character === '`') {
    let i = at + 1;
    while (i < text.length && text[i] !== character) i += text[i] === '\\' && character !== "'" ? 2 : 1;
    return i + 1;
  }
  if (character === '$' && (text[at + 1] === '(' || text[at + 1] === '{')) {
    const [open, close] = text[at + 1] === '(' ? ['(', ')'] : ['{', '}'];
    let depth = 0;
    let i = at + 1;
    while (i < text.length) {
      if (text[i] === open) depth++;
      else if (text[i] === close && --depth === 0) return i + 1;
      const next = text[i] === '\\' || text[i] === "'" || text[i] === '"' ? skipQuoted(text, i) : i + 1;
      i = next;
    }
    return text.length;
  }
  return at + 1;
}

interface Brace {
  readonly items: readonly string[] | undefined;
  readonly range: readonly string[];
  readonly end: number;
}

function readBrace(text: string, open: number): Brace | undefined {
  const items: string[] = [];
  let start = open + 1;
  let depth = 0;
  for (let i = open + 1; i < text.length;) {
    const character = text[i];
    if (character === '{') depth++;
    else if (character === '}') {
      if (depth === 0) {
        items.push(text.slice(start, i));
        if (items.length > 1) return { items, range: [], end: i + 1 };
        const range = sequence(text.slice(open + 1, i));
        return range && { items: undefined, range, end: i + 1 };
      }
      depth--;
    } else if (character === ',' && depth === 0) {
      items.push(text.slice(start, i));
      start = i + 1;
    }
    i = skipQuoted(text, i);
  }
  return undefined;
}

/** `1..9`, `a..e..2`, `01..10`. */
function sequence(text: string): readonly string[] | undefined {
  const numbers = /^([+-]?\d{1,18})\.\.([+-]?\d{1,18})(?:\.\.([+-]?\d{1,9}))?$/.exec(text);
  if (numbers) {
    const [, from = '', to = '', by] = numbers;
    const width = /^[+-]?0\d/.test(from) || /^[+-]?0\d/.test(to) ? Math.max(from.length, to.length) : 0;
    return steps(Number(from), Number(to), Number(by ?? 1)).map((value) => padded(value, width));
  }
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.([+-]?\d{1,9}))?$/.exec(text);
  if (!letters) return undefined;
  const [, from = '', to = '', by] = letters;
  return steps(from.charCodeAt(0), to.charCodeAt(0), Number(by ?? 1)).map((code) => String.fromCharCode(code));
}

function steps(from: number, to: number, by: number): number[] {
  const step = Math.abs(by) || 1;
  const count = Math.floor(Math.abs(to - from) / step) + 1;
  if (count > MAX_WORDS) {
    throw new ShellError('expansion', `brace expansion: failed to allocate memory for \`${count}' elements`);
  }
  return Array.from({ length: count }, (_, i) => (to >= from ? from + i * step : from - i * step));
}

function padded(value: number, width: number): string {
  if (width === 0) return String(value);
  return value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');
}
