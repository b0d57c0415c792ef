import { GitError } from './gitError.ts';

export interface ConfigValue {
  /** `section.subsection.name`; section and name in lower case. */
  readonly key: string;
  readonly value: string;
}

interface Line {
  readonly text: string;
  /** Of the section that it stands in; undefined before the first. */
  readonly section: string | undefined;
  readonly kind: 'section' | 'value' | 'other';
  readonly name?: string;
  readonly value?: string;
}

const MAX_LINES = 100_000;

/** A configuration file (git-config(1)), kept line by line so that what is not changed stays as it was. */
export class GitConfigFile {
  #lines: Line[];

  /** Throws GitError `corrupt` with the line's number. */
  constructor(text: string) {
    this.#lines = parseLines(text);
  }

  get values(): ConfigValue[] {
    return this.#lines.flatMap((line) =>
      line.kind === 'value' ? [{ key: `${line.section}.${line.name}`, value: line.value as string }] : [],
    );
  }

  get sections(): string[] {
    return [...new Set(this.#lines.flatMap(({ kind, section }) => (kind === 'section' ? [section as string] : [])))];
  }

  /** The last of that name is replaced; a new one goes to the end of its section. */
  set(key: string, value: string): void {
    const at = this.#lines.findLastIndex((line) => isOf(line, key));
    if (at >= 0) this.#lines[at] = valueLine(key, value);
    else this.add(key, value);
  }

  /** Also where there is one of that name. */
  add(key: string, value: string): void {
    const { section } = splitKey(key);
    const last = this.#lines.findLastIndex((line) => line.section === section && line.kind !== 'other');
    if (last >= 0) this.#lines.splice(last + 1, 0, valueLine(key, value));
    else this.#lines.push({ text: sectionText(section), section, kind: 'section' }, valueLine(key, value));
  }

  /** A section that becomes empty goes, too. Gives how many there were. */
  unset(key: string): number {
    const before = this.#lines.length;
    this.#lines = this.#lines.filter((line) => !isOf(line, key));
    const { section } = splitKey(key);
    if (!this.#lines.some((line) => line.section === section && line.kind !== 'section')) this.removeSection(section);
    return before - this.#lines.length;
  }

  removeSection(section: string): boolean {
    const before = this.#lines.length;
    this.#lines = this.#lines.filter((line) => line.section !== section);
    return this.#lines.length < before;
  }

  renameSection(from: string, to: string): void {
    this.#lines = this.#lines.map((line) => {
      if (line.section !== from) return line;
      return { ...line, section: to, ...(line.kind === 'section' && { text: sectionText(to) }) };
    });
  }

  get text(): string {
    return this.#lines.map(({ text }) => `${text}\n`).join('');
  }
}

function isOf(line: Line, key: string): boolean {
  return line.kind === 'value' && `${line.section}.${line.name}` === key;
}

/** Undefined for what is no key. */
export function normalKey(key: string): string | undefined {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  if (first <= 0 || last === key.length - 1) return undefined;
  const name = key.slice(last + 1).toLowerCase();
  if (!/^[a-z][a-z0-9-]*$/.test(name)) return undefined;
  const subsection = first === last ? '' : key.slice(first, last);
  return `${key.slice(0, first).toLowerCase()}${subsection}.${name}`;
}

function splitKey(key: string): { readonly section: string; readonly name: string } {
  const last = key.lastIndexOf('.');
  return { section: key.slice(0, last), name: key.slice(last + 1) };
}

function sectionText(section: string): string {
  const dot = section.indexOf('.');
  if (dot < 0) return `[${section}]`;
  return `[${section.slice(0, dot)} "${section.slice(dot + 1).replace(/["\\]/g, '\\$&')}"]`;
}

function valueLine(key: string, value: string): Line {
  const { section, name } = splitKey(key);
  const escaped = value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  const needsQuotes = /^ | $|[#;]/.test(value);
  const text = `\t${name} = ${needsQuotes ? `"${escaped}"` : escaped}`;
  return { text, section, kind: 'value', name, value };
}

function parseLines(text: string): Line[] {
  const raw = text.split('\n');
  if (raw.at(-1) === '') raw.pop();
  if (raw.length > MAX_LINES) throw new GitError('limit', `more than ${MAX_LINES} lines of configuration`);
  const lines: Line[] = [];
  let section: string | undefined;
  for (let i = 0; i < raw.length; i++) {
    let line = raw[i] as string;
    while (/(^|[^\\])(\\\\)*\\$/.test(line) && i + 1 < raw.length) line += `\n${raw[++i]}`;
    const head = /^\s*\[([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\]\s*(?:[#;].*)?$/.exec(line);
    if (head) {
      const [, name = '', subsection] = head;
      section = name.toLowerCase() + (subsection === undefined ? '' : `.${subsection.replace(/\\(.)/g, '$1')}`);
      lines.push({ text: line, section, kind: 'section' });
      continue;
    }
    const assigned = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*([\s\S]*))?$/.exec(line);
    if (assigned && section !== undefined) {
      const [, name = '', value] = assigned;
      const parsed = value === undefined ? 'true' : parseValue(value);
      lines.push({ text: line, section, kind: 'value', name: name.toLowerCase(), value: parsed });
    } else if (/^\s*([#;].*)?$/.test(line)) lines.push({ text: line, section, kind: 'other' });
    else throw new GitError('corrupt', `bad config line ${i + 1}`);
  }
  return lines;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '\n': '' };

function parseValue(text: string): string {
  let value = '';
  let isQuoted = false;
  /** Blanks count only where something follows. */
  let blanks = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '"') {
      isQuoted = !isQuoted;
      value += blanks;
      blanks = '';
    } else if (!isQuoted && (character === '#' || character === ';')) break;
    else if (!isQuoted && /\s/.test(character)) blanks += character;
    else {
      const next = character === '\\' ? (text[++i] ?? '') : '';
      value += blanks + (character === '\\' ? (ESCAPES[next] ?? next) : character);
      blanks = '';
    }
  }
  return value;
}
