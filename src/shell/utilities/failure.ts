import { VfsError } from '../../vfs/vfsError.ts';
import { errnoText } from '../kernel/errnoText.ts';

/** The words for a call that failed. What is no VfsError is thrown on. */
export function causeOf(error: unknown): string {
  if (error instanceof VfsError) return errnoText(error.code);
  throw error;
}

/** Whether the call failed so; false for success elsewhere. */
export function isErrno(error: unknown, ...codes: VfsError['code'][]): boolean {
  return error instanceof VfsError && codes.includes(error.code);
}
