import { Crc64 } from './crc64.ts';
import { crc32 } from './crc32.ts';
import { createSoftwareHash } from './hash.ts';

/** The check behind each block of an xz stream (xz-file-format 3.4 and 2.1.1.2). */
export interface XzCheck {
  update(bytes: Uint8Array): void;
  /** As it is stored, or undefined for a kind that is only stepped over, as xz does. */
  digest(): Uint8Array | undefined;
}

/** Bytes that a check takes, by its kind. */
export const XZ_CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const;

export function createXzCheck(kind: number): XzCheck {
  if (kind === 1) return new Crc32Check();
  if (kind === 4) return new Crc64();
  if (kind === 10) return createSoftwareHash('sha256');
  return { update: () => undefined, digest: () => undefined };
}

class Crc32Check implements XzCheck {
  #crc = 0;

  update(bytes: Uint8Array): void {
    this.#crc = crc32(bytes, this.#crc);
  }

  digest(): Uint8Array {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, this.#crc, true);
    return bytes;
  }
}
