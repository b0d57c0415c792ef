import { O_ACCMODE, O_RDONLY, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import type { Filesystem } from './filesystem.ts';
import type { OpenFile } from './openFile.ts';
import { PipeBuffer, PipeEnd } from './pipe.ts';
import type { Process } from './process.ts';

/** The bytes on their way through fifos, by inode, while somebody has one open. */
const buffers = new WeakMap<Filesystem, Map<number, PipeBuffer>>();

/** Opens a fifo (fifo(7)): for reading it waits for a writer, for writing for a reader. */
export function openFifo(
  process: Process,
  filesystem: Filesystem,
  stat: Stat,
  flags: number,
  path: string,
): OpenFile | Promise<OpenFile> {
  const ofFilesystem = buffers.get(filesystem) ?? new Map<number, PipeBuffer>();
  buffers.set(filesystem, ofFilesystem);
  let buffer = ofFilesystem.get(stat.inodeNumber);
  if (!buffer || (buffer.readers === 0 && buffer.writers === 0 && buffer.sizeBytes > 0)) {
    buffer = new PipeBuffer();
    ofFilesystem.set(stat.inodeNumber, buffer);
  }
  const access = flags & O_ACCMODE;
  const end = new PipeEnd(buffer, access === O_RDONLY ? 'read' : access === O_WRONLY ? 'write' : 'both', path, stat);
  const isReader = access === O_RDONLY;
  if (isReader ? buffer.writers > 0 : buffer.readers > 0) return end;
  return otherEnd(process, end, buffer, isReader ? 'writersSeen' : 'readersSeen');
}

async function otherEnd(
  process: Process,
  end: PipeEnd,
  buffer: PipeBuffer,
  other: 'readersSeen' | 'writersSeen',
): Promise<OpenFile> {
  const seen = buffer[other];
  try {
    while (buffer[other] === seen) await process.waitFor(buffer.change());
    return end;
  } catch (error) {
    end.close();
    throw error;
  }
}
