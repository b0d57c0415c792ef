import type { Process } from '../kernel/process.ts';
import type { GrepPatterns } from './grepPatterns.ts';
import type { TextOutput } from './textOutput.ts';

/** What grep shows of the lines that it selects. */
export interface GrepForm {
  readonly invert: boolean;
  readonly onlyMatching: boolean;
  readonly lineNumbers: boolean;
  readonly byteOffsets: boolean;
  readonly tabs: boolean;
  readonly nullNames: boolean;
  readonly color: boolean;
  readonly before: number;
  readonly after: number;
  readonly separator: string | undefined;
  readonly lineEnd: string;
}

/** GNU's GREP_COLORS by default. */
const COLORS = { match: '01;31', name: '35', number: '32', separator: '36' } as const;

export function paint(text: string, color: string): string {
  return `\x1b[${color}m\x1b[K${text}\x1b[m\x1b[K`;
}

/** Prints the selected lines of one file with what stands around them. */
export class GrepPrinter {
  readonly #output: TextOutput;
  readonly #form: GrepForm;
  readonly #patterns: GrepPatterns;
  readonly #name: string | undefined;
  /** Lines before, which a selected one may show. */
  #recent: { readonly text: string; readonly number: number; readonly offset: number }[] = [];
  #afterLeft = 0;
  #lastShown = 0;

  constructor(output: TextOutput, form: GrepForm, patterns: GrepPatterns, name: string | undefined) {
    this.#output = output;
    this.#form = form;
    this.#patterns = patterns;
    this.#name = name;
  }

  get needsAllLines(): boolean {
    return this.#form.before > 0 || this.#form.after > 0 || this.#form.invert;
  }

  /** Whether lines that follow the last selected one are still to be shown. */
  get wantsMore(): boolean {
    return this.#afterLeft > 0;
  }

  selected(text: string, number: number, offset: number, progress: { hasShown: boolean }): undefined | Promise<void> {
    const { before, after, separator } = this.#form;
    if (this.#form.onlyMatching) return this.#form.invert ? undefined : this.#matches(text, number, offset);
    let out = '';
    const hasContext = before > 0 || after > 0;
    if (hasContext) {
      const first = this.#recent[0]?.number ?? number;
      const isGap = this.#lastShown > 0 ? first > this.#lastShown + 1 : progress.hasShown;
      if (isGap && separator !== undefined) {
        out += `${this.#form.color ? paint(separator, COLORS.separator) : separator}${this.#form.lineEnd}`;
      }
      for (const line of this.#recent) out += this.#line(line.text, line.number, line.offset, '-');
      this.#recent = [];
      progress.hasShown = true;
    }
    this.#lastShown = number;
    this.#afterLeft = after;
    return this.#output.put(out + this.#line(text, number, offset, ':'));
  }

  passed(text: string, number: number, offset: number): undefined | Promise<void> {
    if (this.#form.onlyMatching) return undefined;
    if (this.#afterLeft > 0) {
      this.#afterLeft--;
      this.#lastShown = number;
      return this.#output.put(this.#line(text, number, offset, '-'));
    }
    if (this.#form.before > 0) {
      this.#recent.push({ text, number, offset });
      if (this.#recent.length > this.#form.before) this.#recent.shift();
    }
    return undefined;
  }

  #prefix(number: number, offset: number, mark: ':' | '-'): string {
    const { color, nullNames, lineNumbers, byteOffsets, tabs } = this.#form;
    const sign = color ? paint(mark, COLORS.separator) : mark;
    let prefix = '';
    if (this.#name !== undefined)
      prefix += (color ? paint(this.#name, COLORS.name) : this.#name) + (nullNames ? '\0' : sign);
    const figure = (value: number) => {
      const text = tabs ? String(value).padStart(2) : String(value);
      return (color ? paint(text, COLORS.number) : text) + sign;
    };
    if (lineNumbers) prefix += figure(number);
    if (byteOffsets) prefix += figure(offset);
    return tabs && prefix !== '' ? `${prefix}\t` : prefix;
  }

  #line(text: string, number: number, offset: number, mark: ':' | '-'): string {
    const shown = this.#form.color && (mark === ':') !== this.#form.invert ? this.#highlighted(text) : text;
    return this.#prefix(number, offset, mark) + shown + this.#form.lineEnd;
  }

  #highlighted(text: string): string {
    let out = '';
    let from = 0;
    for (const { start, end } of this.#spans(text)) {
      out += text.slice(from, start) + paint(text.slice(start, end), COLORS.match);
      from = end;
    }
    return out + text.slice(from);
  }

  *#spans(text: string): Generator<{ readonly start: number; readonly end: number }> {
    for (let from = 0; from <= text.length;) {
      const found = this.#patterns.find(text, from);
      if (!found) return;
      if (found.end > found.start) yield found;
      from = found.end > found.start ? found.end : found.start + 1;
    }
  }

  #matches(text: string, number: number, offset: number): undefined | Promise<void> {
    let out = '';
    for (const { start, end } of this.#spans(text)) {
      const part = text.slice(start, end);
      const shown = this.#form.color ? paint(part, COLORS.match) : part;
      out += this.#prefix(number, offset + byteLength(text, start), ':') + shown + this.#form.lineEnd;
    }
    return out === '' ? undefined : this.#output.put(out);
  }
}

const encoder = new TextEncoder();

export function byteLength(text: string, end: number): number {
  const part = text.slice(0, end);
  return /^[\u0000-\u007f]*$/.test(part)
    ? end
    : encoder.encode(
        part.replace(/[\udc80-\udcff]/g, (c, at: number) => (/[\ud800-\udbff]/.test(part[at - 1] ?? '') ? c : '?')),
      ).length;
}

export function colorWanted(process: Process, when: string | undefined): boolean {
  if (when === 'always' || when === 'yes' || when === 'force') return true;
  if (when === 'never' || when === 'no' || when === 'none') return false;
  return process.file(1).isTerminal && process.env.get('TERM') !== 'dumb';
}
