import { displayWidth } from './displayWidth.ts';

export interface TabRules {
  readonly leastWidth: number;
  readonly padding: number;
}

/** The rules of docker's tables. */
export const TABLE: TabRules = { leastWidth: 10, padding: 3 };

/** Aligns cells that end with a tab, as Go's text/tabwriter does: a column reaches over the lines that have it, without
 *  a break between them; what follows a line's last tab belongs to no column. */
export function alignColumns(text: string, rules: TabRules): string {
  const rows = text.split('\n').map((line) => line.split('\t'));
  const widths = rows.map((cells) => cells.slice(0, -1).map(() => 0));
  for (let from = 0; from < rows.length; from++) {
    for (let column = 0; column < (rows[from] as string[]).length - 1; column++) {
      if ((widths[from] as number[])[column] !== 0) continue;
      setBlock(rows, widths, { from, column, rules });
    }
  }
  return rows
    .map((cells, row) =>
      cells
        .map((cell, column) => {
          const width = (widths[row] as number[])[column];
          return width === undefined ? cell : cell + ' '.repeat(Math.max(0, width - displayWidth(cell)));
        })
        .join(''),
    )
    .join('\n');
}

// The width of one column over the lines that follow each other and have it.
function setBlock(
  rows: readonly (readonly string[])[],
  widths: readonly number[][],
  { from, column, rules }: { readonly from: number; readonly column: number; readonly rules: TabRules },
): void {
  let width = rules.leastWidth;
  let end = from;
  for (; end < rows.length; end++) {
    const cells = rows[end] as readonly string[];
    if (column >= cells.length - 1) break;
    width = Math.max(width, displayWidth(cells[column] as string) + rules.padding);
  }
  for (let row = from; row < end; row++) (widths[row] as number[])[column] = width;
}
