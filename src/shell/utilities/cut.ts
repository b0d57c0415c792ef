import { encodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { eachInput, LineReader } from './textInput.ts';
import { TextOutput } from './textOutput.ts';
import { decodeName } from '../../bytes/byteName.ts';
import { utility } from './utility.ts';

/** cut(1). GNU's `-c` counts bytes, as `-b` does. */
export const cut: Program = utility(
  {
    usage: 'OPTION... [FILE]...',
    options: {
      bytes: '-b --bytes=LIST',
      characters: '-c --characters=LIST',
      delimiter: '-d --delimiter=DELIM',
      fields: '-f --fields=LIST',
      unsplit: '-n',
      complement: '--complement',
      onlyDelimited: '-s --only-delimited',
      outputDelimiter: '--output-delimiter=STRING',
      zero: '-z --zero-terminated',
    },
  },
  (process, options) => {
    const kinds = (['bytes', 'characters', 'fields'] as const).filter((kind) => options.has(kind));
    const [kind] = kinds;
    if (!kind) throw new UsageError('operand', 'you must specify a list of bytes, characters, or fields');
    if (kinds.length > 1 || options.count(kind) > 1) throw new UsageError('operand', 'only one list may be specified');
    const delimiter = options.value('delimiter');
    if (delimiter !== undefined && kind !== 'fields') {
      throw new UsageError('operand', 'an input delimiter may be specified only when operating on fields');
    }
    if (options.has('onlyDelimited') && kind !== 'fields') {
      throw new UsageError('operand', 'suppressing non-delimited lines makes sense\n\tonly when operating on fields');
    }
    if (delimiter !== undefined && encodeName(delimiter).length > 1)
      throw new UsageError('operand', 'the delimiter must be a single character');
    const list = parseList(options.value(kind) as string, kind, options.has('complement'));
    const lineEnd = options.has('zero') ? 0 : 0x0a;
    const separator = delimiter === undefined ? '\t' : delimiter === '' ? '\0' : delimiter;
    const joiner = options.value('outputDelimiter');
    const form: Form = { list, separator, joiner, lineEnd, onlyDelimited: options.has('onlyDelimited') };
    return eachInput(
      process,
      options.operands,
      async (input) => {
        const output = new TextOutput(process);
        const reader = new LineReader(input, { delimiter: lineEnd, beforeWait: () => output.flush() });
        for (let lines = await reader.batch(); lines; lines = await reader.batch()) {
          await cutLines(process, lines, output, form, kind);
        }
        await output.flush();
      },
      { words: ({ operand, words }) => `${quotedIfNeeded(operand)}: ${words}` },
    );
  },
);

interface Form {
  readonly list: readonly Range[];
  readonly separator: string;
  readonly joiner: string | undefined;
  readonly lineEnd: number;
  readonly onlyDelimited: boolean;
}

async function cutLines(
  process: Process,
  lines: readonly string[],
  output: TextOutput,
  form: Form,
  kind: 'bytes' | 'characters' | 'fields',
): Promise<void> {
  const end = String.fromCharCode(form.lineEnd);
  for (const line of lines) {
    const text = kind === 'fields' ? fieldsOf(line, form) : bytesOf(line, form);
    if (text === undefined) continue;
    const writing = output.put(text + end);
    if (writing) await writing;
    if (process.isDue) await process.pause();
  }
}

function fieldsOf(line: string, { list, separator, joiner, onlyDelimited }: Form): string | undefined {
  const [only] = list;
  if (list.length === 1 && only && only.last <= MAX_SCANNED)
    return scanned(line, only, separator, joiner, onlyDelimited);
  const fields = line.split(separator);
  if (fields.length === 1) return onlyDelimited ? undefined : line;
  const chosen: string[] = [];
  for (const { first, last } of list) {
    for (let i = first; i <= last && i <= fields.length; i++) chosen.push(fields[i - 1] as string);
  }
  return chosen.join(joiner ?? separator);
}

/** Fields so near the start are looked for without cutting the rest of the line. */
const MAX_SCANNED = 16;

function scanned(
  line: string,
  { first, last }: Range,
  separator: string,
  joiner: string | undefined,
  onlyDelimited: boolean,
): string | undefined {
  let end = line.indexOf(separator);
  if (end < 0) return onlyDelimited ? undefined : line;
  let start = 0;
  for (let field = 1; field < first; field++) {
    if (end < 0) return '';
    start = end + 1;
    end = line.indexOf(separator, start);
  }
  for (let field = first; field < last && end >= 0; field++) end = line.indexOf(separator, end + 1);
  const text = end < 0 ? line.slice(start) : line.slice(start, end);
  return joiner === undefined || first === last ? text : text.replaceAll(separator, () => joiner);
}

function bytesOf(line: string, { list, joiner }: Form): string {
  const isPlain = /^[\u0000-\u007f]*$/.test(line);
  const bytes = isPlain ? undefined : encodeName(line);
  const parts: string[] = [];
  for (const { first, last } of list) {
    const length = bytes?.length ?? line.length;
    if (first > length) break;
    parts.push(bytes ? decodeName(bytes.subarray(first - 1, last)) : line.slice(first - 1, last));
  }
  const text = parts.join(joiner ?? '');
  // Halves of characters that meet are whole again.
  return isPlain ? text : decodeName(encodeName(text));
}

interface Range {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

const END = Number.MAX_SAFE_INTEGER;

/** `1,3-5,7-`: sorted and merged. Throws UsageError. */
function parseList(text: string, kind: 'bytes' | 'characters' | 'fields', complement: boolean): Range[] {
  const thing = kind === 'fields' ? 'fields' : 'byte/character positions';
  const ranges: Range[] = [];
  for (const part of text.split(/[, \t]/)) {
    const match = /^(\d*)(-?)(\d*)$/.exec(part);
    if (!match) {
      throw new UsageError(
        'operand',
        kind === 'fields' ? `invalid field value ${quoted(part)}` : `invalid byte/character position ${quoted(part)}`,
      );
    }
    const [, from = '', dash = '', to = ''] = match;
    if (from === '' && to === '') {
      if (dash) throw new UsageError('operand', 'invalid range with no endpoint: -');
      throw new UsageError(
        'operand',
        kind === 'fields' ? 'fields are numbered from 1' : 'byte/character positions are numbered from 1',
      );
    }
    const first = from === '' ? 1 : Number(from);
    const last = dash === '' ? first : to === '' ? END : Number(to);
    if (first === 0 || last === 0) throw new UsageError('operand', `${thing} are numbered from 1`);
    if (last < first) throw new UsageError('operand', 'invalid decreasing range');
    ranges.push({ first, last });
  }
  ranges.sort((a, b) => a.first - b.first);
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of ranges) {
    const before = merged.at(-1);
    if (before && first <= before.last) before.last = Math.max(before.last, last);
    else merged.push({ first, last });
  }
  return complement ? inverted(merged) : merged;
}

function inverted(ranges: readonly Range[]): Range[] {
  const out: Range[] = [];
  let next = 1;
  for (const { first, last } of ranges) {
    if (first > next) out.push({ first: next, last: first - 1 });
    next = last + 1;
  }
  if (next <= END) out.push({ first: next, last: END });
  return out;
}
