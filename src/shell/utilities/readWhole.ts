import { joinBytes } from '../../bytes/joinBytes.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { Process } from '../kernel/process.ts';
import { InputError, type TextInput } from './textInput.ts';

const MAX_BYTES = 256 * 1024 * 1024;

/** All of an input, for utilities that need its end first. Throws InputError EFBIG above 256 MiB. */
export async function readWhole(process: Process, input: TextInput): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for (;;) {
    const chunk = await input.read(1 << 20);
    if (chunk.length === 0) break;
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BYTES) throw new InputError('read', input.operand, new VfsError('EFBIG', 'read', ''));
    process.hold(chunk.length);
    chunks.push(chunk.slice());
    if (process.isDue) await process.pause();
  }
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  return joinBytes(chunks);
}
