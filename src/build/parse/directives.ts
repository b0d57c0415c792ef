import { BuildError } from '../buildError.ts';
import { trimSpaceStart } from '../go/space.ts';

export type DirectiveName = 'syntax' | 'escape' | 'check';

/** `# name=value` before anything else in the file. */
export interface Directive {
  readonly name: DirectiveName;
  readonly value: string;
  readonly line: number;
}

const NAMES: ReadonlySet<string> = new Set(['syntax', 'escape', 'check']);

/** Reads directives line by line; the first line that is none ends them. */
export class DirectiveReader {
  readonly #prefix: string;
  readonly #seen = new Set<string>();
  #line = 0;
  #done = false;

  constructor(prefix = '#', linesBefore = 0) {
    this.#prefix = prefix;
    this.#line = linesBefore;
  }

  get done(): boolean {
    return this.#done;
  }

  /** Throws BuildError `syntax` when a directive comes twice. */
  read(line: string): Directive | undefined {
    this.#line++;
    if (this.#done) return undefined;
    const pair = line.startsWith(this.#prefix)
      ? splitDirective(trimSpaceStart(line.slice(this.#prefix.length)))
      : undefined;
    const name = pair?.name.toLowerCase();
    if (!pair || name === undefined || !NAMES.has(name)) {
      this.#done = true;
      return undefined;
    }
    if (this.#seen.has(name)) throw new BuildError('syntax', `only one ${name} parser directive can be used`);
    this.#seen.add(name);
    return { name: name as DirectiveName, value: pair.value, line: this.#line };
  }
}

/** The value of a directive at the file's top, as frontends look it up: after a BOM and a `#!` line; for `syntax` also
 *  `// syntax=…` and a JSON object. */
export function findDirective(text: string, name: DirectiveName): Directive | undefined {
  let body = text.startsWith('\ufeff') ? text.slice(1) : text;
  let linesBefore = 0;
  if (body.startsWith('#!')) {
    const end = body.indexOf('\n');
    body = end < 0 ? '' : body.slice(end + 1);
    linesBefore = 1;
  }
  const prefixes = name === 'syntax' ? ['#', '//'] : ['#'];
  for (const prefix of prefixes) {
    const found = scan(body, new DirectiveReader(prefix, linesBefore), name);
    if (found) return found;
  }
  if (name !== 'syntax' || !/^[\t\n\r ]*\{/.test(body)) return undefined;
  try {
    const value = (JSON.parse(body) as { readonly syntax?: unknown }).syntax;
    return typeof value === 'string' ? { name, value, line: linesBefore } : undefined;
  } catch {
    return undefined;
  }
}

function scan(body: string, reader: DirectiveReader, name: DirectiveName): Directive | undefined {
  for (let at = 0; at < body.length && !reader.done;) {
    const newline = body.indexOf('\n', at);
    const end = newline < 0 ? body.length : newline;
    try {
      const directive = reader.read(body.slice(at, end).replace(/\r$/, ''));
      if (directive?.name === name) return directive;
    } catch {
      // A repeated directive is told by the parser; the first one holds here.
      return undefined;
    }
    at = end + 1;
  }
  return undefined;
}

// `name = value`; blanks here are those of ASCII. By hand: the regular expression for it is quadratic.
function splitDirective(text: string): { name: string; value: string } | undefined {
  const name = /^[a-zA-Z][a-zA-Z0-9]*/.exec(text)?.[0];
  if (name === undefined) return undefined;
  let at = blanksEnd(text, name.length);
  if (text[at] !== '=') return undefined;
  at = blanksEnd(text, at + 1);
  let end = text.length;
  while (end > at && isAsciiBlank(text[end - 1] as string)) end--;
  // A value of blanks only is the last of them.
  if (end === at)
    return text.length > name.length + 1 && at > text.indexOf('=') + 1
      ? { name, value: text.slice(at - 1, at) }
      : undefined;
  return { name, value: text.slice(at, end) };
}

function blanksEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && isAsciiBlank(text[at] as string)) at++;
  return at;
}

function isAsciiBlank(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\f' || character === '\n';
}
