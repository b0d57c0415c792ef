/** Columns set in a fixed-width font. Cells may hold colour codes: width is counted without them. */
export type Alignment = 'left' | 'right';

export interface TableColumn {
  readonly title: string;
  readonly align: Alignment;
}

/** The last column keeps as much, however narrow the terminal. */
const MIN_LAST_WIDTH = 16;

/** Lines of a table, header first. The last column is not padded; it is clipped where the line would be wider than
 *  `maxWidth`. */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  maxWidth = Number.POSITIVE_INFINITY,
): string[] {
  const titles = columns.map((column) => column.title);
  const widths = columns.map((_, i) =>
    [titles, ...rows].reduce((widest, row) => Math.max(widest, visibleWidth(row[i] ?? '')), 0),
  );
  const last = columns.length - 1;
  const used = widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  const lastWidth = Math.max(MIN_LAST_WIDTH, maxWidth - used);
  return [titles, ...rows].map((row) =>
    columns
      .map((column, i) => {
        const cell = row[i] ?? '';
        return pad(i === last ? clipText(cell, lastWidth) : cell, widths[i] as number, column.align, i === last);
      })
      .join('  ')
      .trimEnd(),
  );
}

function pad(cell: string, width: number, align: Alignment, isLast: boolean): string {
  const gap = ' '.repeat(Math.max(0, width - visibleWidth(cell)));
  if (align === 'right') return gap + cell;
  return isLast ? cell : cell + gap;
}

/** Terminal cells that a text fills: colour codes none, East Asian wide characters two. */
export function visibleWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(/\u001b\[[0-9;]*m/g, '')) {
    width += isWide(character.codePointAt(0) as number) ? 2 : 1;
  }
  return width;
}

// The blocks of Unicode's EastAsianWidth.txt that are W or F, roughly.
function isWide(code: number): boolean {
  if (code < 0x1100) return false;
  return (
    code <= 0x115f ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** Cuts to a width, an ellipsis in the last cell. Colour codes are kept, those after the cut too. */
export function clipText(text: string, width: number): string {
  if (visibleWidth(text) <= width) return text;
  let clipped = '';
  let used = 0;
  let isCut = false;
  for (const [piece] of text.matchAll(/\u001b\[[0-9;]*m|./gsu)) {
    const cells = visibleWidth(piece);
    if (cells === 0) clipped += piece;
    else if (!isCut && used + cells <= width - 1) {
      clipped += piece;
      used += cells;
    } else if (!isCut) {
      clipped += '…';
      isCut = true;
    }
  }
  return clipped;
}
