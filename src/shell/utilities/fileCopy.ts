import { O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { open } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { SIGNALS } from '../kernel/signals.ts';
import { isErrno } from './failure.ts';

/** As `Process.write`, to a file that need not be a descriptor: what nobody reads any more ends the process by
 *  SIGPIPE. */
export async function writeTo(process: Process, file: OpenFile, bytes: Uint8Array): Promise<void> {
  try {
    process.requireSize(file, bytes);
    const writing = file.write(bytes);
    if (writing) await process.waitFor(writing);
  } catch (error) {
    if (isErrno(error, 'EPIPE')) {
      process.kill(SIGNALS.PIPE);
      process.checkSignals();
    }
    throw error;
  }
}

const CHUNK_BYTES = 256 * 1024;

/** Everything that is left in one file, into the other. */
export async function copyContent(process: Process, from: OpenFile, to: OpenFile): Promise<number> {
  let copiedBytes = 0;
  for (;;) {
    const reading = from.read(CHUNK_BYTES);
    const chunk = reading instanceof Promise ? await process.waitFor(reading) : reading;
    if (chunk.length === 0) return copiedBytes;
    await writeTo(process, to, chunk);
    copiedBytes += chunk.length;
    if (process.isDue) await process.pause();
  }
}

/** Opens `path` to be written anew: an existing file keeps its inode. */
export function openForCopy(process: Process, path: string, mode: number, form: 'new' | 'existing') {
  const flags = form === 'new' ? O_WRONLY | O_CREAT | O_EXCL : O_WRONLY | O_TRUNC;
  return open(process, path, flags, mode);
}

export function openForReading(process: Process, path: string) {
  return open(process, path, O_RDONLY);
}
