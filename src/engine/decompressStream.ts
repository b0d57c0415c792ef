import { joinBytes } from '../bytes/joinBytes.ts';
import type { TrailingBytes } from '../bytes/platform.ts';
import { CodecError } from '../codec/codecError.ts';
import { decompress } from '../codec/decompress.ts';
import { type Compression, sniffCompression, SNIFF_BYTES } from '../codec/sniff.ts';
import type { EngineCore } from './engineCore.ts';
import type { EngineError } from './engineError.ts';
import { archiveFault, streamFault, tarFault } from './messages.ts';
import type { EngineVintage } from './systemCalls.ts';

const GZIP_HEADER_BYTES = 10;

/** A stream that should be a tar, without its compression, which its first bytes tell (moby pkg/archive,
 *  DecompressStream). Chunks are valid until the next is asked for. Throws EngineError with the daemon's words: 20.10
 *  knows no zstd, and minds what comes after the end of a gzip stream. */
export async function* daemonTarStream(core: EngineCore, chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const head = await readHead(iterator);
  const found = sniffCompression(head);
  const compression: Compression = found === 'zstd' && core.vintage === '20.10' ? 'none' : found;
  // The daemon itself reads this much, before a helper sees anything.
  if (compression === 'gzip' && head.length < GZIP_HEADER_BYTES) throw archiveFault('unexpected EOF');
  const trailing: TrailingBytes[] = [];
  try {
    yield* decompress(compression, resumed(head, iterator), core.platform, (bytes) => trailing.push(bytes));
  } catch (error) {
    if (error instanceof CodecError && error.code === 'truncated' && compression === 'bzip2')
      throw streamFault(core.vintage, 'unexpected EOF', error);
    throw error instanceof CodecError ? codecFault(core.vintage, error) : error;
  }
  const after = trailing[0];
  if (after && compression === 'gzip' && core.vintage === '20.10')
    throw streamFault(core.vintage, after.kind === 'zeros' ? 'gzip: invalid header' : 'unexpected EOF');
}

function codecFault(vintage: EngineVintage, error: CodecError): EngineError {
  if (error.code === 'truncated') return tarFault(vintage, 'unexpected EOF', error);
  if (error.code === 'checksum') return streamFault(vintage, 'gzip: invalid checksum', error);
  return streamFault(vintage, error.message, error);
}

async function readHead(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < SNIFF_BYTES) {
    const { done, value } = await iterator.next();
    if (done) break;
    first.push(value.slice());
    length += value.length;
  }
  return joinBytes(first);
}

async function* resumed(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  if (head.length > 0) yield head;
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
}
