import { decodeName } from '../../../bytes/byteName.ts';
import { OpenFile } from '../../../shell/kernel/openFile.ts';
import { plainStat } from '../../../shell/kernel/noStat.ts';
import { S_IFIFO } from '../../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../../vfs/overlay/stat.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** A file that keeps what is written to it, as the other end of a pipe does that is always read. */
export class CaptureFile extends OpenFile {
  readonly path: string;
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  constructor(name: string) {
    super();
    this.path = name;
  }

  read(): Uint8Array {
    return new Uint8Array(0);
  }

  write(bytes: Uint8Array): undefined {
    this.#sizeBytes += bytes.length;
    if (this.#sizeBytes <= MAX_BYTES) this.#chunks.push(bytes.slice());
  }

  stat(): Stat {
    return plainStat(S_IFIFO | 0o600, 0);
  }

  /** What was written since it was last taken. */
  take(): string {
    const bytes = new Uint8Array(this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [];
    this.#sizeBytes = 0;
    return decodeName(bytes);
  }

  protected release(): void {}
}
