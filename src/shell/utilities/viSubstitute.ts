import { RegexError } from '../regex/regexError.ts';
import { expandReplacement, parseReplacement } from './sedReplacement.ts';
import type { ViState } from './viState.ts';
import { viRegex } from './viSearch.ts';

/** `s/PATTERN/REPLACEMENT/FLAGS`, `s FLAGS`, `&`, `&&` on rows. The cursor goes to the last line that was changed. */
export function substitute(state: ViState, command: string, first: number, last: number): void {
  const asked = readSubstitution(state, command);
  if (asked === undefined) {
    state.fail('E35: No previous regular expression');
    return;
  }
  const { pattern, replacement, flags } = asked;
  if (/[^&giIne#pl ]/.test(flags)) {
    state.fail(flags.includes('c') ? 'confirming (c) is not simulated' : `E488: Trailing characters: ${flags}`);
    return;
  }
  state.substitution = asked;
  state.pattern = pattern;
  const { buffer } = state;
  try {
    const ignoreCase = flags.includes('I') ? false : flags.includes('i') || state.settings.ignoreCase;
    const regex = viRegex(pattern, { ignoreCase });
    const by = parseReplacement(replacement.replace(/\\r/g, '\\n'));
    const changed: string[] = [];
    let count = 0;
    let lineCount = 0;
    let lastRow = buffer.row;
    for (let row = first; row <= last; row++) {
      const one = substituteLine(buffer.lines[row] as string, regex, by, flags.includes('g'));
      changed.push(...one.text.split('\n'));
      if (one.count === 0) continue;
      count += one.count;
      lineCount++;
      lastRow = first + changed.length - 1;
    }
    if (count === 0) {
      if (!flags.includes('e')) state.fail(`E486: Pattern not found: ${pattern}`);
      return;
    }
    const words = `on ${lineCount} line${lineCount === 1 ? '' : 's'}`;
    if (flags.includes('n')) {
      state.message = `${count} match${count === 1 ? '' : 'es'} ${words}`;
      return;
    }
    buffer.mark();
    buffer.replaceLines(first, last - first + 1, changed);
    buffer.moveTo(lastRow, 0);
    if (count > 2) state.message = `${count} substitutions ${words}`;
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    state.fail(`E486: ${error.message}`);
  }
}

function readSubstitution(state: ViState, command: string) {
  const before = state.substitution;
  const repeat = /^(?:&&|&|s(?:ubstitute)?(?=[gi&]|\s|$))\s*(&?[a-zA-Z]*)$/.exec(command.trim());
  if (repeat) {
    if (!before) return undefined;
    const keeps = command.startsWith('&&') || repeat[1]?.startsWith('&');
    return { ...before, flags: (keeps ? before.flags : '') + (repeat[1] ?? '').replace('&', '') };
  }
  const match = /^s(?:ubstitute)?([^a-zA-Z0-9\s"|\\])/.exec(command);
  if (!match) return undefined;
  const delimiter = match[1] as string;
  const parts: string[] = [''];
  for (let at = match[0].length; at < command.length; at++) {
    const character = command[at] as string;
    if (character === '\\' && at + 1 < command.length) {
      const next = command[++at] as string;
      parts[parts.length - 1] += next === delimiter ? next : `\\${next}`;
    } else if (character === delimiter && parts.length < 3) parts.push('');
    else parts[parts.length - 1] += character;
  }
  const [typed = '', replacement = '', flags = ''] = parts;
  const pattern = typed === '' ? state.pattern : typed;
  return pattern === '' ? undefined : { pattern, replacement, flags: flags.trim() };
}

function substituteLine(
  line: string,
  regex: ReturnType<typeof viRegex>,
  by: ReturnType<typeof parseReplacement>,
  isGlobal: boolean,
): { readonly text: string; readonly count: number } {
  let out = '';
  let count = 0;
  let kept = 0;
  for (let from = 0; from <= line.length;) {
    const slots = regex.exec(line, from);
    if (!slots) break;
    const [start, end] = [slots[0] as number, slots[1] as number];
    count++;
    const group = (n: number) => ((slots[n * 2] ?? -1) < 0 ? '' : line.slice(slots[n * 2], slots[n * 2 + 1]));
    out += line.slice(kept, start) + expandReplacement(by, group);
    kept = end;
    from = end > start ? end : end + 1;
    if (!isGlobal) break;
  }
  return { text: out + line.slice(kept), count };
}
