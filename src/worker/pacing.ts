import type { ByteSource, LentBytes } from '../bytes/byteSource.ts';
import { nextTask } from '../bytes/nextTask.ts';
import type { Platform, Spool } from '../bytes/platform.ts';
import type { Host } from './host.ts';

/** Work over bytes that are in memory goes from microtask to microtask, and a message that says "cancel" waits for
 *  the end of all. So the streams that work is fed from stand aside now and then. */

/** Longest stretch between two turns of the event loop, ms. */
const STRETCH_MS = 24;

/** Bytes handed on at once: as compressed input they may become tens of times as many. */
const PIECE_BYTES = 256 * 1024;

let lastTurnMs = 0;

/** Lets other messages in when it is time. */
export async function standAside(): Promise<void> {
  if (performance.now() - lastTurnMs < STRETCH_MS) return;
  await nextTask();
  lastTurnMs = performance.now();
}

/** A host whose sources, spools and inflated streams stand aside. */
export function pacedHost(host: Host): Host {
  return {
    platform: pacedPlatform(host.platform),
    threads: host.threads,
    openBlob: (blob) => new PacedSource(host.openBlob(blob)),
    freeBytes: () => host.freeBytes(),
  };
}

function pacedPlatform(platform: Platform): Platform {
  return {
    createHash: (algorithm) => platform.createHash(algorithm),
    sha256: (bytes) => platform.sha256(bytes),
    createSpool: () => pacedSpool(platform.createSpool()),
    gunzip: (compressed, onTrailing, again) => paced(platform.gunzip(compressed, onTrailing, again)),
  };
}

function pacedSpool(spool: Spool): Spool {
  return {
    write: (bytes) => spool.write(bytes),
    finish: async () => new PacedSource(await spool.finish()),
    dispose: () => spool.dispose(),
  };
}

class PacedSource implements ByteSource {
  readonly sizeBytes: number;
  readonly lend?: () => LentBytes;
  readonly #origin: ByteSource;

  constructor(origin: ByteSource) {
    this.#origin = origin;
    this.sizeBytes = origin.sizeBytes;
    const lend = origin.lend?.bind(origin);
    if (lend) this.lend = lend;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#origin.read(offset, length);
  }

  slice(offset: number, length?: number): ByteSource {
    return new PacedSource(this.#origin.slice(offset, length));
  }

  stream(): AsyncIterable<Uint8Array> {
    return paced(this.#origin.stream());
  }
}

async function* paced(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      yield chunk.subarray(at, at + PIECE_BYTES);
      await standAside();
    }
  }
}
