import { toHex } from '../bytes/hex.ts';
import type { Platform } from '../bytes/platform.ts';
import type { StoredFile } from '../persistence/stateStore.ts';

/** The bytes of an archive before it is opened: one file, or the files of a folder with their paths. */
export type Contents =
  | { readonly kind: 'file'; readonly fileName: string; readonly blob: Blob }
  | { readonly kind: 'folder'; readonly fileName: string; readonly files: readonly StoredFile[] };

/** Enough to tell whether a file is still the one that was indexed, at the cost of two small reads. */
export interface ContentsIdentity {
  readonly sizeBytes: number;
  /** Undefined where the source has none (a download). */
  readonly lastModifiedMs: number | undefined;
  /** sha256 of the first and the last 64 KiB; of a folder, of its files' paths, sizes and times. */
  readonly digest: string;
}

const PROBE_BYTES = 64 * 1024;

export function contentsSizeBytes(contents: Contents): number {
  if (contents.kind === 'file') return contents.blob.size;
  return contents.files.reduce((sum, file) => sum + file.blob.size, 0);
}

export async function identify(contents: Contents, platform: Platform): Promise<ContentsIdentity> {
  const probe =
    contents.kind === 'file'
      ? await headAndTail(contents.blob)
      : new TextEncoder().encode(JSON.stringify(contents.files.map(describeFile)));
  return {
    sizeBytes: contentsSizeBytes(contents),
    lastModifiedMs: contents.kind === 'file' ? lastModifiedMs(contents.blob) : undefined,
    digest: toHex(await platform.sha256(probe)),
  };
}

export function isSameContents(a: ContentsIdentity, b: ContentsIdentity): boolean {
  const sameTime =
    a.lastModifiedMs === undefined || b.lastModifiedMs === undefined || a.lastModifiedMs === b.lastModifiedMs;
  return sameTime && a.sizeBytes === b.sizeBytes && a.digest === b.digest;
}

async function headAndTail(blob: Blob): Promise<Uint8Array> {
  const ends = new Blob([blob.slice(0, PROBE_BYTES), blob.slice(Math.max(PROBE_BYTES, blob.size - PROBE_BYTES))]);
  return new Uint8Array(await ends.arrayBuffer());
}

function describeFile(file: StoredFile): readonly unknown[] {
  return [file.path, file.blob.size, lastModifiedMs(file.blob)];
}

function lastModifiedMs(blob: Blob): number | undefined {
  return blob instanceof File ? blob.lastModified : undefined;
}
