import type { History } from '../state/history.ts';

/** `!!`, `!-2`, `!5`, `!text`, `!$`, `!*`, `^old^new`, outside single quotes (bash(1), "HISTORY EXPANSION").
 *  Undefined: an event that is not there; `event` names it. */
export function expandHistory(line: string, history: History): { readonly text: string } | { readonly event: string } {
  const quick = /^\^([^^]+)\^([^^]*)\^?$/.exec(line);
  if (quick) {
    const last = history.lines.at(-1);
    if (last === undefined || !last.includes(quick[1] as string)) return { event: line };
    return { text: last.replace(quick[1] as string, quick[2] as string) };
  }
  let out = '';
  let isSingle = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i] as string;
    if (character === "'") isSingle = !isSingle;
    if (character === '\\' && !isSingle) {
      out += line.slice(i, i + 2);
      i++;
      continue;
    }
    if (character !== '!' || isSingle) {
      out += character;
      continue;
    }
    const match = /^!(!|\$|\*|-?\d+|\?[^?\s]+\??|[^\s=('"!$*;&|)]+)/.exec(line.slice(i));
    if (!match) {
      out += character;
      continue;
    }
    const found = eventOf(match[1] as string, history);
    if (found === undefined) return { event: match[0] };
    out += found;
    i += match[0].length - 1;
  }
  return { text: out };
}

function eventOf(name: string, history: History): string | undefined {
  const { lines, first } = history;
  const last = lines.at(-1);
  if (name === '!') return last;
  if (name === '$') return last === undefined ? undefined : (/\S+$/.exec(last.trim())?.[0] ?? '');
  if (name === '*') return last?.trim().replace(/^\S+\s*/, '');
  if (/^-\d+$/.test(name)) return lines[lines.length + Number(name)];
  if (/^\d+$/.test(name)) return lines[Number(name) - first];
  const search = name.startsWith('?') ? name.slice(1).replace(/\?$/, '') : undefined;
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i] as string;
    if (search === undefined ? line.startsWith(name) : line.includes(search)) return line;
  }
  return undefined;
}
