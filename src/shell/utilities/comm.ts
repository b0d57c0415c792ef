import type { Program } from '../kernel/program.ts';
import { compareNames } from './nameOrder.ts';
import { quotedIfNeeded } from './quote.ts';
import { InputError, LineReader, openInput, type TextInput } from './textInput.ts';
import { TextOutput } from './textOutput.ts';
import { twoOperands } from './twoOperands.ts';
import { utility } from './utility.ts';

/** comm(1): two sorted files side by side. */
export const comm: Program = utility(
  {
    usage: '[OPTION]... FILE1 FILE2',
    options: {
      no1: '-1',
      no2: '-2',
      no3: '-3',
      check: '--check-order',
      nocheck: '--nocheck-order',
      delimiter: '--output-delimiter=STR',
      total: '--total',
      zero: '-z --zero-terminated',
    },
  },
  async (process, options) => {
    const [first, second] = twoOperands(options);
    const separator = options.value('delimiter') || (options.has('delimiter') ? '\0' : '\t');
    const end = options.has('zero') ? '\0' : '\n';
    const hidden = [options.has('no1'), options.has('no2'), options.has('no3')] as const;
    const heads = [
      '',
      hidden[0] ? '' : separator,
      (hidden[0] ? '' : separator) + (hidden[1] ? '' : separator),
    ] as const;
    const counts = [0, 0, 0];
    const output = new TextOutput(process);
    const order = options.last('check', 'nocheck');
    const opened: TextInput[] = [];
    try {
      const sides: Side[] = [];
      for (const operand of [first, second]) {
        const input = await openInput(process, operand);
        opened.push(input);
        sides.push(new Side(new LineReader(input, { delimiter: end.charCodeAt(0) }), { isChecked: order === 'check' }));
      }
      const [a, b] = sides as [Side, Side];
      await a.next();
      await b.next();
      const put = (column: 0 | 1 | 2, line: string) => {
        counts[column] = (counts[column] as number) + 1;
        return hidden[column] ? undefined : output.put(heads[column] + line + end);
      };
      let isDisordered = false;
      while (a.line !== undefined || b.line !== undefined) {
        const way = a.line === undefined ? 1 : b.line === undefined ? -1 : compareNames(a.line, b.line);
        if (way !== 0) for (const side of [a, b]) side.isChecked = true;
        await put(way < 0 ? 0 : way > 0 ? 1 : 2, (way > 0 ? b.line : a.line) as string);
        if (way <= 0) await a.next();
        if (way >= 0) await b.next();
        for (const [i, side] of [a, b].entries()) {
          if (!side.isDisordered || side.isTold || order === 'nocheck') continue;
          side.isTold = true;
          isDisordered = true;
          await output.flush();
          await process.complain(`file ${i + 1} is not in sorted order`);
          if (order === 'check') return 1;
        }
        if (process.isDue) await process.pause();
      }
      if (options.has('total')) await output.put(`${counts.join(separator)}${separator}total${end}`);
      await output.flush();
      if (isDisordered && process.flavour === 'gnu') {
        await process.complain('input is not in sorted order');
        return 1;
      }
      return 0;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      await output.flush();
      await process.complain(`${quotedIfNeeded(error.operand)}: ${error.words}`);
      return 1;
    } finally {
      for (const input of opened) input.close();
    }
  },
);

class Side {
  /** Whether the order is looked at: by default once a line had no partner. */
  isChecked: boolean;
  line: string | undefined;
  isDisordered = false;
  isTold = false;
  readonly #reader: LineReader;

  constructor(reader: LineReader, form: { readonly isChecked: boolean }) {
    this.#reader = reader;
    this.isChecked = form.isChecked;
  }

  async next(): Promise<void> {
    const before = this.line;
    this.line = await this.#reader.next();
    if (this.isChecked && before !== undefined && this.line !== undefined && compareNames(before, this.line) > 0)
      this.isDisordered = true;
  }
}
