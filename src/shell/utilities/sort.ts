import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { open } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { causeOf } from './failure.ts';
import { readNameList } from './nameList.ts';
import { UsageError, type ParsedOptions } from './options.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { applyLetter, parseKey, plainOptions, type SortKey } from './sortKey.ts';
import { Order } from './sortOrder.ts';
import { eachInput, LineReader, type InputError } from './textInput.ts';
import { TextOutput } from './textOutput.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  blanks: '-b --ignore-leading-blanks',
  dictionary: '-d --dictionary-order',
  fold: '-f --ignore-case',
  general: '-g --general-numeric-sort',
  printing: '-i --ignore-nonprinting',
  month: '-M --month-sort',
  human: '-h --human-numeric-sort',
  numeric: '-n --numeric-sort',
  random: '-R --random-sort',
  reverse: '-r --reverse',
  sort: '--sort=WORD',
  version: '-V --version-sort',
  check: '-c --check[=quiet|silent]',
  checkQuiet: '-C',
  key: '-k --key=KEYDEF',
  merge: '-m --merge',
  output: '-o --output=FILE',
  stable: '-s --stable',
  // All is sorted in memory, by one thread: these three change nothing that can be seen.
  buffer: '-S --buffer-size=SIZE',
  separator: '-t --field-separator=SEP',
  temporary: '-T --temporary-directory=DIR',
  parallel: '--parallel=N',
  unique: '-u --unique',
  zero: '-z --zero-terminated',
  files: '--files0-from=F',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

const SWITCHES = {
  blanks: 'b',
  dictionary: 'd',
  fold: 'f',
  general: 'g',
  printing: 'i',
  month: 'M',
  human: 'h',
  numeric: 'n',
  random: 'R',
  reverse: 'r',
  version: 'V',
} as const;

const WORDS: Readonly<Record<string, string>> = {
  'general-numeric': 'g',
  'human-numeric': 'h',
  month: 'M',
  numeric: 'n',
  random: 'R',
  version: 'V',
};

/** What a line takes besides its bytes. */
const LINE_BYTES = 16;

/** sort(1), in the order of bytes. */
export const sort: Program = utility(
  { usage: '[OPTION]... [FILE]...', options: OPTIONS, usageStatus: 2 },
  async (process, options) => {
    const order = orderOf(process, options);
    const list = options.value('files');
    const operands = list === undefined ? options.operands : await readNameList(process, list);
    if (options.has('check') || options.has('checkQuiet')) return check(process, options, order);
    const lists: string[][] = [];
    const delimiter = options.has('zero') ? 0 : 0x0a;
    const status = await eachInput(
      process,
      operands,
      async (input) => {
        const batches: string[][] = [];
        const reader = new LineReader(input, { delimiter });
        for (let batch = await reader.batch(); batch; batch = await reader.batch()) {
          process.hold(batch.reduce((sum, { length }) => sum + length + LINE_BYTES, 0));
          batches.push(batch);
          if (process.isDue) await process.pause();
        }
        lists.push(batches.flat());
      },
      { words: (error) => readWords(process, error), failureStatus: 2 },
    );
    // An input that cannot be read ends it, as in the real one, before anything is printed.
    if (status !== 0) return status;
    const sorted = options.has('merge') ? await order.merged(lists) : await order.sorted(lists.flat());
    return print(process, options, sorted, delimiter);
  },
);

function readWords(process: Process, { stage, operand, words }: InputError): string {
  if (process.flavour === 'busybox') return stage === 'open' ? `${operand}: ${words}` : `read error: ${words}`;
  return stage === 'open'
    ? `cannot read: ${quotedIfNeeded(operand)}: ${words}`
    : `read failed: ${quotedIfNeeded(operand)}: ${words}`;
}

async function print(process: Process, options: Options, lines: readonly string[], delimiter: number): Promise<number> {
  const end = String.fromCharCode(delimiter);
  const path = options.value('output');
  if (path === undefined) {
    const output = new TextOutput(process);
    await putAll(output, lines, end);
    return 0;
  }
  try {
    const file = await open(process, path, O_WRONLY | O_CREAT | O_TRUNC);
    const output = new TextOutput(process, (bytes) => file.write(bytes));
    try {
      await putAll(output, lines, end);
    } finally {
      file.close();
    }
    return 0;
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    await process.complain(`open failed: ${quotedIfNeeded(path)}: ${causeOf(error)}`);
    return 2;
  }
}

const LINES_A_WRITE = 256;

async function putAll(output: TextOutput, lines: readonly string[], end: string): Promise<void> {
  for (let i = 0; i < lines.length; i += LINES_A_WRITE) {
    const writing = output.put(lines.slice(i, i + LINES_A_WRITE).join(end) + end);
    if (writing) await writing;
  }
  await output.flush();
}

async function check(process: Process, options: Options, order: Order): Promise<number> {
  const operand = options.operands[0] ?? '-';
  if (options.operands.length > 1) {
    throw new UsageError('operand', `extra operand ${quoted(options.operands[1] as string)} not allowed with -c`, {
      bare: true,
    });
  }
  const isQuiet = options.has('checkQuiet') || /^(quiet|silent)$/.test(options.value('check') ?? '');
  let disorder = 0;
  const status = await eachInput(
    process,
    [operand],
    async (input) => {
      const reader = new LineReader(input, { delimiter: options.has('zero') ? 0 : 0x0a });
      let before: string | undefined;
      for (let number = 1; ; number++) {
        const line = await reader.next();
        if (line === undefined) return;
        const isWrong =
          before !== undefined &&
          (order.isUnique ? order.compareKeys(before, line) >= 0 : order.compare(before, line) > 0);
        if (isWrong) {
          if (!isQuiet) await process.complain(`${quotedIfNeeded(operand)}:${number}: disorder: ${line}`);
          disorder = 1;
          return;
        }
        before = line;
        if (process.isDue) await process.pause();
      }
    },
    { words: (error) => readWords(process, error), failureStatus: 2 },
  );
  return status || disorder;
}

function orderOf(process: Process, options: Options): Order {
  const common = plainOptions();
  for (const { name, value } of options.given) {
    const letter = name === 'sort' ? WORDS[value ?? ''] : SWITCHES[name as keyof typeof SWITCHES];
    if (name === 'sort' && letter === undefined)
      throw new UsageError('operand', `invalid argument ${quoted(value ?? '')} for ‘--sort’`);
    if (letter !== undefined) applyLetter(common, letter, 'both');
  }
  const separator = separatorOf(options.value('separator'));
  const keys = options.values('key').map((text) => parseKey(text, common));
  const whole: SortKey = { startField: 0, startChar: 0, endField: undefined, endChar: 0, options: common };
  return new Order(process, keys.length > 0 ? keys : [whole], {
    separator,
    isUnique: options.has('unique'),
    isStable: options.has('stable') || options.has('unique'),
    reverse: common.reverse,
  });
}

function separatorOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (text === '') throw new UsageError('operand', 'empty tab', { bare: true });
  if (text === '\\0') return '\0';
  if ([...text].length > 1) throw new UsageError('operand', `multi-character tab ${quoted(text)}`, { bare: true });
  return text;
}
