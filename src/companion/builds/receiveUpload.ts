import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CompanionError } from '../companionError.ts';
import { PieceGatherer } from './pieceGatherer.ts';

export interface UploadBounds {
  readonly maxBytes: number;
  /** Without a byte, before the sender is given up. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

/** After a refusal the rest of a body is read and dropped, for a sender that is cut off never sees the answer. */
const DRAIN_BYTES = 256 * 1024 ** 2;
const DRAIN_MS = 10_000;
/** Chunks of a body are small, and each write is a trip to another thread. */
const WRITE_BYTES = 1024 * 1024;

/** Writes a body to a new file. Returns its size. Throws CompanionError `limit`, `timeout`, `cancelled`. */
export async function receiveUpload(
  body: Readable,
  declaredBytes: number | undefined,
  path: string,
  bounds: UploadBounds,
): Promise<number> {
  const { maxBytes } = bounds;
  const tooLarge = new CompanionError('limit', `the upload is larger than ${maxBytes} bytes`);
  if (declaredBytes !== undefined && declaredBytes > maxBytes) throw tooLarge;
  const file = await open(path, 'wx', 0o600);
  let sizeBytes = 0;
  const gatherer = new PieceGatherer();
  let gatheredBytes = 0;
  const flush = async (): Promise<void> => {
    const [first, ...others] = gatherer.take();
    if (first) await writeAll(file, others.length === 0 ? first : Buffer.concat([first, ...others]));
    gatheredBytes = 0;
  };
  try {
    for await (const chunk of timed(body, bounds)) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLarge;
      gatherer.add(chunk);
      gatheredBytes += chunk.length;
      if (gatheredBytes >= WRITE_BYTES) await flush();
    }
    await flush();
  } finally {
    await file.close();
  }
  if (!body.readableEnded) throw new CompanionError('cancelled', 'the upload ended early');
  return sizeBytes;
}

/** A body of a declared size in memory, in the pieces in which it came. Throws as `receiveUpload`. */
export function receiveInMemory(body: Readable, declaredBytes: number, bounds: UploadBounds): Promise<Buffer[]> {
  const { idleMs, signal } = bounds;
  const gatherer = new PieceGatherer();
  let sizeBytes = 0;
  return new Promise((resolve, reject) => {
    const end = (error?: CompanionError): void => {
      clearTimeout(timer);
      for (const name of ['data', 'end', 'error', 'close'] as const) body.off(name, listeners[name]);
      signal.removeEventListener('abort', abort);
      body.pause();
      if (error) reject(error);
      else resolve(gatherer.take());
    };
    const timer = setTimeout(() => end(stoodStill()), idleMs);
    const abort = (): void => end(wasCut(signal.reason));
    const listeners = {
      data: (chunk: Buffer) => {
        timer.refresh();
        sizeBytes += chunk.length;
        if (sizeBytes > declaredBytes) end(new CompanionError('request', 'the upload is longer than it said'));
        else gatherer.add(chunk);
      },
      end: () => end(),
      error: (error: Error) => end(wasCut(error)),
      close: () => end(wasCut(undefined)),
    };
    signal.addEventListener('abort', abort, { once: true });
    for (const name of ['data', 'end', 'error', 'close'] as const) body.on(name, listeners[name]);
    if (signal.aborted) abort();
    else if (body.destroyed) end(wasCut(undefined));
  });
}

function stoodStill(): CompanionError {
  return new CompanionError('timeout', 'the upload stands still');
}

function wasCut(cause: unknown): CompanionError {
  return cause instanceof CompanionError ? cause : new CompanionError('cancelled', 'the upload was cut off', cause);
}

type FileHandle = Awaited<ReturnType<typeof open>>;

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
}

/** Chunks of a body, none of which lets itself be waited for too long. The body is not destroyed: its connection
 *  carries the answer. */
async function* timed(body: Readable, { idleMs, signal }: UploadBounds): AsyncIterable<Buffer> {
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  for (;;) {
    signal.throwIfAborted();
    let timer: NodeJS.Timeout | undefined;
    const idle = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(stoodStill()), idleMs);
    });
    try {
      const next = await Promise.race([chunks.next(), idle]);
      if (next.done) return;
      yield next.value;
    } catch (error) {
      throw wasCut(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Reads on without keeping, within bounds; then the connection is cut. */
export function drain(body: Readable): void {
  let left = DRAIN_BYTES;
  const timer = setTimeout(() => body.destroy(), DRAIN_MS).unref();
  body.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) body.destroy();
  });
  for (const event of ['end', 'close']) body.once(event, () => clearTimeout(timer));
  body.once('error', () => undefined);
  body.resume();
}
