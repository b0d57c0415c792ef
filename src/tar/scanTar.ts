import { type ByteSource, SourceError } from '../bytes/byteSource.ts';
import { Pacer } from '../bytes/pacer.ts';
import { BLOCK_BYTES, isZeroBlock } from './headerBlock.ts';
import { HoppingWindow } from './hoppingWindow.ts';
import { TarMachine } from './tarMachine.ts';
import type { TarScan, TarScanOptions, TarVisitor } from './tarScan.ts';

/** Reads of what follows the end. */
const FIRST_TRAILING_BYTES = 16 * 1024;
const LARGEST_TRAILING_BYTES = 8 * 1024 * 1024;
const TRAILING_CHECKED_BYTES = 256 * 1024 * 1024;

/** Headers between two looks at the clock. */
const PACE_HEADERS = 256;

/** Reads all headers of a tar and hops over the contents. `visit` is called in archive order.
 *  Throws TarError (see `TarScanOptions.partial`), SourceError, and the signal's reason. */
export async function scanTar(source: ByteSource, visit: TarVisitor, options: TarScanOptions = {}): Promise<TarScan> {
  const machine = new TarMachine(visit, options);
  const pacer = new Pacer(options.signal);
  options.signal?.throwIfAborted();
  const window = new HoppingWindow(source);
  try {
    await feedAll(machine, source, window, pacer, options);
  } finally {
    await window.close();
  }
  const total = source.sizeBytes;
  const trailingStart = Math.min(machine.endOffset + machine.endBlocks * BLOCK_BYTES, total);
  const zeros = await isZeroToEnd(source, trailingStart, pacer);
  options.onProgress?.(total);
  return {
    entryCount: machine.entryCount,
    endOffset: machine.endOffset,
    totalBytes: total,
    trailing: { bytes: total - trailingStart, zeros },
    endBlocks: machine.endBlocks,
    findings: machine.findings.list(),
    error: machine.error,
  };
}

async function feedAll(
  machine: TarMachine,
  source: ByteSource,
  window: HoppingWindow,
  pacer: Pacer,
  options: TarScanOptions,
): Promise<void> {
  const total = source.sizeBytes;
  let untilLook = PACE_HEADERS;
  while (!machine.isDone) {
    const { wantOffset, wantLength } = machine;
    if (wantOffset + wantLength > total) {
      machine.finish(total, wantOffset < total ? await source.read(wantOffset, total - wantOffset) : new Uint8Array(0));
      return;
    }
    if (!window.holds(wantOffset, wantLength)) {
      if (source.readIntoSync) window.moveSync(wantOffset, wantLength);
      else await window.move(wantOffset, wantLength);
      if (!window.holds(wantOffset, wantLength))
        throw new SourceError('changed', wantOffset, `fewer bytes at ${wantOffset} than the source said it has`);
      options.signal?.throwIfAborted();
      options.onProgress?.(wantOffset);
    }
    machine.feed(window.bytes, wantOffset - window.start);
    if (--untilLook === 0) {
      untilLook = PACE_HEADERS;
      if (pacer.isDue) await pacer.pause();
    }
  }
}

async function isZeroToEnd(source: ByteSource, start: number, pacer: Pacer): Promise<boolean> {
  const end = Math.min(source.sizeBytes, start + TRAILING_CHECKED_BYTES);
  let length = FIRST_TRAILING_BYTES;
  for (let offset = start; offset < end;) {
    const bytes = await source.read(offset, Math.min(length, end - offset));
    if (!isZeroBlock(bytes, 0, bytes.length)) return false;
    if (bytes.length === 0) break;
    offset += bytes.length;
    length = Math.min(length * 4, LARGEST_TRAILING_BYTES);
    if (pacer.isDue) await pacer.pause();
  }
  return true;
}
