import { CodecError } from '../../codec/codecError.ts';
import type { GzipLevel } from '../../codec/gzipWriter.ts';
import { type Compression, sniffCompression, SNIFF_BYTES } from '../../codec/sniff.ts';
import { isDirectory, isRegular, isSymlink } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import {
  chmod,
  lchown,
  lstat,
  lstatIfThere,
  open,
  readdir,
  stat,
  statIfThere,
  unlink,
  utimes,
} from '../kernel/calls.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { askYes } from './ask.ts';
import { chunksOf, decoded, encoded } from './codecStreams.ts';
import { causeOf, isErrno } from './failure.ts';
import { writeTo } from './fileCopy.ts';
import { joinPath, lastComponent } from './paths.ts';

/** What the programs of one format have their own way of. */
export interface CompressorForm {
  readonly compression: Exclude<Compression, 'none'>;
  /** Of compressed files, the usual one first, with what a decompressed one ends in. */
  readonly suffixes: readonly (readonly [string, string])[];
  readonly words: CompressorWords;
  /** What `-v` says of a file that is done, where it is not gzip's line. `path` is undefined for standard input. */
  readonly doneText?: DoneText | undefined;
  /** Of everything that is odd but no error. */
  readonly warningStatus: number;
  readonly keepsInput: boolean;
  /** 1 unless told. */
  readonly wrongFormatStatus?: number;
}

export type DoneText = (mode: CompressorTask['mode'], path: string | undefined, sizes: DoneSizes) => string;

export interface DoneSizes {
  readonly plainBytes: number;
  readonly packedBytes: number;
}

export interface CompressorWords {
  missing(path: string, cause: string): string;
  directory(path: string): string;
  hasSuffix(path: string, suffix: string): string;
  unknownSuffix(path: string): string;
  exists(path: string): string;
  /** `path` is undefined for standard input. */
  wrongFormat(path: string | undefined): string;
  truncated(path: string | undefined): string;
  corrupt(path: string | undefined, message: string): string;
  terminal(): string;
}

export interface CompressorTask {
  readonly mode: 'compress' | 'decompress' | 'test';
  readonly toStdout: boolean;
  readonly keep: boolean;
  readonly force: boolean;
  readonly recursive: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly level: GzipLevel;
  readonly suffix: string | undefined;
  /** gzip's header carries the name and time of the file. */
  readonly withName: boolean;
  /** `-o FILE`. */
  readonly output: string | undefined;
}

/** Compresses or decompresses files in place, or standard input. Gives the status. */
export class Compressor {
  readonly #process: Process;
  readonly #form: CompressorForm;
  readonly #task: CompressorTask;
  #status = 0;

  constructor(process: Process, form: CompressorForm, task: CompressorTask) {
    this.#process = process;
    this.#form = form;
    this.#task = task;
  }

  async run(operands: readonly string[]): Promise<number> {
    for (const operand of operands.length > 0 ? operands : ['-']) {
      if (operand === '-') await this.#standardInput();
      else await this.#operand(operand);
    }
    return this.#status;
  }

  async #standardInput(): Promise<void> {
    const process = this.#process;
    const end = this.#task.mode === 'compress' ? process.files.get(1) : process.files.get(0);
    if (end?.isTerminal && !this.#task.force) {
      await this.#warn(this.#form.words.terminal(), 1);
      return;
    }
    try {
      const sizes = await this.#transform(process.file(0), undefined, process.file(1), undefined);
      if (this.#task.verbose && this.#form.doneText) await this.#tell(undefined, undefined, sizes);
    } catch (error) {
      await this.#codecFault(error, undefined);
    }
  }

  async #operand(path: string): Promise<void> {
    const process = this.#process;
    const { words } = this.#form;
    let name = path;
    let found: Stat;
    try {
      found = this.#task.toStdout ? stat(process, name) : lstat(process, name);
      if (isSymlink(found.mode)) {
        // gzip opens with O_NOFOLLOW.
        if (!this.#task.force && this.#form.compression === 'gzip') throw new VfsError('ELOOP', 'open', name);
        found = stat(process, name);
      }
    } catch (error) {
      const suffix = this.#form.suffixes[0]?.[0] ?? '';
      const other = this.#task.mode === 'compress' ? undefined : statIfThere(process, path + suffix);
      const cause = causeOf(error);
      if (!other || !isErrno(error, 'ENOENT')) {
        await this.#fail(words.missing(path, cause));
        return;
      }
      name = path + suffix;
      found = other;
    }
    if (isDirectory(found.mode)) {
      if (this.#task.recursive) await this.#tree(name);
      else await this.#warn(words.directory(name), this.#form.warningStatus);
      return;
    }
    await this.#file(name, found);
  }

  async #tree(path: string): Promise<void> {
    try {
      for (const { name } of readdir(this.#process, path)) await this.#operand(joinPath(path, name));
    } catch (error) {
      await this.#fail(this.#form.words.missing(path, causeOf(error)));
    }
  }

  async #file(path: string, found: Stat): Promise<void> {
    const process = this.#process;
    const { mode, toStdout, keep } = this.#task;
    const writesFile = !toStdout && mode !== 'test';
    let target: string | undefined;
    if (writesFile) {
      target = this.#task.output ?? (await this.#targetName(path));
      if (target === undefined) return;
      if (!(await this.#makeRoom(target))) return;
    }
    if (!writesFile && mode === 'compress' && process.files.get(1)?.isTerminal && !this.#task.force) {
      await this.#warn(this.#form.words.terminal(), 1);
      return;
    }
    let input: OpenFile | undefined;
    let output: OpenFile | undefined;
    try {
      input = await open(process, path, O_RDONLY);
      output = target === undefined ? undefined : await open(process, target, O_WRONLY | O_CREAT | O_EXCL, 0o600);
      const sizes = await this.#transform(input, path, output ?? process.file(1), found);
      output?.close();
      output = undefined;
      if (target !== undefined) {
        this.#dress(target, found);
        if (!keep && !this.#form.keepsInput) unlink(process, path);
      }
      if (this.#task.verbose) await this.#tell(path, target, sizes);
    } catch (error) {
      output?.close();
      output = undefined;
      if (target !== undefined && lstatIfThere(process, target)) unlink(process, target);
      await this.#codecFault(error, path);
    } finally {
      input?.close();
    }
  }

  async #targetName(path: string): Promise<string | undefined> {
    const { words, suffixes, warningStatus } = this.#form;
    const own = this.#task.suffix;
    const pairs: readonly (readonly [string, string])[] = own === undefined ? suffixes : [[own, ''], ...suffixes];
    const pair = pairs.find(([suffix]) => path.endsWith(suffix) && lastComponent(path) !== suffix);
    if (this.#task.mode === 'compress') {
      if (pair && !this.#task.force) {
        await this.#warn(words.hasSuffix(path, pair[0]), this.#form.compression === 'gzip' ? 0 : warningStatus);
        return undefined;
      }
      return path + (pairs[0]?.[0] ?? '');
    }
    if (pair) return path.slice(0, -pair[0].length) + pair[1];
    await this.#warn(words.unknownSuffix(path), warningStatus);
    return undefined;
  }

  async #makeRoom(target: string): Promise<boolean> {
    const process = this.#process;
    if (!lstatIfThere(process, target)) return true;
    if (!this.#task.force) {
      const isAsked = process.files.get(0)?.isTerminal === true && this.#form.compression === 'gzip';
      const question = `${process.name}: ${target} already exists; do you wish to overwrite (y or n)? `;
      if (!isAsked || !(await askYes(process, question))) {
        await this.#warn(
          this.#form.words.exists(target),
          this.#form.compression === 'xz' ? 1 : this.#form.warningStatus,
        );
        return false;
      }
    }
    unlink(process, target);
    return true;
  }

  /** Owner, mode and times of the file that it was made of. */
  #dress(target: string, { uid, gid, mode, atime, mtime }: Stat): void {
    const process = this.#process;
    try {
      lchown(process, target, uid, gid);
    } catch (error) {
      if (!isErrno(error, 'EPERM')) throw error;
    }
    chmod(process, target, mode & 0o7777);
    utimes(process, target, atime, mtime);
  }

  async #transform(
    input: OpenFile,
    path: string | undefined,
    output: OpenFile,
    found: Stat | undefined,
  ): Promise<{ readonly inBytes: number; readonly outBytes: number }> {
    const process = this.#process;
    const { compression } = this.#form;
    let inBytes = 0;
    let outBytes = 0;
    const counted = async function* () {
      for await (const chunk of chunksOf(process, input)) {
        inBytes += chunk.length;
        yield chunk;
      }
    };
    const result =
      this.#task.mode === 'compress'
        ? this.#named(encoded(compression, counted(), this.#task.level), path, found)
        : this.#checked(counted(), path);
    for await (const piece of result) {
      outBytes += piece.length;
      if (this.#task.mode === 'test') continue;
      // A decoder uses its buffer again; a pipe keeps what it is given.
      await writeTo(process, output, this.#task.mode === 'compress' ? piece : piece.slice());
      if (process.isDue) await process.pause();
    }
    return { inBytes, outBytes };
  }

  /** Decodes what begins as it should; with `-cdf`, passes anything else on. */
  async *#checked(chunks: AsyncIterable<Uint8Array>, path: string | undefined): AsyncGenerator<Uint8Array> {
    const { compression } = this.#form;
    const iterator = chunks[Symbol.asyncIterator]();
    let head: Uint8Array = new Uint8Array(0);
    while (head.length < SNIFF_BYTES) {
      const next = await iterator.next();
      if (next.done) break;
      const grown = new Uint8Array(head.length + next.value.length);
      grown.set(head);
      grown.set(next.value, head.length);
      head = grown;
    }
    const rest = { [Symbol.asyncIterator]: () => iterator };
    const whole = (async function* () {
      if (head.length > 0) yield head;
      yield* rest;
    })();
    const kind = sniffCompression(head);
    // gunzip and xz read some of the others' formats; each reads its own here.
    if (kind === compression) yield* decoded(compression, whole);
    else if (this.#task.force && this.#task.toStdout && this.#task.mode === 'decompress') yield* whole;
    else if (head.length === 0 && compression !== 'xz') throw new CodecError('truncated', 0, 'no data');
    else throw new WrongFormat(path);
  }

  /** Puts the name and time into a gzip header (RFC 1952 2.3). */
  async *#named(
    pieces: AsyncIterable<Uint8Array>,
    path: string | undefined,
    found: Stat | undefined,
  ): AsyncGenerator<Uint8Array> {
    const { compression } = this.#form;
    let isFirst = compression === 'gzip';
    for await (const piece of pieces) {
      if (!isFirst) {
        yield piece;
        continue;
      }
      isFirst = false;
      yield withHeader(piece, this.#task, path, found && isRegular(found.mode) ? found.mtime.sec : 0);
    }
  }

  async #tell(
    path: string | undefined,
    target: string | undefined,
    { inBytes, outBytes }: { readonly inBytes: number; readonly outBytes: number },
  ): Promise<void> {
    const [plainBytes, packedBytes] = this.#task.mode === 'compress' ? [inBytes, outBytes] : [outBytes, inBytes];
    if (this.#form.doneText) {
      const text = this.#form.doneText(this.#task.mode, path, { plainBytes, packedBytes });
      await this.#process.write(2, `${text}\n`);
      return;
    }
    if (this.#task.mode === 'test') {
      await this.#process.write(2, `${path}:\t OK\n`);
      return;
    }
    const ratio = plainBytes === 0 ? 0 : 100 - (100 * packedBytes) / plainBytes;
    const done = target === undefined ? '' : ` -- ${this.#task.keep ? 'created' : 'replaced with'} ${target}`;
    await this.#process.write(2, `${path}:\t${ratio.toFixed(1).padStart(5)}%${done}\n`);
  }

  async #codecFault(error: unknown, path: string | undefined): Promise<void> {
    const { words } = this.#form;
    if (error instanceof WrongFormat) {
      await this.#fail(words.wrongFormat(path));
      this.#status = Math.max(this.#status, this.#form.wrongFormatStatus ?? 1);
    } else if (!(error instanceof CodecError)) {
      const cause = causeOf(error);
      await this.#fail(words.missing(path ?? 'stdin', cause));
    } else if (error.code === 'truncated') await this.#fail(words.truncated(path));
    else await this.#fail(words.corrupt(path, error.message));
  }

  async #warn(message: string, status: number): Promise<void> {
    this.#status = Math.max(this.#status, status);
    if (!this.#task.quiet) await this.#process.write(2, `${message}\n`);
  }

  async #fail(message: string): Promise<void> {
    this.#status = 1;
    await this.#process.write(2, `${message}\n`);
  }
}

class WrongFormat extends Error {
  override readonly name = 'WrongFormat';
  constructor(path: string | undefined) {
    super(path ?? 'stdin');
  }
}

const FNAME = 8;
const UNIX = 3;

/** The header of GNU gzip in the place of the one that the compressor wrote, which is ten bytes long. */
function withHeader(
  piece: Uint8Array,
  { level, withName }: CompressorTask,
  path: string | undefined,
  mtimeSec: number,
): Uint8Array {
  const isNamed = withName && path !== undefined;
  const name = isNamed ? [...new TextEncoder().encode(lastComponent(path)), 0] : [];
  const time = isNamed && mtimeSec > 0 && mtimeSec < 2 ** 32 ? mtimeSec : 0;
  const effort = level === 9 ? 2 : level === 1 ? 4 : 0;
  const header = [
    0x1f,
    0x8b,
    8,
    isNamed ? FNAME : 0,
    time & 255,
    (time >>> 8) & 255,
    (time >>> 16) & 255,
    (time >>> 24) & 255,
    effort,
    UNIX,
    ...name,
  ];
  const whole = new Uint8Array(header.length + piece.length - 10);
  whole.set(header);
  whole.set(piece.subarray(10), header.length);
  return whole;
}
