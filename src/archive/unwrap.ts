import type { ByteSource } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';
import { CodecError } from '../codec/codecError.ts';
import { decompress } from '../codec/decompress.ts';
import { SNIFF_BYTES, sniffCompression, sniffForeignCompression, type Compression } from '../codec/sniff.ts';
import { ArchiveError } from './archive.ts';
import type { ArchiveFindings } from './finding.ts';
import type { Resources } from './storedLayer.ts';

/** Compressed in compressed: more is no accident. */
const MAX_NESTING = 4;
/** A compressed archive that unpacks to more is refused; an archive of that size is opened uncompressed. */
const MAX_SPOOLED_BYTES = 64 * 2 ** 30;

export interface Unwrapped {
  readonly source: ByteSource;
  /** Outermost first. */
  readonly compressions: readonly Compression[];
  /** The stream broke off; `source` holds what came before. */
  readonly fault: CodecError | undefined;
}

/** Undoes the compression of a whole file, told from its bytes, into a spool. Throws ArchiveError. */
export async function unwrap(
  fileName: string,
  file: ByteSource,
  findings: ArchiveFindings,
  resources: Resources,
  work: Work,
): Promise<Unwrapped> {
  const compressions: Compression[] = [];
  let source = file;
  let fault: CodecError | undefined;
  for (;;) {
    const head = await source.read(0, SNIFF_BYTES);
    const compression = sniffCompression(head);
    if (compression === 'none') {
      refuseForeign(fileName, head);
      return { source, compressions, fault };
    }
    if (compressions.length === MAX_NESTING) {
      throw new ArchiveError('limit', '', 0, `${fileName}: is compressed more than ${MAX_NESTING} times over`);
    }
    compressions.push(compression);
    if (compressions.length === 2) findings.warning('compressedTwice', { compression });
    const spooled = await spool(fileName, source, compression, findings, resources, work);
    fault ??= spooled.fault;
    source = spooled.source;
  }
}

function refuseForeign(fileName: string, head: Uint8Array): void {
  const foreign = sniffForeignCompression(head);
  if (foreign === undefined) return;
  throw new ArchiveError('unknownFormat', '', 0, `${fileName}: is ${foreign} data, which is not opened`);
}

async function spool(
  fileName: string,
  source: ByteSource,
  compression: Compression,
  findings: ArchiveFindings,
  resources: Resources,
  work: Work,
): Promise<{ source: ByteSource; fault: CodecError | undefined }> {
  const target = work.platform.createSpool();
  resources.add(target);
  let writtenBytes = 0;
  let fault: CodecError | undefined;
  const chunks = decompress(compression, withProgress(source, work), work.platform, (trailing) =>
    findings.warning('trailingBytes', { kind: trailing.kind, offset: trailing.offset, bytes: trailing.sizeBytes }),
  );
  try {
    for await (const chunk of chunks) {
      work.signal?.throwIfAborted();
      writtenBytes += chunk.length;
      if (writtenBytes > MAX_SPOOLED_BYTES) {
        throw new ArchiveError('limit', '', undefined, `${fileName}: unpacks to over ${MAX_SPOOLED_BYTES} bytes`);
      }
      await target.write(chunk);
    }
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    if (writtenBytes === 0) throw asArchiveError(fileName, error);
    fault = error;
  }
  return { source: await target.finish(), fault };
}

async function* withProgress(source: ByteSource, work: Work): AsyncIterable<Uint8Array> {
  let doneBytes = 0;
  for await (const chunk of source.stream()) {
    yield chunk;
    doneBytes += chunk.length;
    work.onProgress?.({ phase: 'decompress', doneBytes, totalBytes: source.sizeBytes });
  }
}

/** A fault of the file's own compression. */
export function asArchiveError(fileName: string, error: CodecError): ArchiveError {
  const code = error.code === 'truncated' ? 'truncated' : error.code === 'limit' ? 'limit' : 'corrupt';
  return new ArchiveError(code, '', error.offset, `${fileName}: ${error.message}`, error);
}
