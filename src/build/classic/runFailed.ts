/** A RUN that did not end with 0. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed';
  readonly code: number;
  constructor(command: readonly string[], code: number) {
    super(`The command '${command.join(' ')}' returned a non-zero code: ${code}`);
    this.code = code;
  }
}
