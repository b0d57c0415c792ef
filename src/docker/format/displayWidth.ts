// Characters that take two columns: East Asian Wide and Fullwidth (Unicode UAX 11), in the blocks that hold nearly all.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const COMBINING = /\p{Mn}/u;

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (character < ' ' || COMBINING.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** Cut to that many columns, the last an ellipsis where something was cut. */
export function ellipsis(text: string, columns: number): string {
  if (columns <= 0) return '';
  const characters = [...text];
  if (columns === 1) return characters[0] ?? '';
  if (displayWidth(text) <= columns) return text;
  let width = 0;
  let kept = '';
  for (const character of characters) {
    width += displayWidth(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
