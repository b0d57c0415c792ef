export type ShellErrorCode =
  /** The command fails, the script goes on (bash); dash and ash end. */
  | 'command'
  /** An expansion or assignment failed: a script ends, a prompt comes back. */
  | 'expansion'
  /** As `expansion`, but a script always ends: an unset parameter that must not be. */
  | 'fatal'
  /** The text cannot be parsed. */
  | 'syntax';

/** What is wrong with a script's command; `message` without the shell's name and line. */
export class ShellError extends Error {
  override readonly name = 'ShellError';
  readonly code: ShellErrorCode;
  readonly status: number;
  /** What the message begins with, once the error has left the function where it happened. */
  start: string | undefined;
  constructor(code: ShellErrorCode, message: string, status = 1) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Unwinds to the loop, function or shell that it is for. Thrown often: no stack is taken. */
export class Jump {
  readonly kind: 'break' | 'continue' | 'return' | 'exit' | 'interrupt';
  /** How many loops, or the status. */
  readonly value: number;
  constructor(kind: Jump['kind'], value: number) {
    this.kind = kind;
    this.value = value;
  }
}
