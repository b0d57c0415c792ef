/** Ends a git command: `prefix: message` and a status. `plain` prints the message as it is, `quiet` nothing. */
export class GitFault extends Error {
  override readonly name = 'GitFault';
  readonly code: 'fatal' | 'error' | 'plain' | 'quiet';
  readonly status: number;
  constructor(code: GitFault['code'], message: string, status = code === 'fatal' ? 128 : 1) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function fatal(message: string): GitFault {
  return new GitFault('fatal', message);
}
