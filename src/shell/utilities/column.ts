import { decodeName } from '../../bytes/byteName.ts';
import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { readWhole } from './readWhole.ts';
import { eachInput } from './textInput.ts';
import { utility } from './utility.ts';

/** column(1): lists in columns, and tables (`-t`). */
export const column: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: {
      table: '-t --table',
      separator: '-s --separator=STRING',
      output: '-o --output-separator=STRING',
      width: '-c --output-width=WIDTH --columns=WIDTH',
      fillRows: '-x --fillrows',
      names: '-N --table-columns=NAMES',
      right: '-R --table-right=COLUMNS',
      keepEmpty: '-L --keep-empty-lines',
    },
    notSimulated:
      '-J --json -n --table-name=NAME -O --table-order=COLUMNS -H --table-hide=COLUMNS -E --table-noextreme=COLUMNS -d --table-noheadings -e --table-header-repeat -T --table-truncate=COLUMNS -W --table-wrap=COLUMNS -r --tree=COLUMN -i --tree-id=COLUMN -p --tree-parent=COLUMN -l --table-columns-limit=NUM',
    version: 'from util-linux 2.38.1',
  },
  async (process, options) => {
    const lines: string[] = [];
    const status = await eachInput(process, options.operands, async (input) => {
      const text = decodeName(await readWhole(process, input));
      lines.push(
        ...text
          .replace(/\n$/, '')
          .split('\n')
          .filter((line) => line.trim() !== '' || options.has('keepEmpty')),
      );
    });
    if (lines.length === 0) return status;
    const separators = options.value('separator');
    if (options.has('table') || options.has('names')) {
      const rows = lines.map((line) => splitRow(line, separators));
      const names = options.value('names');
      if (names !== undefined) rows.unshift(names.split(','));
      const right = rightColumns(options.value('right'), names?.split(',') ?? []);
      await process.print(tableOf(rows, options.value('output') ?? '  ', right));
      return status;
    }
    const given = options.value('width');
    const width = given === undefined ? (process.terminal?.columns ?? 80) : Number(given);
    if (!(width > 0)) throw new UsageError('operand', `invalid columns argument: '${given}'`, { bare: true });
    await process.print(columnsOf(lines, width, options.has('fillRows')));
    return status;
  },
);

function splitRow(line: string, separators: string | undefined): string[] {
  if (separators === undefined) return line.trim().split(/[ \t]+/);
  const cells = [''];
  for (const character of line) {
    if (separators.includes(character)) cells.push('');
    else cells[cells.length - 1] += character;
  }
  return cells;
}

function rightColumns(text: string | undefined, names: readonly string[]): ReadonlySet<number> {
  const columns = new Set<number>();
  for (const part of text?.split(',') ?? []) {
    const named = names.indexOf(part);
    if (named >= 0) columns.add(named);
    else if (/^\d+$/.test(part)) columns.add(Number(part) - 1);
  }
  return columns;
}

function tableOf(rows: readonly (readonly string[])[], between: string, right: ReadonlySet<number>): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, [...cell].length);
  return rows
    .map((row) => {
      const cells = widths.map((width, i) => {
        const cell = row[i] ?? '';
        const fill = ' '.repeat(width - [...cell].length);
        if (right.has(i)) return fill + cell;
        return i === widths.length - 1 ? cell : cell + fill;
      });
      return `${cells.join(between)}\n`;
    })
    .join('');
}

/** Cells as wide as the longest, on tab stops. */
function columnsOf(lines: readonly string[], width: number, fillsRows: boolean): string {
  const longest = Math.max(...lines.map((line) => [...line].length));
  const cell = (Math.floor(longest / 8) + 1) * 8;
  if (cell * 2 > width && longest >= width / 2) return lines.map((line) => `${line}\n`).join('');
  const perRow = Math.max(1, Math.floor(width / cell));
  const rowCount = Math.ceil(lines.length / perRow);
  let out = '';
  for (let row = 0; row < rowCount; row++) {
    let text = '';
    let at = 0;
    for (let column = 0; column < perRow; column++) {
      const line = lines[fillsRows ? row * perRow + column : column * rowCount + row];
      if (line === undefined || (!fillsRows && column * rowCount + row >= lines.length)) break;
      while (at < column * cell) {
        text += '\t';
        at = (Math.floor(at / 8) + 1) * 8;
      }
      text += line;
      at += [...line].length;
    }
    out += `${text}\n`;
  }
  return out;
}
