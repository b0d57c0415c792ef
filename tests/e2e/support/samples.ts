import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sampleArchives } from '../../support/sampleArchives.ts';
import { damagedArchives } from '../../support/damagedArchives.ts';

/** The project's own small archives as files, for a browser to be given. */
export class Samples {
  readonly #dir = mkdtempSync(join(tmpdir(), 'palimpsest-e2e-'));

  constructor() {
    for (const [name, bytes] of [...sampleArchives(), ...damagedArchives()]) this.write(name, bytes);
  }

  path(name: string): string {
    return join(this.#dir, name);
  }

  write(name: string, bytes: Uint8Array): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    return path;
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
