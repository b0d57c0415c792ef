import type { ViCall } from './viCall.ts';
import type { ViEditor } from './viEditor.ts';
import { characterOf } from './viMotionKeys.ts';
import { afterCharacters } from './textBuffer.ts';
import { operate, paste } from './viOperators.ts';
import { joinLines, lineEnd, toggledCase } from './viRange.ts';
import type { ViState } from './viState.ts';

/** What changes the text and stays in command mode. False for another command. */
export async function runChange(editor: ViEditor, key: string, { count = 1, register }: ViCall): Promise<boolean> {
  const { state } = editor;
  const { buffer } = state;
  const { row, column, line } = buffer;
  const cut = (from: number, to: { readonly row: number; readonly column: number }) => {
    const range = { from: { row, column: from }, to, isLines: false };
    operate(state, 'd', range, { register, count: 1 });
  };
  switch (key) {
    case 'x':
    case 'delete':
      if (line === '') state.hasFailed = true;
      else cut(column, { row, column: afterCharacters(line, column, count) });
      break;
    case 'X':
      if (column === 0) state.hasFailed = true;
      else cut(Math.max(0, column - count), { row, column });
      break;
    case 'D':
      cut(column, lineEnd(buffer, count));
      break;
    case 'p':
    case 'P':
      paste(state, key === 'p' ? 'after' : 'before', { register, count });
      break;
    case 'r':
      replaceCharacters(state, await editor.next(), count);
      break;
    case '~': {
      const end = afterCharacters(line, column, count);
      buffer.mark();
      buffer.setLine(line.slice(0, column) + toggledCase(line.slice(column, end)) + line.slice(end));
      buffer.moveTo(row, end);
      break;
    }
    case 'J':
    case 'gJ':
      if (row + 1 >= buffer.lines.length) {
        state.hasFailed = true;
        break;
      }
      buffer.mark();
      joinLines(buffer, row, Math.max(2, count), key === 'J' ? 'blank' : 'asIs');
      break;
    case 'ctrl-a':
    case 'ctrl-x':
      addToNumber(state, key === 'ctrl-a' ? count : -count);
      break;
    case '&':
      await editor.ex('s');
      break;
    default:
      return false;
  }
  editor.changes();
  return true;
}

function replaceCharacters(state: ViState, key: string, count: number): void {
  const { buffer } = state;
  const { row, column, line } = buffer;
  const isText = [...characterOf(key)].length === 1 || key === 'enter';
  const end = afterCharacters(line, column, count);
  if (!isText || [...line.slice(column, end)].length < count) {
    state.hasFailed = key !== 'escape';
    return;
  }
  buffer.mark();
  if (key === 'enter') {
    buffer.replaceLines(row, 1, [line.slice(0, column), line.slice(end)]);
    buffer.moveTo(row + 1, 0);
    return;
  }
  buffer.setLine(line.slice(0, column) + characterOf(key).repeat(count) + line.slice(end));
  buffer.moveTo(row, column + count - 1);
}

/** The number under the cursor, or the next one on its line. */
function addToNumber(state: ViState, difference: number): void {
  const { buffer } = state;
  const { row, column, line } = buffer;
  const found = [...line.matchAll(/-?\d+/g)].find(({ index, 0: text }) => index + text.length > column);
  if (!found || found[0].length > 18) {
    state.hasFailed = true;
    return;
  }
  const sum = String(BigInt(found[0]) + BigInt(difference));
  buffer.mark();
  buffer.setLine(line.slice(0, found.index) + sum + line.slice(found.index + found[0].length));
  buffer.moveTo(row, found.index + sum.length - 1);
}
