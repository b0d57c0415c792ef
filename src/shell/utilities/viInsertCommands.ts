import type { ViCall } from './viCall.ts';
import type { ViEditor } from './viEditor.ts';
import { firstNonBlank } from './viMotions.ts';
import { operate } from './viOperators.ts';
import { lineEnd, linesRange, type ViRange } from './viRange.ts';

/** What begins insert mode. False for another command. */
export function runInsertCommand(editor: ViEditor, key: string, { count = 1, register }: ViCall): boolean {
  const { buffer } = editor.state;
  const { row, column, line } = buffer;
  const start = (at: number, kind: 'insert' | 'replace' = 'insert') => {
    buffer.mark();
    buffer.moveTo(row, at);
    editor.beginInsertion({ count, kind });
  };
  const change = (range: ViRange) => {
    operate(editor.state, 'c', range, { register, count: 1 });
    editor.beginInsertion({ count: 1, kind: 'insert' });
  };
  const upTo = (at: number): ViRange => ({ from: { row, column }, to: { row, column: at }, isLines: false });
  switch (key) {
    case 'i':
    case 'insert':
      start(column);
      return true;
    case 'I':
      start(line.trim() === '' ? line.length : firstNonBlank(line));
      return true;
    case 'gI':
      start(0);
      return true;
    case 'a':
      start(column + 1);
      return true;
    case 'A':
      start(line.length);
      return true;
    case 'R':
      start(column, 'replace');
      return true;
    case 'o':
    case 'O': {
      const at = key === 'o' ? row + 1 : row;
      buffer.mark();
      buffer.replaceLines(at, 0, ['']);
      buffer.moveTo(at, 0);
      editor.beginInsertion({ count, kind: 'lines' });
      return true;
    }
    case 's':
      change(upTo(Math.min(line.length, column + count)));
      return true;
    case 'C':
      change({ ...upTo(0), to: lineEnd(buffer, count) });
      return true;
    case 'S':
      change(linesRange(row, Math.min(buffer.lines.length - 1, row + count - 1)));
      return true;
    default:
      return false;
  }
}
