import { readFileContent } from '../archive/fileContent.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import { toHex } from '../bytes/hex.ts';
import { EntryKind } from '../vfs/layerTree.ts';
import { collectBlob } from './blobWriter.ts';
import type { CallWork } from './calls.ts';
import { WorkerError } from './faults.ts';
import type { FileRef } from './protocol.ts';
import type { Session } from './session.ts';
import { transfer } from './transfer.ts';

/** `ExplorerService.readFile`, `fileBlob` and `fileDigest`: one layer's version of a file, hidden ones too. */

const MAX_READ_BYTES = 16 * 1024 * 1024;

/** A sparse file may claim terabytes and cost its archive nothing: no Blob is made of such. */
const MAX_BLOB_BYTES = 64 * 1024 ** 3;

export async function readFile(session: Session, file: FileRef, offset: number, length: number): Promise<Uint8Array> {
  const source = await fileContent(session, file);
  // A copy: what a source returns may share a large buffer, which would be cloned whole.
  const bytes = (await source.read(offset, Math.min(length, MAX_READ_BYTES))).slice();
  return transfer(bytes, [bytes.buffer]);
}

export async function fileBlob(session: Session, file: FileRef, work: CallWork): Promise<Blob> {
  const source = await untilAborted(fileContent(session, file), work.signal);
  if (source.sizeBytes > MAX_BLOB_BYTES) {
    throw new WorkerError('limit', `a file of ${source.sizeBytes} bytes is more than a page can hold`);
  }
  return collectBlob(source.stream(), { phase: 'read', totalBytes: source.sizeBytes }, work);
}

export async function fileDigest(session: Session, file: FileRef, work: CallWork): Promise<string> {
  const source = await untilAborted(fileContent(session, file), work.signal);
  const hash = work.platform.createHash('sha256');
  let doneBytes = 0;
  for await (const chunk of source.stream()) {
    work.signal.throwIfAborted();
    hash.update(chunk);
    doneBytes += chunk.length;
    work.onProgress({ phase: 'digest', doneBytes, totalBytes: source.sizeBytes });
  }
  return `sha256:${toHex(hash.digest())}`;
}

/** Under the archive's own signal: the layer's content is opened once for all who read of it. */
async function fileContent(session: Session, file: FileRef): Promise<ByteSource> {
  const opened = session.archive(file.archiveId);
  const index = opened.layerOfImage(file.image, file.layer);
  const tree = await opened.tree(index);
  const isFile = tree !== undefined && file.entry < tree.length && tree.kind(file.entry) === EntryKind.file;
  if (!isFile) throw new WorkerError('badRequest', `entry ${file.entry} of layer ${file.layer} is no file`);
  const layer = (await opened.contents()).layers[index];
  if (!layer) throw new WorkerError('internal', `layer ${index} is not in the archive any more`);
  return readFileContent(layer, tree, file.entry, await session.calls.work('', opened.lifetime.signal));
}

/** The promise, or the signal's reason if that comes first; the work itself goes on. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
