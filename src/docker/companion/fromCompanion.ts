import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { ClientError, waitThrough } from '../client.ts';

/** Waits for what a companion answers. What it refuses, and that it is gone, is told in its words, with the status. */
export async function fromCompanion<T>(
  process: Process,
  answer: Promise<T>,
  prefix: string,
  status: number,
): Promise<T> {
  try {
    return await waitThrough(process, answer);
  } catch (error) {
    if (process.isKilled || error instanceof VfsError || !(error instanceof Error)) throw error;
    throw new ClientError(`${prefix}: ${error.message}`, status);
  }
}
