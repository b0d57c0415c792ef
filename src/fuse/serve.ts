import { closeSync, readSync, writeSync } from 'node:fs';
import { FuseDispatcher } from './dispatcher.ts';
import type { FuseFilesystem } from './fuseFilesystem.ts';
import { REQUEST_BUFFER_BYTES } from './init.ts';
import { invalidAttributes } from './reply.ts';
import type { RequestPace } from './requestPace.ts';

/** Why the kernel's requests ended. */
export type ServiceEnd = 'unmounted' | 'aborted';

/** Serves the requests that come from an open /dev/fuse until the filesystem is unmounted, then closes it. The thread
 *  is blocked meanwhile, but for the time that a filesystem takes to answer with a promise: one blocking read costs a
 *  tenth of an asynchronous one, and those would hold a thread of the pool for ever. So this belongs into a process of
 *  its own. */
export async function serveFuse(
  descriptor: number,
  filesystem: FuseFilesystem,
  onFault: (fault: unknown) => void,
  pace: RequestPace,
): Promise<ServiceEnd> {
  const dispatcher = new FuseDispatcher(filesystem, onFault);
  const buffer = new Uint8Array(REQUEST_BUFFER_BYTES);
  try {
    for (;;) {
      const lengthBytes = nextRequest(descriptor, buffer);
      if (lengthBytes === 'retry') continue;
      if (typeof lengthBytes === 'string') return lengthBytes;
      const outcome = dispatcher.answer(buffer.subarray(0, lengthBytes));
      const answer = outcome instanceof Promise ? await outcome : outcome;
      for (const node of filesystem.takeStale()) send(descriptor, invalidAttributes(node));
      if (answer) send(descriptor, answer);
      pace.note();
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Throws what is no sign of the connection's end. */
function nextRequest(descriptor: number, buffer: Uint8Array): number | ServiceEnd | 'retry' {
  try {
    return readSync(descriptor, buffer);
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENODEV':
        return 'unmounted';
      case 'ECONNABORTED':
        return 'aborted';
      case 'EINTR':
      case 'EAGAIN':
      case 'ENOENT': // the request was interrupted before it was read
        return 'retry';
      default:
        throw error;
    }
  }
}

function send(descriptor: number, answer: Uint8Array): void {
  try {
    writeSync(descriptor, answer);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // ENOENT: nobody waits for this answer any more, or the kernel does not know the node. ENODEV: unmounted meanwhile; the next read says so.
    if (code !== 'ENOENT' && code !== 'ENODEV') throw error;
  }
}
