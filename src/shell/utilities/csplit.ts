import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { unlink, writeFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import { causeOf } from './failure.ts';
import { formatInteger, splitFormat } from './formatPrintf.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { readWhole } from './readWhole.ts';
import { InputError, openInput } from './textInput.ts';
import { utility } from './utility.ts';

/** Where one piece ends. */
type Control =
  | { readonly kind: 'line'; readonly line: number; readonly shown: string; readonly repeats: number }
  | {
      readonly kind: 'match';
      readonly pattern: Regex;
      readonly offset: number;
      readonly isSkipped: boolean;
      readonly shown: string;
      readonly repeats: number;
    };

class SplitFault extends Error {}

/** csplit(1). */
export const csplit = utility(
  {
    usage: '[OPTION]... FILE PATTERN...',
    options: {
      suffixFormat: '-b --suffix-format=FORMAT',
      prefix: '-f --prefix=PREFIX',
      keepFiles: '-k --keep-files',
      suppressMatched: '--suppress-matched',
      digits: '-n --digits=DIGITS',
      quiet: '-s --quiet --silent',
      elideEmpty: '-z --elide-empty-files',
    },
  },
  async (process, options) => {
    const [file, ...patterns] = options.operands;
    if (file === undefined) throw new UsageError('operand', 'missing operand');
    if (patterns.length === 0) throw new UsageError('operand', `missing operand after ${quoted(file)}`);
    const digits = options.value('digits') ?? '2';
    if (!/^\d{1,3}$/.test(digits))
      throw new UsageError('operand', `invalid number of digits: ${quoted(digits)}`, { bare: true });
    const controls = controlsOf(patterns);
    const suffix = options.value('suffixFormat');
    const nameOf = suffixer(options.value('prefix') ?? 'xx', suffix, Number(digits));
    let text: string;
    try {
      const input = await openInput(process, file);
      text = decodeName(await readWhole(process, input));
      input.close();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { stage, words } = error;
      await process.complain(
        stage === 'open' ? `cannot open ${quoted(file)} for reading: ${words}` : `read error: ${words}`,
      );
      return 1;
    }
    const splitting = new Splitting(process, text.match(/[^\n]*\n|[^\n]+$/g) ?? [], {
      nameOf,
      isQuiet: options.has('quiet'),
      elidesEmpty: options.has('elideEmpty'),
      dropsMatched: options.has('suppressMatched'),
    });
    try {
      for (const control of controls) await splitting.take(control);
      await splitting.finish();
      return 0;
    } catch (error) {
      if (!(error instanceof SplitFault)) throw error;
      await splitting.finish();
      await process.complain(error.message);
      if (!options.has('keepFiles')) for (const name of splitting.names) unlink(process, name);
      return 1;
    }
  },
);

function controlsOf(patterns: readonly string[]): Control[] {
  const controls: Control[] = [];
  let lastLine = 0;
  for (let i = 0; i < patterns.length; i++) {
    const shown = patterns[i] as string;
    const repeat = /^\{(\d+|\*)\}$/.exec(patterns[i + 1] ?? '');
    const repeats = repeat ? (repeat[1] === '*' ? Number.POSITIVE_INFINITY : Number(repeat[1])) : 0;
    if (repeat) i++;
    const match = /^([/%])(.*)\1([+-]?\d*)$/s.exec(shown);
    if (match) {
      const [, mark, source = '', offset = ''] = match;
      controls.push({
        kind: 'match',
        pattern: regexOf(source),
        offset: offset === '' ? 0 : Number(offset),
        isSkipped: mark === '%',
        shown,
        repeats,
      });
      continue;
    }
    if (/^[/%]/.test(shown))
      throw new UsageError('operand', `${shown}: closing delimiter ${quoted(shown[0] as string)} missing`, {
        bare: true,
      });
    if (!/^\d+$/.test(shown)) throw new UsageError('operand', `${quoted(shown)}: invalid pattern`, { bare: true });
    const line = Number(shown);
    if (line === 0) throw new UsageError('operand', `${shown}: line number must be greater than zero`, { bare: true });
    if (line < lastLine)
      throw new UsageError(
        'operand',
        `line number ${quoted(shown)} is smaller than preceding line number, ${lastLine}`,
        { bare: true },
      );
    lastLine = line;
    controls.push({ kind: 'line', line, shown, repeats });
  }
  return controls;
}

function regexOf(source: string): Regex {
  try {
    return new Regex(source, { syntax: 'basic', ignoreCase: false });
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw new UsageError('operand', `${source}: invalid regular expression: ${error.message}`, { bare: true });
  }
}

/** Names of the pieces. Throws UsageError for a format without exactly one number. */
function suffixer(prefix: string, format: string | undefined, digits: number): (index: number) => string {
  if (format === undefined) return (index) => prefix + String(index).padStart(digits, '0');
  const conversions = format.replaceAll('%%', '').match(/%[-+ #0']*\d*(\.\d+)?[a-zA-Z]?/g) ?? [];
  if (conversions.length === 0)
    throw new UsageError('operand', 'missing % conversion specification in suffix', { bare: true });
  if (conversions.length > 1)
    throw new UsageError('operand', 'too many % conversion specifications in suffix', { bare: true });
  if (!/^%[-+ #0']*\d{0,3}(\.\d{1,3})?[diuoxX]$/.test(conversions[0] as string))
    throw new UsageError('operand', `invalid conversion specifier in suffix: ${(conversions[0] as string).at(-1)}`, {
      bare: true,
    });
  const parts = splitFormat(format);
  return (index) =>
    prefix + parts.map((part) => ('text' in part ? part.text : formatInteger(part.conversion, BigInt(index)))).join('');
}

interface SplitForm {
  readonly nameOf: (index: number) => string;
  readonly isQuiet: boolean;
  readonly elidesEmpty: boolean;
  readonly dropsMatched: boolean;
}

class Splitting {
  readonly names: string[] = [];
  readonly #process: Process;
  readonly #lines: readonly string[];
  readonly #form: SplitForm;
  #at = 0;
  /** A match at the line where the last piece ended does not count again. */
  #searchFrom = 0;

  constructor(process: Process, lines: readonly string[], form: SplitForm) {
    this.#process = process;
    this.#lines = lines;
    this.#form = form;
  }

  async take(control: Control): Promise<void> {
    for (let turn = 0; turn <= control.repeats; turn++) {
      if (control.kind === 'line') await this.#toLine(control, turn);
      else if (!(await this.#toMatch(control, turn))) return;
      if (this.#process.isDue) await this.#process.pause();
    }
  }

  /** Writes what is left. */
  async finish(): Promise<void> {
    if (this.#at <= this.#lines.length) await this.#write(this.#lines.length);
    this.#at = this.#lines.length + 1;
  }

  async #toLine({ line, shown, repeats }: Extract<Control, { kind: 'line' }>, turn: number): Promise<void> {
    const end = line * (turn + 1) - 1;
    if (end > this.#lines.length || (end === this.#lines.length && this.#at >= end)) {
      if (repeats === Number.POSITIVE_INFINITY) return this.finish();
      await this.#write(this.#lines.length);
      throw this.#outOfRange(`${quoted(shown)}: line number out of range`, turn);
    }
    await this.#write(end);
    this.#at = end + (this.#form.dropsMatched ? 1 : 0);
    this.#searchFrom = end;
  }

  #outOfRange(words: string, turn: number): SplitFault {
    this.#at = this.#lines.length + 1;
    return new SplitFault(turn > 0 ? `${words} on repetition ${turn}` : words);
  }

  /** False where there are no more, and as many as there are were asked for. */
  async #toMatch(control: Extract<Control, { kind: 'match' }>, turn: number): Promise<boolean> {
    const { pattern, offset, isSkipped, shown, repeats } = control;
    let found = this.#searchFrom;
    while (
      found < this.#lines.length &&
      pattern.exec((this.#lines[found] as string).replace(/\n$/, ''), 0) === undefined
    )
      found++;
    if (found >= this.#lines.length) {
      if (repeats === Number.POSITIVE_INFINITY) {
        if (isSkipped) this.#at = this.#lines.length + 1;
        return false;
      }
      if (!isSkipped) await this.#write(this.#lines.length);
      throw this.#outOfRange(`${quoted(shown)}: match not found`, turn);
    }
    const end = found + offset;
    if (end < this.#at || end > this.#lines.length) {
      if (!isSkipped) await this.#write(Math.min(Math.max(end, this.#at), this.#lines.length));
      throw this.#outOfRange(`${quoted(shown)}: line number out of range`, turn);
    }
    if (!isSkipped) await this.#write(end);
    this.#at = end + (this.#form.dropsMatched ? 1 : 0);
    this.#searchFrom = Math.max(found, end) + 1;
    return true;
  }

  async #write(end: number): Promise<void> {
    const bytes = encodeName(this.#lines.slice(this.#at, end).join(''));
    if (bytes.length === 0 && this.#form.elidesEmpty) return;
    const name = this.#form.nameOf(this.names.length);
    try {
      await writeFile(this.#process, name, bytes);
    } catch (error) {
      throw new SplitFault(`${name}: ${causeOf(error)}`);
    }
    this.names.push(name);
    if (!this.#form.isQuiet) await this.#process.print(`${bytes.length}\n`);
  }
}
