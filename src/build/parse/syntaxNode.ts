import type { EscapeCharacter } from '../expand/lexer.ts';
import type { Directive } from './directives.ts';

/** A here-document that belongs to an instruction. */
export interface Heredoc {
  readonly name: string;
  /** The number before `<<`; 0 when there is none. */
  readonly fileDescriptor: number;
  /** No part of the name is quoted, so variables in the content count. */
  readonly expand: boolean;
  /** `<<-`: leading tabs go, but not here: `chompContent` takes them away where it is used. */
  readonly chomp: boolean;
  /** The lines up to the terminator, their endings included. */
  readonly content: string;
}

/** From index `at` of a node's `original` on, the text stands at `offset` of the file, until the next piece. */
export interface SourcePiece {
  readonly at: number;
  readonly offset: number;
}

/** One instruction, before its arguments are understood. Lines count from 1, offsets in UTF-16 units. */
export interface SyntaxNode {
  /** As it is written, whatever its case. */
  readonly keyword: string;
  readonly flags: readonly string[];
  readonly args: readonly string[];
  /** The arguments were a JSON array (the exec form). */
  readonly json: boolean;
  /** What ONBUILD triggers. */
  readonly trigger: SyntaxNode | undefined;
  readonly heredocs: readonly Heredoc[];
  /** The logical line: continuations joined, comments and empty lines left out, heredocs not included. */
  readonly original: string;
  readonly startLine: number;
  readonly endLine: number;
  /** The comments right above, without `#`; an empty comment breaks their run. */
  readonly comments: readonly string[];
  readonly pieces: readonly SourcePiece[];
  /** Offset after the last character, terminators of heredocs included, the line's ending not. */
  readonly endOffset: number;
}

export interface ParseWarning {
  readonly message: string;
  readonly line: number;
}

export interface ParsedDockerfile {
  readonly nodes: readonly SyntaxNode[];
  readonly escape: EscapeCharacter;
  readonly directives: readonly Directive[];
  /** Continuations with empty lines in them. */
  readonly warnings: readonly ParseWarning[];
}
