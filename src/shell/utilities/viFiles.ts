import type { Process } from '../kernel/process.ts';
import { loadEdited, saveEdited } from './editedFile.ts';
import { TextBuffer } from './textBuffer.ts';
import type { ViState } from './viState.ts';

const UNSAVED = 'E37: No write since last change (add ! to override)';

function sizeText(lines: number, text: string): string {
  return `${lines}L, ${new TextEncoder().encode(text).length}B`;
}

/** `:w`, of some rows or of all. Whether it was written. */
export async function writeText(
  process: Process,
  state: ViState,
  argument: string,
  range: { readonly first: number; readonly last: number } | undefined,
): Promise<boolean> {
  const path = argument || state.path;
  if (!path) {
    state.fail('E32: No file name');
    return false;
  }
  const { buffer } = state;
  const lines = range ? buffer.lines.slice(range.first, range.last + 1) : buffer.lines;
  const text = range ? lines.map((line) => `${line}\n`).join('') : buffer.text;
  const fault = await saveEdited(process, path, text);
  if (fault !== undefined) {
    state.fail(`"${path}" E212: Can't open file for writing: ${fault}`);
    return false;
  }
  state.path ??= path;
  if (!range) buffer.isModified = false;
  state.message = `"${path}" ${sizeText(text === '' ? 0 : lines.length, text)} written`;
  return true;
}

/** `:e`. */
export async function editText(
  process: Process,
  state: ViState,
  path: string | undefined,
  form: 'careful' | 'forced',
): Promise<void> {
  if (state.buffer.isModified && form === 'careful') {
    state.fail(UNSAVED);
    return;
  }
  if (!path) {
    state.fail('E32: No file name');
    return;
  }
  const file = await loadEdited(process, path);
  if (file.kind === 'fault') {
    state.fail(`"${path}" ${file.words}`);
    return;
  }
  state.path = path;
  state.buffer = new TextBuffer(file.kind === 'text' ? file.text : '');
  const count = file.kind === 'text' && file.text !== '' ? state.buffer.lines.length : 0;
  state.message = file.kind === 'new' ? `"${path}" [New]` : `"${path}" ${sizeText(count, file.text)}`;
}

/** `:r`: below a row; -1 puts it on top. */
export async function readText(process: Process, state: ViState, path: string, row: number): Promise<void> {
  const file = await loadEdited(process, path);
  if (file.kind !== 'text') {
    state.fail(`E484: Can't open file ${path}`);
    return;
  }
  insertLines(state, row + 1, new TextBuffer(file.text).lines);
}

export function insertLines(state: ViState, row: number, lines: readonly string[]): void {
  state.buffer.mark();
  state.buffer.replaceLines(row, 0, lines);
  state.buffer.moveTo(row, 0);
}

/** `:q`: whether the editor may be left. */
export function mayLeave(state: ViState, form: 'careful' | 'forced'): boolean {
  if (form === 'forced' || !state.buffer.isModified) return true;
  state.fail(UNSAVED);
  return false;
}
