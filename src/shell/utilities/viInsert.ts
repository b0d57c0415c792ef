import { afterCharacter, type TextBuffer } from './textBuffer.ts';
import { motionOf } from './viMotions.ts';
import { type Position, shiftLines, textIn } from './viRange.ts';
import type { ViState } from './viState.ts';

export interface Insertion {
  /** Where it began. */
  readonly start: Position;
  /** How often the text comes in the end. */
  readonly count: number;
  /** `replace`: over what is there; `lines`: each time on a line of its own. */
  readonly kind: 'insert' | 'replace' | 'lines';
}

const MAX_REPEATED = 1_000_000;

/** One key of insert mode, but for Escape. `next` gives the one behind it, for keys that want one. */
export async function insertKey(
  state: ViState,
  insertion: Insertion,
  key: string,
  next: () => Promise<string>,
): Promise<void> {
  const { buffer } = state;
  switch (key) {
    case 'enter':
    case 'ctrl-j':
    case 'ctrl-m':
      buffer.insert('\n');
      return;
    case 'tab':
      put(buffer, '\t', insertion);
      return;
    case 'backspace':
    case 'ctrl-h':
      if (insertion.kind === 'replace') buffer.moveTo(buffer.row, buffer.column - 1);
      else buffer.backspace();
      return;
    case 'delete':
      buffer.deleteForward();
      return;
    case 'ctrl-w':
      cutBack(buffer, /(?:\w+|[^\w\s]+|)\s*$/.exec(buffer.line.slice(0, buffer.column))?.index ?? 0);
      return;
    case 'ctrl-u':
      // What was typed now goes first.
      cutBack(
        buffer,
        buffer.row === insertion.start.row && buffer.column > insertion.start.column ? insertion.start.column : 0,
      );
      return;
    case 'ctrl-t':
    case 'ctrl-d': {
      const before = buffer.line.length;
      const { column } = buffer;
      shiftLines(buffer, buffer.row, buffer.row, key === 'ctrl-t' ? '>' : '<');
      buffer.moveTo(buffer.row, column + buffer.line.length - before);
      return;
    }
    case 'ctrl-r': {
      const { lines, isWhole } = state.registers.get(await next());
      buffer.insert(lines.join('\n') + (isWhole ? '\n' : ''));
      return;
    }
    case 'ctrl-v': {
      const character = await next();
      put(buffer, character === 'tab' ? '\t' : character === 'escape' ? '\x1b' : character, insertion);
      return;
    }
    case 'up':
    case 'down':
    case 'left':
    case 'right':
    case 'home':
    case 'end': {
      const motion = motionOf(buffer, key, 1, 1);
      if (motion) buffer.moveTo(motion.row, motion.column);
      return;
    }
    default:
      if ([...key].length === 1) put(buffer, key, insertion);
  }
}

function put(buffer: TextBuffer, text: string, { kind }: Insertion): void {
  const { row, column, line } = buffer;
  if (kind !== 'replace' || column >= line.length) {
    buffer.insert(text);
    return;
  }
  buffer.setLine(line.slice(0, column) + text + line.slice(afterCharacter(line, column)));
  buffer.moveTo(row, column + text.length);
}

/** At the start of a line the newline before it goes. */
function cutBack(buffer: TextBuffer, from: number): void {
  const { row, column, line } = buffer;
  if (column === 0) {
    buffer.backspace();
    return;
  }
  buffer.setLine(line.slice(0, from) + line.slice(column));
  buffer.moveTo(row, from);
}

/** What Escape does: the text comes as often as was asked for, and the cursor goes back on it. */
export function endInsertion(buffer: TextBuffer, { start, count, kind }: Insertion): void {
  const { row, column } = buffer;
  if (count > 1 && (row > start.row || (row === start.row && column > start.column))) {
    const text = textIn(buffer, { from: start, to: { row, column }, isLines: false }).lines.join('\n');
    const times = Math.min(count - 1, Math.floor(MAX_REPEATED / (text.length + 1)));
    if (kind === 'replace') {
      const { line } = buffer;
      const whole = text.repeat(times);
      buffer.setLine(line.slice(0, column) + whole + line.slice(column + whole.length));
      buffer.moveTo(row, column + whole.length);
    } else buffer.insert((kind === 'lines' ? `\n${text}` : text).repeat(times));
  }
  buffer.moveTo(buffer.row, buffer.column - 1);
}
