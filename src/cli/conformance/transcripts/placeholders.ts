// Text with placeholders: `{{ctr:1}}` is one value throughout a transcript, `{{ctr:1:12}}` its first twelve digits,
// `{{ago}}` anything of its kind.

const RELATIVE =
  '(?:Less than a second|About an? (?:minute|hour)|\\d+ (?:seconds?|minutes?|hours?|days?|weeks?|months?|years?))';
const FREE: Readonly<Record<string, string>> = {
  time: '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)',
  gotime: '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)? [+-]\\d{4} [A-Z]{3}',
  ago: `${RELATIVE} ago`,
  dur: RELATIVE,
  t: '\\d+\\.\\d+s?',
  rand: '\\w+',
  vertex: 'sha256:[0-9a-f]{64}',
  now: '\\d+(?:\\.\\d+)?',
};
const PLACEHOLDER = /\{\{(\w+)(?::(\d+))?(?::(12))?\}\}/g;
const WHOLE_DIGITS = 64;
const SHORT_DIGITS = 12;

interface Capture {
  readonly key: string;
}

/** What the numbered placeholders of one transcript stand for. */
export class Bindings {
  readonly #values = new Map<string, string>();

  /** Compares, and binds the placeholders that were met for the first time. Nothing is bound unless all fits. */
  matches(expected: string, actual: string): boolean {
    const captures: Capture[] = [];
    let pattern = '^';
    let last = 0;
    for (const match of expected.matchAll(PLACEHOLDER)) {
      pattern += quote(expected.slice(last, match.index)) + this.#pattern(match, captures);
      last = match.index + match[0].length;
    }
    const found = new RegExp(`${pattern}${quote(expected.slice(last))}$`, 's').exec(actual);
    return found !== null && this.#bind(captures, found);
  }

  /** Whether all numbered placeholders of a text stand for something already. */
  knowsAll(text: string): boolean {
    return [...text.matchAll(PLACEHOLDER)].every(
      ([, kind, number]) => number === undefined || this.#values.has(`${kind}:${number}`),
    );
  }

  #pattern([whole, kind = '', number, short]: RegExpMatchArray, captures: Capture[]): string {
    if (number === undefined) return FREE[kind] ?? quote(whole);
    const key = `${kind}:${number}`;
    const value = this.#values.get(key);
    if (kind === 'name' || short !== undefined) {
      if (value !== undefined) return quote(kind === 'name' ? value : value.slice(0, SHORT_DIGITS));
      captures.push({ key });
      return kind === 'name' ? '([a-z]+_[a-z]+\\d*)' : `([0-9a-f]{${SHORT_DIGITS}})`;
    }
    if (value?.length === WHOLE_DIGITS) return quote(value);
    captures.push({ key });
    // Only the beginning may be known so far.
    return value === undefined
      ? `([0-9a-f]{${WHOLE_DIGITS}})`
      : `(${quote(value)}[0-9a-f]{${WHOLE_DIGITS - SHORT_DIGITS}})`;
  }

  #bind(captures: readonly Capture[], found: RegExpExecArray): boolean {
    const bound = new Map<string, string>();
    for (const [i, { key }] of captures.entries()) {
      const value = found[i + 1] as string;
      const other = bound.get(key);
      if (other !== undefined && !other.startsWith(value) && !value.startsWith(other)) return false;
      if (other === undefined || value.length > other.length) bound.set(key, value);
    }
    for (const [key, value] of bound) this.#values.set(key, value);
    return true;
  }
}

function quote(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
