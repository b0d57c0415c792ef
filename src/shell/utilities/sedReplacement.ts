import { readEscape } from '../regex/bracket.ts';
import type { ReplacementPart } from './sedScript.ts';

const CASES: Readonly<Record<string, 'upper' | 'lower' | 'upperNext' | 'lowerNext' | 'end'>> = {
  U: 'upper',
  L: 'lower',
  u: 'upperNext',
  l: 'lowerNext',
  E: 'end',
};

/** The right side of `s`: `&`, `\1`…`\9`, changes of case, escapes. */
export function parseReplacement(text: string): ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  let plain = '';
  const add = (part: ReplacementPart) => {
    if (plain !== '') parts.push({ kind: 'text', text: plain });
    plain = '';
    parts.push(part);
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '&') {
      add({ kind: 'group', group: 0 });
      continue;
    }
    if (character !== '\\' || at + 1 >= text.length) {
      plain += character;
      continue;
    }
    const next = text[++at] as string;
    const how = CASES[next];
    if (how) add({ kind: 'case', how });
    else if (next >= '0' && next <= '9') add({ kind: 'group', group: Number(next) });
    else {
      const written = next === '&' ? undefined : readEscape(text, at, 'sed');
      plain += written ? String.fromCodePoint(written.code) : next;
      if (written) at = written.end - 1;
    }
  }
  if (plain !== '') parts.push({ kind: 'text', text: plain });
  return parts;
}

/** What a match is replaced with. `group` gives the text of a group. */
export function expandReplacement(parts: readonly ReplacementPart[], group: (number: number) => string): string {
  let out = '';
  let mode: 'upper' | 'lower' | undefined;
  let next: 'upperNext' | 'lowerNext' | undefined;
  for (const part of parts) {
    if (part.kind === 'case') {
      if (part.how === 'upperNext' || part.how === 'lowerNext') next = part.how;
      else {
        mode = part.how === 'end' ? undefined : part.how;
        next = undefined;
      }
      continue;
    }
    let text = part.kind === 'text' ? part.text : group(part.group);
    if (text === '') continue;
    if (mode) text = mode === 'upper' ? text.toUpperCase() : text.toLowerCase();
    if (next) {
      const [first = ''] = text;
      text = (next === 'upperNext' ? first.toUpperCase() : first.toLowerCase()) + text.slice(first.length);
      next = undefined;
    }
    out += text;
  }
  return out;
}
