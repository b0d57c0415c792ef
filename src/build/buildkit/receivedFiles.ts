import type { FileSet, SourceFile } from '../classic/contextFiles.ts';

/** A context as 0.8 had it: writing what a directory holds left it with the time of that (fsutil, DiskWriter). */
export class ReceivedFiles implements FileSet {
  readonly #files: FileSet;
  readonly #nowSec: number;
  #full: Set<string> | undefined;

  constructor(files: FileSet, nowMs: number) {
    this.#files = files;
    this.#nowSec = Math.floor(nowMs / 1000);
  }

  find(path: string): SourceFile | undefined {
    return this.#received(this.#files.find(path));
  }

  resolve(path: string): SourceFile | undefined {
    return this.#received(this.#files.resolve(path));
  }

  *below(path: string): Generator<SourceFile> {
    for (const file of this.#files.below(path)) yield this.#received(file) as SourceFile;
  }

  #received(file: SourceFile | undefined): SourceFile | undefined {
    if (file?.kind !== 'directory') return file;
    this.#full ??= this.#findFull();
    if (!this.#full.has(file.path)) return file;
    return { ...file, mtime: { sec: this.#nowSec, nsec: 0 }, sum: () => file.sum() };
  }

  /** Directories with something in them. */
  #findFull(): Set<string> {
    const full = new Set<string>();
    for (const { path } of this.#files.below('')) full.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
    return full;
  }
}
