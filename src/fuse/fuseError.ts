import type { ErrnoCode } from './errno.ts';

/** A request that a filesystem refuses; the caller of the system call sees the code. */
export class FuseError extends Error {
  override readonly name = 'FuseError';
  readonly code: ErrnoCode;
  constructor(code: ErrnoCode, message: string = code) {
    super(message);
    this.code = code;
  }
}
