import { decodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { isStandInText } from '../standInContent.ts';
import { DEFAULT_CONFIG, DEFAULT_SITE, MIME_TYPES } from './nginxDefaults.ts';

/** A directive with its arguments; of a block, what stands in its braces. */
export interface Directive {
  readonly name: string;
  readonly arguments: readonly string[];
  readonly block: readonly Directive[] | undefined;
  /** `FILE:LINE`. */
  readonly at: string;
}

/** What nginx says behind `[emerg]`. */
export class NginxConfigError extends Error {
  override readonly name = 'NginxConfigError';
}

const MAX_DEPTH = 20;
const MAX_TOKENS = 100_000;
const MAX_CONFIG_BYTES = 1 << 20;
/** Blocks whose lines are not directives. */
const TABLES = new Set(['types', 'map', 'geo', 'split_clients']);

interface Token {
  readonly text: string;
  readonly line: number;
  readonly isQuoted: boolean;
}

/** Reads a configuration with what it includes. Throws NginxConfigError with nginx's words. */
export async function readNginxConfig(process: Process, path: string): Promise<readonly Directive[]> {
  return new ConfigReader(process, path.slice(0, path.lastIndexOf('/'))).file(path, 0);
}

/** `-g DIRECTIVES`. */
export function readNginxText(process: Process, text: string): Promise<readonly Directive[]> {
  return new ConfigReader(process, '/etc/nginx').text(text, 'command line', 0);
}

class ConfigReader {
  readonly #process: Process;
  readonly #prefix: string;
  #tokens = 0;

  constructor(process: Process, prefix: string) {
    this.#process = process;
    this.#prefix = prefix;
  }

  async file(path: string, depth: number): Promise<readonly Directive[]> {
    let text: string;
    try {
      text = decodeName(await calls.readFile(this.#process, path, MAX_CONFIG_BYTES));
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
      const why = error.code === 'EACCES' ? '13: Permission denied' : '2: No such file or directory';
      throw new NginxConfigError(`open() "${path}" failed (${why})`);
    }
    return this.text(isStandInText(text) ? contentOf(path) : text, path, depth);
  }

  text(text: string, file: string, depth: number): Promise<readonly Directive[]> {
    const tokens = [...tokensOf(text, file)];
    this.#tokens += tokens.length;
    if (this.#tokens > MAX_TOKENS || depth > MAX_DEPTH) throw new NginxConfigError(`too much is included by ${file}`);
    return this.#block({ tokens, at: 0, file }, depth, false);
  }

  async #block(
    input: { readonly tokens: readonly Token[]; at: number; readonly file: string },
    depth: number,
    isInner: boolean,
  ): Promise<readonly Directive[]> {
    const { tokens, file } = input;
    const found: Directive[] = [];
    if (depth > MAX_DEPTH) throw new NginxConfigError(`too many blocks within blocks in ${file}`);
    for (;;) {
      const first = tokens[input.at++];
      const line = first?.line ?? tokens.at(-1)?.line ?? 1;
      if (!first) {
        if (isInner) throw new NginxConfigError(`unexpected end of file, expecting "}" in ${file}:${line}`);
        return found;
      }
      if (!first.isQuoted && first.text === '}') {
        if (isInner) return found;
        throw new NginxConfigError(`unexpected "}" in ${file}:${line}`);
      }
      if (!first.isQuoted && (first.text === '{' || first.text === ';'))
        throw new NginxConfigError(`unexpected "${first.text}" in ${file}:${line}`);
      const words: string[] = [];
      let end = tokens[input.at++];
      for (; end && (end.isQuoted || !';{}'.includes(end.text)); end = tokens[input.at++]) words.push(end.text);
      if (!end) throw new NginxConfigError(`unexpected end of file, expecting ";" or "}" in ${file}:${line}`);
      if (end.text === '}') throw new NginxConfigError(`unexpected "}" in ${file}:${end.line}`);
      const at = `${file}:${line}`;
      if (end.text === '{') {
        const block = await this.#block(input, depth + 1, true);
        found.push({ name: first.text, arguments: words, block, at });
      } else if (first.text === 'include') found.push(...(await this.#include(words[0] ?? '', at, depth + 1)));
      else found.push({ name: first.text, arguments: words, block: undefined, at });
    }
  }

  async #include(pattern: string, at: string, depth: number): Promise<readonly Directive[]> {
    const path = pattern.startsWith('/') ? pattern : `${this.#prefix}/${pattern}`;
    const found: Directive[] = [];
    if (!/[*?[]/.test(path)) {
      if (!calls.statIfThere(this.#process, path))
        throw new NginxConfigError(`open() "${path}" failed (2: No such file or directory) in ${at}`);
      return this.file(path, depth);
    }
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, slash);
    const names = calls.statIfThere(this.#process, folder) ? calls.readdir(this.#process, folder) : [];
    const matches = wildcard(path.slice(slash + 1));
    for (const name of names.map((one) => one.name).sort())
      if (matches.test(name) && !name.startsWith('.')) found.push(...(await this.file(`${folder}/${name}`, depth)));
    return found;
  }
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}

/** What a file that stands for Debian's would say. */
function contentOf(path: string): string {
  if (path.endsWith('/mime.types')) return MIME_TYPES;
  if (path.endsWith('/nginx.conf')) return DEFAULT_CONFIG;
  return path.includes('/sites-') ? DEFAULT_SITE : '';
}

function* tokensOf(text: string, file: string): Generator<Token> {
  let line = 1;
  for (let at = 0; at < text.length;) {
    const character = text[at] as string;
    if (character === '\n') line++;
    if (/\s/.test(character)) at++;
    else if (character === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (character === '"' || character === "'") {
      let word = '';
      const start = line;
      for (at++; at < text.length && text[at] !== character; at++) {
        if (text[at] === '\\' && at + 1 < text.length) at++;
        if (text[at] === '\n') line++;
        word += text[at];
      }
      if (at >= text.length)
        throw new NginxConfigError(`unexpected end of file, expecting ";" or "}" in ${file}:${start}`);
      at++;
      yield { text: word, line: start, isQuoted: true };
    } else if (';{}'.includes(character)) {
      at++;
      yield { text: character, line, isQuoted: false };
    } else {
      const start = at;
      // `${name}` is a variable, `\.` of a regular expression a character.
      while (at < text.length && !/[\s;]/.test(text[at] as string)) {
        if (text[at] === '\\') at++;
        else if (text[at] === '$' && text[at + 1] === '{') at = Math.max(at, text.indexOf('}', at));
        else if (text[at] === '{') break;
        at++;
      }
      yield { text: text.slice(start, at), line, isQuoted: false };
    }
  }
}

/** The blocks whose content is a table, not directives. */
export function isTable(directive: Directive): boolean {
  return TABLES.has(directive.name);
}
