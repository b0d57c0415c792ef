// Reads a Dockerfile into its instructions as BuildKit's parser does (frontend/dockerfile/parser): directives,
// continuations, comments, here-documents. Cost: linear in the text. Refuses lines of 64 KiB and more, as BuildKit does.
import { BuildError, type LineRange } from '../buildError.ts';
import type { EscapeCharacter } from '../expand/lexer.ts';
import { spaceEnd, trimSpace } from '../go/space.ts';
import { type Directive, DirectiveReader } from './directives.ts';
import { type HeredocStart, heredocsOfLine } from './heredocWord.ts';
import type { JsonTail } from '../go/jsonStrings.ts';
import { LINE_PARSERS, ONBUILD } from './lineParsers.ts';
import { LINE_TOO_LONG, PhysicalLines } from './physicalLines.ts';
import { splitCommand } from './splitCommand.ts';
import type { Heredoc, ParsedDockerfile, ParseWarning, SourcePiece, SyntaxNode } from './syntaxNode.ts';

/** Bounds of ours: a larger file is no Dockerfile. */
export const MAX_DOCKERFILE_LENGTH = 64 * 1024 * 1024;
const MAX_HEREDOCS_PER_LINE = 10_000;
/** ONBUILD ONBUILD … is refused later, but must not recurse without end here. */
const MAX_TRIGGER_DEPTH = 50;

const HASH = 35;
const NO_HEREDOCS: readonly Heredoc[] = [];
const NO_COMMENTS: readonly string[] = [];
const WITH_HEREDOCS: ReadonlySet<string> = new Set(['add', 'copy', 'run']);

/** Throws BuildError: `syntax` with BuildKit's words and the lines, `limit` for a text that is too long.
 *  `hasHeredocs`: off for the grammar of 20.10, which knew none, and took no notice of what follows a JSON array. */
export function parseDockerfile(text: string, { hasHeredocs = true } = {}): ParsedDockerfile {
  if (text.length > MAX_DOCKERFILE_LENGTH) {
    throw new BuildError(
      'limit',
      `a Dockerfile may have ${MAX_DOCKERFILE_LENGTH} characters, this one has ${text.length}`,
    );
  }
  return new DockerfileParser(text, hasHeredocs).parse();
}

interface LogicalLine {
  readonly text: string;
  readonly pieces: readonly SourcePiece[];
  readonly hasEmptyLine: boolean;
}

class DockerfileParser {
  readonly #lines: PhysicalLines;
  readonly #hasHeredocs: boolean;
  readonly #reader = new DirectiveReader();
  readonly #directives: Directive[] = [];
  readonly #nodes: SyntaxNode[] = [];
  readonly #warnings: ParseWarning[] = [];
  #escape: EscapeCharacter = '\\';
  #comments: string[] = [];

  constructor(text: string, hasHeredocs: boolean) {
    this.#lines = new PhysicalLines(text);
    this.#hasHeredocs = hasHeredocs;
  }

  parse(): ParsedDockerfile {
    const lines = this.#lines;
    while (lines.advance()) this.#instruction();
    if (this.#nodes.length === 0) throw this.#fault('file with no instructions', lines.count);
    if (lines.tooLong) throw this.#fault(LINE_TOO_LONG, lines.count);
    return { nodes: this.#nodes, escape: this.#escape, directives: this.#directives, warnings: this.#warnings };
  }

  #instruction(): void {
    const lines = this.#lines;
    const { text } = lines;
    const from = lines.count === 1 && text.charCodeAt(lines.start) === 0xfeff ? lines.start + 1 : lines.start;
    const first = spaceEnd(text, from, lines.end);
    if (!this.#reader.done) this.#directive(text.slice(first, lines.end), from);
    else if (text.charCodeAt(first) === HASH && first < lines.end) this.#comment(text.slice(from + 1, lines.end));
    if (first >= lines.end || text.charCodeAt(first) === HASH) return;
    const startLine = lines.count;
    const logical = this.#logicalLine(first);
    if (logical.hasEmptyLine) {
      this.#warnings.push({ message: `Empty continuation line found in: ${logical.text}`, line: lines.count });
    }
    this.#nodes.push(this.#node(logical, startLine));
    if (this.#comments.length > 0) this.#comments = [];
  }

  #directive(line: string, from: number): void {
    let directive: Directive | undefined;
    try {
      directive = this.#reader.read(line);
      if (directive?.name === 'escape') this.#escape = escapeCharacter(directive.value);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      // BuildKit has not counted the line yet: of the first one it says 0.
      throw this.#fault(error.message, this.#lines.count - 1);
    }
    if (directive) this.#directives.push(directive);
    else if (line.charCodeAt(0) === HASH) this.#comment(this.#lines.text.slice(from + 1, this.#lines.end));
  }

  #comment(text: string): void {
    const comment = trimSpace(text);
    if (comment === '') this.#comments = [];
    else this.#comments.push(comment);
  }

  /** Joins a line that ends with the escape character with those that follow; comments between them go. */
  #logicalLine(first: number): LogicalLine {
    const lines = this.#lines;
    const { text } = lines;
    let cut = this.#continuation(first, lines.end);
    const pieces: SourcePiece[] = [{ at: 0, offset: first }];
    if (cut < 0) return { text: text.slice(first, lines.end), pieces, hasEmptyLine: false };
    const parts = [text.slice(first, cut)];
    let length = cut - first;
    let hasEmptyLine = false;
    while (cut >= 0 && lines.advance()) {
      const start = spaceEnd(text, lines.start, lines.end);
      if (start >= lines.end) {
        hasEmptyLine = true;
        continue;
      }
      if (text.charCodeAt(start) === HASH) continue;
      cut = this.#continuation(lines.start, lines.end);
      pieces.push({ at: length, offset: lines.start });
      const part = text.slice(lines.start, cut < 0 ? lines.end : cut);
      parts.push(part);
      length += part.length;
    }
    return { text: parts.join(''), pieces, hasEmptyLine };
  }

  /** Index of the escape character that ends the line and is not itself escaped, or -1. */
  #continuation(start: number, end: number): number {
    const { text } = this.#lines;
    let at = end - 1;
    while (at >= start && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9)) at--;
    if (at < start || text[at] !== this.#escape) return -1;
    return at > start && text[at - 1] === this.#escape ? -1 : at;
  }

  #node(logical: LogicalLine, startLine: number): SyntaxNode {
    const lines = this.#lines;
    const endLine = lines.count;
    try {
      const syntax = parseInstructionLine(logical.text, this.#escape, this.#hasHeredocs ? 'refused' : 'ignored');
      const heredocs = this.#heredocs(syntax, logical.text);
      // Written out: a spread costs more than all the rest of parsing.
      const { keyword, flags, args, json, trigger, original } = syntax;
      return {
        keyword,
        flags,
        args,
        json,
        trigger,
        original,
        heredocs,
        startLine,
        endLine: lines.count,
        comments: this.#comments.length === 0 ? NO_COMMENTS : this.#comments,
        pieces: logical.pieces,
        endOffset: lines.end,
      };
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      const lastLine = error.message === UNTERMINATED ? lines.count : endLine;
      throw new BuildError(error.code, error.message, [{ startLine, endLine: lastLine }]);
    }
  }

  #heredocs(syntax: InstructionLine, line: string): readonly Heredoc[] {
    if (!this.#hasHeredocs || !line.includes('<<') || !mayHoldHeredocs(syntax)) return NO_HEREDOCS;
    const starts = heredocsOfLine(line);
    if (starts.length > MAX_HEREDOCS_PER_LINE) {
      throw new BuildError('limit', `an instruction has more than ${MAX_HEREDOCS_PER_LINE} heredocs`);
    }
    return starts.map((start) => ({ ...start, content: this.#heredocContent(start) }));
  }

  #heredocContent({ name, chomp }: HeredocStart): string {
    const lines = this.#lines;
    const { text } = lines;
    const from = lines.next;
    while (lines.advance()) {
      let start = lines.start;
      if (chomp) while (start < lines.end && text.charCodeAt(start) === 9) start++;
      if (lines.end - start === name.length && text.startsWith(name, start)) return text.slice(from, lines.start);
    }
    throw new BuildError('syntax', UNTERMINATED);
  }

  #fault(message: string, line: number): BuildError {
    return new BuildError('syntax', message, [{ startLine: line, endLine: line } satisfies LineRange]);
  }
}

const UNTERMINATED = 'unterminated heredoc';

type InstructionLine = Pick<SyntaxNode, 'keyword' | 'flags' | 'args' | 'json' | 'trigger' | 'original'>;

/** Takes a logical line apart. An unknown keyword is kept, with one empty argument: the fault is told later. */
function parseInstructionLine(line: string, escapeToken: EscapeCharacter, tail: JsonTail, depth = 0): InstructionLine {
  const { keyword, flags, rest } = splitCommand(line, escapeToken);
  const name = keyword.toLowerCase();
  if (name === ONBUILD) {
    if (depth >= MAX_TRIGGER_DEPTH) throw new BuildError('limit', `ONBUILD is nested deeper than ${MAX_TRIGGER_DEPTH}`);
    if (rest === '') return { keyword, flags, args: [], json: false, trigger: undefined, original: line };
    const child = parseInstructionLine(rest, escapeToken, tail, depth + 1);
    const trigger = {
      ...child,
      heredocs: NO_HEREDOCS,
      startLine: 0,
      endLine: 0,
      comments: NO_COMMENTS,
      pieces: [],
      endOffset: 0,
    };
    return { keyword, flags, args: [child.keyword, ...child.args], json: false, trigger, original: line };
  }
  const parser = LINE_PARSERS.get(name);
  const { args, json } = parser ? parser(rest, escapeToken, tail) : { args: [''], json: false };
  return { keyword, flags, args, json, trigger: undefined, original: line };
}

function mayHoldHeredocs(node: InstructionLine): boolean {
  const command = node.trigger ?? node;
  return WITH_HEREDOCS.has(command.keyword.toLowerCase()) && !command.json;
}

function escapeCharacter(value: string): EscapeCharacter {
  if (value === '\\' || value === '`') return value;
  throw new BuildError('syntax', `invalid escape token '${value}' does not match \` or \\`);
}
