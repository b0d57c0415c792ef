import { folderContext } from '../../../docker/build/folderContext.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { writeTar } from '../../../tar/writeTar.ts';
import { WorkerError } from '../../faults.ts';
import type { ContextRequest } from './buildsProtocol.ts';

/** What a companion takes at most is more; a page holds it all in memory. */
const MAX_CONTEXT_BYTES = 512 * 2 ** 20;

/** The context as the classic client packs it, Dockerfile and ignore file among it. */
export async function packContext(process: Process, { folder, dockerfile }: ContextRequest): Promise<Blob> {
  const parts: BlobPart[] = [];
  let sizeBytes = 0;
  for await (const chunk of writeTar(folderContext(process, { folder, dockerfile, added: [] }))) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_CONTEXT_BYTES)
      throw new WorkerError('read', `the context is larger than ${MAX_CONTEXT_BYTES} bytes`, { path: folder });
    parts.push(chunk.slice());
  }
  return new Blob(parts, { type: 'application/x-tar' });
}
