import { decodeName } from '../../bytes/byteName.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { open } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { readWhole } from './readWhole.ts';
import { eachInput } from './textInput.ts';
import { TextOutput } from './textOutput.ts';
import { utility } from './utility.ts';

const MAX_RANGE = 50_000_000;

/** shuf(1), by the machine's randomness. */
export const shuf: Program = utility(
  {
    usage: '[OPTION]... [FILE]',
    options: {
      echo: '-e --echo',
      range: '-i --input-range=LO-HI',
      count: '-n --head-count=COUNT',
      output: '-o --output=FILE',
      repeat: '-r --repeat',
      zero: '-z --zero-terminated',
    },
    notSimulated: '--random-source=FILE',
  },
  async (process, options) => {
    const end = options.has('zero') ? '\0' : '\n';
    const countText = options.value('count');
    if (countText !== undefined && !/^\d+$/.test(countText))
      throw new UsageError('operand', `invalid line count: ${quoted(countText)}`, { bare: true });
    let lines: string[] = [];
    const range = options.value('range');
    if (range !== undefined) {
      const match = /^(\d+)-(\d+)$/.exec(range);
      const [low, high] = [Number(match?.[1]), Number(match?.[2])];
      if (!match || high + 1 < low || high - low > MAX_RANGE)
        throw new UsageError('operand', `invalid input range: ${quoted(range)}`, { bare: true });
      lines = Array.from({ length: high - low + 1 }, (_, i) => String(low + i));
    } else if (options.has('echo')) {
      lines = [...options.operands];
    } else {
      const extra = options.operands[1];
      if (extra !== undefined) throw new UsageError('operand', `extra operand ${quoted(extra)}`);
      const status = await eachInput(
        process,
        options.operands,
        async (input) => {
          lines = decodeName(await readWhole(process, input)).split(end);
          if (lines.at(-1) === '') lines.pop();
        },
        { words: ({ operand, words }) => `${quotedIfNeeded(operand)}: ${words}` },
      );
      if (status !== 0) return status;
    }
    const random = new RandomNumbers(process);
    const path = options.value('output');
    const file = path === undefined ? undefined : await open(process, path, O_WRONLY | O_CREAT | O_TRUNC);
    const output = new TextOutput(process, file && ((bytes) => file.write(bytes)));
    const isEndless = options.has('repeat');
    if (isEndless && lines.length === 0) throw new UsageError('operand', 'no lines to repeat', { bare: true });
    const count = Math.min(
      countText === undefined ? Number.POSITIVE_INFINITY : Number(countText),
      isEndless ? Number.POSITIVE_INFINITY : lines.length,
    );
    for (let i = 0; i < count; i++) {
      const at = isEndless ? random.below(lines.length) : i + random.below(lines.length - i);
      const line = lines[at] as string;
      if (!isEndless) {
        lines[at] = lines[i] as string;
        lines[i] = line;
      }
      await output.put(line + end);
      if (process.isDue) await process.pause();
    }
    await output.flush();
    file?.close();
    return 0;
  },
);

class RandomNumbers {
  readonly #process: Process;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(process: Process) {
    this.#process = process;
  }

  /** A whole number below `limit`, each as likely as the other to within 2^-16 and less. */
  below(limit: number): number {
    if (this.#at + 6 > this.#bytes.length) {
      this.#bytes = this.#process.kernel.random(6 * 256);
      this.#at = 0;
    }
    let value = 0;
    for (let i = 0; i < 6; i++) value = value * 256 + (this.#bytes[this.#at++] as number);
    return Math.floor((value / 2 ** 48) * limit);
  }
}
