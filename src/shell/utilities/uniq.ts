import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { open } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { eachInput, LineReader, type TextInput } from './textInput.ts';
import { TextOutput } from './textOutput.ts';
import { utility } from './utility.ts';

/** uniq(1). */
export const uniq: Program = utility(
  {
    usage: '[OPTION]... [INPUT [OUTPUT]]',
    options: {
      count: '-c --count',
      repeated: '-d --repeated',
      allRepeated: '-D --all-repeated[=METHOD]',
      skipFields: '-f --skip-fields=N',
      group: '--group[=METHOD]',
      fold: '-i --ignore-case',
      skipChars: '-s --skip-chars=N',
      unique: '-u --unique',
      zero: '-z --zero-terminated',
      width: '-w --check-chars=N',
    },
  },
  async (process, options) => {
    const [input = '-', outputPath, extra] = options.operands;
    if (extra !== undefined) throw new UsageError('operand', `extra operand ${quoted(extra)}`);
    const number = (name: 'skipFields' | 'skipChars' | 'width', words: string) => {
      const text = options.value(name);
      if (text !== undefined && !/^\d+$/.test(text))
        throw new UsageError('operand', `${text}: invalid number of ${words}`, { bare: true });
      return text === undefined ? undefined : Number(text);
    };
    const rules: Rules = {
      skipFields: number('skipFields', 'fields to skip') ?? 0,
      skipChars: number('skipChars', 'bytes to skip') ?? 0,
      width: number('width', 'bytes to compare'),
      fold: options.has('fold'),
      counts: options.has('count'),
      showsOnce: !options.has('repeated') && !options.has('allRepeated'),
      showsRepeated: !options.has('unique'),
      all: options.has('allRepeated') ? (options.value('allRepeated') ?? 'none') : undefined,
      group: options.has('group') ? (options.value('group') ?? 'separate') : undefined,
      delimiter: options.has('zero') ? 0 : 0x0a,
      countWidth: 7,
    };
    checkMethods(rules);
    const file =
      outputPath === undefined || outputPath === '-'
        ? undefined
        : await open(process, outputPath, O_WRONLY | O_CREAT | O_TRUNC);
    const output = new TextOutput(process, file && ((bytes) => file.write(bytes)));
    const status = await eachInput(process, [input], (opened) => filter(process, opened, output, rules), {
      words: ({ stage, operand, words }) =>
        process.flavour === 'busybox' && stage === 'open'
          ? `can't open '${operand}': ${words}`
          : stage === 'open'
            ? `${quotedIfNeeded(operand)}: ${words}`
            : `error reading ${quoted(operand)}`,
    });
    await output.flush();
    file?.close();
    return status;
  },
);

interface Rules {
  readonly skipFields: number;
  readonly skipChars: number;
  readonly width: number | undefined;
  readonly fold: boolean;
  readonly counts: boolean;
  readonly showsOnce: boolean;
  readonly showsRepeated: boolean;
  readonly all: string | undefined;
  readonly group: string | undefined;
  readonly delimiter: number;
  readonly countWidth: number;
}

function checkMethods({ all, group, counts }: Rules): void {
  if (all !== undefined && !['none', 'prepend', 'separate'].includes(all)) {
    throw new UsageError('operand', `invalid argument ${quoted(all)} for ‘--all-repeated’`);
  }
  if (group !== undefined && !['prepend', 'append', 'separate', 'both'].includes(group)) {
    throw new UsageError('operand', `invalid argument ${quoted(group)} for ‘--group’`);
  }
  if (counts && all !== undefined)
    throw new UsageError('operand', 'printing all duplicated lines and repeat counts is meaningless');
}

function keyOf(line: string, rules: Rules): string {
  let at = 0;
  for (let i = 0; i < rules.skipFields && at < line.length; i++) {
    while (at < line.length && /[ \t]/.test(line[at] as string)) at++;
    while (at < line.length && !/[ \t]/.test(line[at] as string)) at++;
  }
  at += rules.skipChars;
  const key =
    at === 0 && rules.width === undefined
      ? line
      : line.slice(at, rules.width === undefined ? undefined : at + rules.width);
  return rules.fold ? key.toLowerCase() : key;
}

async function filter(process: Process, input: TextInput, output: TextOutput, rules: Rules): Promise<void> {
  const reader = new LineReader(input, { delimiter: rules.delimiter, beforeWait: () => output.flush() });
  const end = String.fromCharCode(rules.delimiter);
  let group: string[] = [];
  let count = 0;
  let key: string | undefined;
  let groups = 0;
  const keepsAll = rules.all !== undefined || rules.group !== undefined;
  const close = (): undefined | Promise<void> => {
    if (count === 0) return undefined;
    const isShown = count === 1 ? rules.showsOnce : rules.showsRepeated;
    if (!isShown && rules.group === undefined) return undefined;
    const method = rules.group ?? rules.all;
    const before = method === 'prepend' || method === 'both' || (method === 'separate' && groups > 0) ? end : '';
    const after = method === 'append' || method === 'both' ? end : '';
    // Groups share the line between them.
    const head = method === 'both' && groups > 0 ? '' : before;
    groups++;
    if (keepsAll) return output.put(head + group.map((line) => line + end).join('') + after);
    const number = rules.counts ? `${String(count).padStart(rules.countWidth)} ` : '';
    return output.put(number + group[0] + end);
  };
  for (;;) {
    const reading = reader.next();
    const line = reading instanceof Promise ? await reading : reading;
    if (line === undefined) break;
    const next = keyOf(line, rules);
    if (count > 0 && next === key) {
      count++;
      if (keepsAll) group.push(line);
    } else {
      const writing = close();
      if (writing) await writing;
      group = [line];
      count = 1;
      key = next;
    }
    if (process.isDue) await process.pause();
  }
  await close();
}
