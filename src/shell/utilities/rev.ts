import type { Program } from '../kernel/program.ts';
import { filterLines } from './lineFilter.ts';
import { utility } from './utility.ts';

/** rev(1). */
export const rev: Program = utility(
  { usage: '[OPTION]... [FILE]...', options: {}, version: 'from util-linux 2.38.1' },
  (process, options) =>
    filterLines(process, options.operands, (line) => [...line].reverse().join(''), {
      words: ({ operand, words }) => `cannot open ${operand}: ${words}`,
    }),
);
