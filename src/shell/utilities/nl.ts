import type { Program } from '../kernel/program.ts';
import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { eachInput, LineReader } from './textInput.ts';
import { TextOutput } from './textOutput.ts';
import { utility } from './utility.ts';

/** nl(1): numbers lines, page by page. */
export const nl: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: {
      body: '-b --body-numbering=STYLE',
      delimiter: '-d --section-delimiter=CC',
      footer: '-f --footer-numbering=STYLE',
      header: '-h --header-numbering=STYLE',
      increment: '-i --line-increment=NUMBER',
      join: '-l --join-blank-lines=NUMBER',
      format: '-n --number-format=FORMAT',
      noRenumber: '-p --no-renumber',
      separator: '-s --number-separator=STRING',
      start: '-v --starting-line-number=NUMBER',
      width: '-w --number-width=NUMBER',
    },
  },
  async (process, options) => {
    const number = (name: 'increment' | 'join' | 'start' | 'width', words: string, fallback: number) => {
      const text = options.value(name);
      if (text === undefined) return fallback;
      if (!/^-?\d+$/.test(text)) throw new UsageError('operand', `invalid ${words}: ${quoted(text)}`, { bare: true });
      return Number(text);
    };
    const styles = {
      body: styleOf(options.value('body') ?? 't', 'body'),
      header: styleOf(options.value('header') ?? 'n', 'header'),
      footer: styleOf(options.value('footer') ?? 'n', 'footer'),
    };
    const increment = number('increment', 'line number increment', 1);
    const join = number('join', 'line number of blank lines', 1);
    const start = number('start', 'starting line number', 1);
    const width = number('width', 'line number field width', 6);
    const format = options.value('format') ?? 'rn';
    if (!/^(ln|rn|rz)$/.test(format))
      throw new UsageError('operand', `invalid line numbering format: ${quoted(format)}`);
    const separator = options.value('separator') ?? '\t';
    const pair = options.value('delimiter') ?? '\\:';
    const section = pair.length === 1 ? `${pair}:` : pair;
    const output = new TextOutput(process);
    let style = styles.body;
    let next = start;
    let blanks = 0;
    const status = await eachInput(process, options.operands, async (input) => {
      const reader = new LineReader(input, { beforeWait: () => output.flush() });
      for (let line = await reader.next(); line !== undefined; line = await reader.next()) {
        const marks =
          section !== '' && line !== '' && line === section.repeat(line.length / section.length)
            ? line.length / section.length
            : 0;
        if (marks >= 1 && marks <= 3) {
          style = marks === 3 ? styles.header : marks === 2 ? styles.body : styles.footer;
          if (!options.has('noRenumber')) next = start;
          await output.put('\n');
          continue;
        }
        blanks = line === '' ? blanks + 1 : 0;
        const isNumbered = style(line) && (line !== '' || blanks % join === 0);
        const field = isNumbered ? numbered(next, width, format) + separator : ' '.repeat(width + separator.length);
        if (isNumbered) next += increment;
        await output.put(`${field}${line}\n`);
        if (process.isDue) await process.pause();
      }
    });
    await output.flush();
    return status;
  },
);

function numbered(value: number, width: number, format: string): string {
  if (format === 'ln') return String(value).padEnd(width);
  if (format === 'rn') return String(value).padStart(width);
  return value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');
}

function styleOf(text: string, part: string): (line: string) => boolean {
  if (text === 'a') return () => true;
  if (text === 't') return (line) => line !== '';
  if (text === 'n') return () => false;
  if (!text.startsWith('p')) throw new UsageError('operand', `invalid ${part} numbering style: ${quoted(text)}`);
  try {
    const regex = new Regex(text.slice(1), { syntax: 'basic' });
    return (line) => regex.test(line);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw new UsageError('operand', error.message, { bare: true });
  }
}
