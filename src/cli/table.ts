/** Columns set in a fixed-width font. Cells may hold colour codes: width is counted without them. */
export type Alignment = 'left' | 'right';

export interface TableColumn {
  readonly title: string;
  readonly align: Alignment;
}

/** Lines of a table, header first. The last column is not padded. */
export function formatTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string[] {
  const titles = columns.map((column) => column.title);
  const widths = columns.map((_, i) =>
    [titles, ...rows].reduce((widest, row) => Math.max(widest, visibleWidth(row[i] ?? '')), 0),
  );
  return [titles, ...rows].map((row) =>
    columns
      .map((column, i) => pad(row[i] ?? '', widths[i] as number, column.align, i === columns.length - 1))
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

/** Cuts to a width, an ellipsis in the last cell. */
export function clipText(text: string, width: number): string {
  if (visibleWidth(text) <= width) return text;
  let clipped = '';
  let used = 0;
  for (const character of text) {
    const cells = visibleWidth(character);
    if (used + cells > width - 1) break;
    clipped += character;
    used += cells;
  }
  return `${clipped}…`;
}
