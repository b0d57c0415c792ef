export type BuildErrorCode =
  | 'syntax' // the text is no Dockerfile: a directive, a continuation, a heredoc, a line too long
  | 'instruction' // an instruction's arguments are wrong
  | 'unknownInstruction'
  | 'flag' // an unknown, repeated or ill-formed `--flag`
  | 'stage' // no such stage, a cycle of stages, no stage at all
  | 'expansion' // a word with variables that cannot be expanded
  | 'platform' // not `os/arch/variant`
  | 'checkOption' // the `check` directive
  | 'lint' // `check=error=true`, and there are findings
  | 'pattern' // a line of an ignore file
  | 'context' // a file of the build context
  | 'marshal' // a plan that cannot be handed on
  | 'limit'; // a bound of ours: the message says which

/** Lines of a Dockerfile, counted from 1, both ends included. */
export interface LineRange {
  readonly startLine: number;
  readonly endLine: number;
}

/** What is wrong with a Dockerfile, an ignore file or a context; the message is BuildKit's where it has one. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly code: BuildErrorCode;
  /** Where in the Dockerfile, innermost first; empty when no line is to blame. */
  readonly lines: readonly LineRange[];
  constructor(code: BuildErrorCode, message: string, lines: readonly LineRange[] = []) {
    super(message);
    this.code = code;
    this.lines = lines;
  }
}

/** The same error, told with these lines unless it names some already. */
export function atLines(error: unknown, lines: LineRange, prefix = ''): unknown {
  if (!(error instanceof BuildError)) return error;
  const known = error.lines.length > 0 ? error.lines : [lines];
  return new BuildError(error.code, prefix + error.message, known);
}
