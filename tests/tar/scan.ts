import { decodeName } from '../../src/bytes/byteName.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { scanTar } from '../../src/tar/scanTar.ts';
import { scanTarStream } from '../../src/tar/scanTarStream.ts';
import { type TarEntry, keepEntry } from '../../src/tar/tarEntry.ts';
import type { TarScan, TarScanOptions } from '../../src/tar/tarScan.ts';

export interface Scanned {
  readonly entries: readonly TarEntry[];
  readonly scan: TarScan;
}

export async function hop(tar: Uint8Array, options: TarScanOptions = {}): Promise<Scanned> {
  const entries: TarEntry[] = [];
  const scan = await scanTar(new MemorySource(tar), (entry) => entries.push(keepEntry(entry)), options);
  return { entries, scan };
}

/** Streams in chunks of one buffer that is used again and again. */
export async function stream(tar: Uint8Array, chunkBytes: number, options: TarScanOptions = {}) {
  const entries: TarEntry[] = [];
  const contents: Buffer[] = [];
  const ended: string[] = [];
  const pieces = new Map<TarEntry, Buffer[]>();
  const sink = {
    onContent(entry: TarEntry, piece: Uint8Array) {
      pieces.set(entry, [...(pieces.get(entry) ?? []), Buffer.from(piece)]);
    },
    onContentEnd(entry: TarEntry) {
      ended.push(decodeName(entry.name));
      contents.push(Buffer.concat(pieces.get(entry) ?? []));
    },
  };
  const visit = (entry: TarEntry) => entries.push(keepEntry(entry));
  const scan = await scanTarStream(reusedChunks(tar, chunkBytes), visit, { ...options, sink });
  return { entries, scan, contents, ended };
}

async function* reusedChunks(tar: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(chunkBytes);
  for (let at = 0; at < tar.length; at += chunkBytes) {
    const part = tar.subarray(at, at + chunkBytes);
    buffer.set(part);
    yield buffer.subarray(0, part.length);
    buffer.fill(0xee);
  }
}

export function names(entries: readonly TarEntry[]): readonly string[] {
  return entries.map((entry) => decodeName(entry.name));
}
