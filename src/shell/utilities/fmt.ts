import { decodeName } from '../../bytes/byteName.ts';
import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { readWhole } from './readWhole.ts';
import { eachInput } from './textInput.ts';
import { utility } from './utility.ts';

/** fmt(1): fills paragraphs, lines of a paragraph as even as can be below the width. */
export const fmt: Program = utility(
  {
    usage: '[-WIDTH] [OPTION]... [FILE]...',
    options: {
      split: '-s --split-only',
      uniform: '-u --uniform-spacing',
      width: '-w --width=WIDTH',
      goal: '-g --goal=WIDTH',
    },
    notSimulated: '-c --crown-margin -t --tagged-paragraph -p --prefix=STRING',
    rewrite: (given) => given.map((argument) => (/^-\d+$/.test(argument) ? `-w${argument.slice(1)}` : argument)),
  },
  (process, options) => {
    const text = options.value('width') ?? '75';
    if (!/^\d+$/.test(text) || Number(text) > 2500)
      throw new UsageError('operand', `invalid width: ${quoted(text)}`, { bare: true });
    const width = Number(text);
    const goal = options.value('goal') === undefined ? Math.floor((width * 187) / 200) : Number(options.value('goal'));
    return eachInput(
      process,
      options.operands,
      async (input) => {
        const lines = decodeName(await readWhole(process, input)).split('\n');
        if (lines.at(-1) === '') lines.pop();
        let paragraph: string[] = [];
        let out = '';
        const close = () => {
          if (paragraph.length > 0) out += filled(paragraph, width, goal, options.has('uniform'));
          paragraph = [];
        };
        for (const line of lines) {
          const indent = /^[ \t]*/.exec(line)?.[0].length ?? 0;
          const isBlank = line.trim() === '';
          const before = paragraph.at(-1);
          const changes = before !== undefined && (/^[ \t]*/.exec(before)?.[0].length ?? 0) !== indent;
          if (isBlank || changes || options.has('split')) close();
          if (isBlank) out += '\n';
          else paragraph.push(line);
          if (process.isDue) await process.pause();
        }
        close();
        await process.print(out);
      },
      { words: ({ operand, words }) => `cannot open ${quoted(operand)} for reading: ${words}` },
    );
  },
);

interface Word {
  readonly text: string;
  /** Blanks behind it; two where a sentence ends. */
  readonly space: number;
}

/** What it costs to begin a line with a word: less behind a sentence or a comma, more within what belongs together. */
function breakCost(words: readonly Word[], at: number): number {
  let cost = 4900;
  const word = words[at] as Word;
  const before = words[at - 1];
  const ends = (one: Word | undefined) => one !== undefined && /[.?!]["')\]]*$/.test(one.text) && one.space > 1;
  if (before) {
    if (/[.?!]["')\]]*$/.test(before.text)) cost += ends(before) ? -2500 : 360_000;
    else if (/[!-/:-@[-`{-~]$/.test(before.text)) cost -= 1600;
    else if (ends(words[at - 2])) cost += 40_000 / (before.text.length + 2);
  }
  if (/^[('"[]/.test(word.text)) cost -= 1600;
  else if (ends(word)) cost += 22_500 / (word.text.length + 2);
  return cost;
}

/** The breaks that cost least, by the squares of what lines lack to the goal (Knuth and Plass, simplified). */
function filled(lines: readonly string[], width: number, goal: number, isUniform: boolean): string {
  const indent = /^[ \t]*/.exec(lines[0] as string)?.[0] ?? '';
  const words: Word[] = [];
  for (const line of lines) {
    const parts = line.trim().split(/([ \t]+)/);
    for (let i = 0; i < parts.length; i += 2) {
      const text = parts[i] as string;
      const isEnd = /[.?!]["')\]]*$/.test(text);
      const isLast = i + 1 >= parts.length;
      const given = parts[i + 1]?.length ?? 1;
      words.push({ text, space: isLast ? (isEnd ? 2 : 1) : isUniform ? (isEnd && given > 1 ? 2 : 1) : given });
    }
  }
  const count = words.length;
  const cost = new Float64Array(count + 1);
  const next = new Int32Array(count + 1).fill(count);
  const lengths = new Int32Array(count + 1);
  for (let start = count - 1; start >= 0; start--) {
    let best = Number.POSITIVE_INFINITY;
    let length = indent.length;
    for (let end = start; end < count; end++) {
      length += (words[end] as Word).text.length + (end > start ? (words[end - 1] as Word).space : 0);
      if (length >= width && end > start) break;
      let own = 0;
      if (end < count - 1) {
        own = 100 * (goal - length) ** 2;
        if (next[end + 1] !== count) own += 50 * (length - (lengths[end + 1] as number)) ** 2;
      }
      if (own + (cost[end + 1] as number) < best) {
        best = own + (cost[end + 1] as number);
        next[start] = end + 1;
        lengths[start] = length;
      }
    }
    cost[start] = best + breakCost(words, start);
  }
  let out = '';
  for (let start = 0; start < count; start = next[start] as number) {
    const line = words.slice(start, next[start]);
    out += `${indent}${line.map(({ text, space }, i) => (i < line.length - 1 ? text + ' '.repeat(space) : text)).join('')}\n`;
  }
  return out;
}
