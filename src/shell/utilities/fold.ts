import type { Program } from '../kernel/program.ts';
import { filterLines } from './lineFilter.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

/** fold(1). Columns are counted by characters. */
export const fold: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: { bytes: '-b --bytes', spaces: '-s --spaces', width: '-w --width=WIDTH' },
    rewrite: (given) => given.map((argument) => (/^-\d+$/.test(argument) ? `-w${argument.slice(1)}` : argument)),
  },
  (process, options) => {
    const text = options.value('width') ?? '80';
    const width = /^\d+$/.test(text) ? Number(text) : 0;
    if (width === 0)
      throw new UsageError(
        'operand',
        `invalid number of columns: ${quoted(text)}${/^0+$/.test(text) ? ': Numerical result out of range' : ''}`,
        { bare: true },
      );
    const form = { width, byBytes: options.has('bytes'), atSpaces: options.has('spaces') };
    return filterLines(process, options.operands, (line) => folded(line, form));
  },
);

function folded(
  line: string,
  { width, byBytes, atSpaces }: { width: number; byBytes: boolean; atSpaces: boolean },
): string {
  let out = '';
  let part = '';
  let column = 0;
  const advance = (character: string) => {
    if (byBytes) return column + 1;
    if (character === '\t') return column + 8 - (column % 8);
    if (character === '\b') return Math.max(0, column - 1);
    return character === '\r' ? 0 : column + 1;
  };
  const measure = () => {
    column = 0;
    for (const character of part) column = advance(character);
  };
  for (const character of line) {
    while (advance(character) > width && part !== '') {
      const space = atSpaces ? Math.max(part.lastIndexOf(' '), part.lastIndexOf('\t')) : -1;
      if (space >= 0) {
        out += `${part.slice(0, space + 1)}\n`;
        part = part.slice(space + 1);
        measure();
      } else {
        out += `${part}\n`;
        part = '';
        column = 0;
      }
    }
    column = advance(character);
    part += character;
  }
  return out + part;
}
