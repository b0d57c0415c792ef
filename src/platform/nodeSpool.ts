import { joinBytes } from '../bytes/joinBytes.ts';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, unlinkSync, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { MemorySource, SourceError } from '../bytes/byteSource.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import type { Spool } from '../bytes/platform.ts';
import { FileSource, NodeFile } from './nodeFile.ts';

const writeAsync = promisify(write);

/** A spool of at most so many bytes stays in memory. */
const SMALL_SPOOL_BYTES = 256 * 1024;
const SMALL_INPUT_BYTES = 8 * 1024 * 1024;
const WRITE_BYTES = 1024 * 1024;

/** Temporary files that could not be unlinked while open (Windows). */
const leftFiles = new Set<string>();
process.once('exit', () => {
  for (const path of leftFiles) removeFile(path);
});

/** Bytes in memory until they are too many, then in a temporary file that has no name, so that nothing remains
 *  however the process ends. Throws SourceError 'write' when the disk is full. */
export class NodeSpool implements Spool {
  readonly #memoryBytes: number;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #writtenBytes = 0;
  #temporary: { readonly descriptor: number; readonly leftPath: string | undefined } | undefined;
  #file: NodeFile | undefined;
  #isFinished = false;
  #isDisposed = false;

  constructor(memoryBytes = SMALL_SPOOL_BYTES) {
    this.#memoryBytes = memoryBytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#checkOpen();
    if (bytes.length >= WRITE_BYTES && this.#temporary) {
      await this.#flush();
      await this.#writeOut(bytes);
      return;
    }
    this.#held.push(bytes.slice());
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > (this.#temporary ? WRITE_BYTES : this.#memoryBytes)) await this.#flush();
  }

  async finish(): Promise<ByteSource> {
    this.#checkOpen();
    this.#isFinished = true;
    if (!this.#temporary) return new MemorySource(joinBytes(this.#held));
    await this.#flush();
    this.#file = NodeFile.fromDescriptor(this.#temporary.descriptor);
    return new FileSource(this.#file);
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#held = [];
    if (this.#file) this.#file.close();
    else if (this.#temporary) closeSync(this.#temporary.descriptor);
    if (this.#temporary?.leftPath !== undefined) removeFile(this.#temporary.leftPath);
  }

  #checkOpen(): void {
    if (this.#isDisposed || this.#isFinished)
      throw new SourceError('closed', this.#writtenBytes, 'the spool is closed');
  }

  async #flush(): Promise<void> {
    if (this.#heldBytes === 0) return;
    const bytes = this.#held.length === 1 ? (this.#held[0] as Uint8Array) : joinBytes(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    await this.#writeOut(bytes);
  }

  async #writeOut(bytes: Uint8Array): Promise<void> {
    try {
      this.#temporary ??= createTemporaryFile();
      for (let done = 0; done < bytes.length;) {
        const { descriptor } = this.#temporary;
        const { bytesWritten } = await writeAsync(descriptor, bytes, done, bytes.length - done, this.#writtenBytes);
        done += bytesWritten;
        this.#writtenBytes += bytesWritten;
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const place = `a temporary file in ${tmpdir()}`;
      throw new SourceError('write', this.#writtenBytes, `${place} cannot be written: ${reason}`, error);
    }
  }
}

/** All of a stream, such as standard input, for reading at random. `dispose` frees what it takes. */
export async function spoolInput(
  readable: Readable,
): Promise<{ readonly source: ByteSource; readonly dispose: () => Promise<void> }> {
  const spool = new NodeSpool(SMALL_INPUT_BYTES);
  try {
    for await (const chunk of readable as AsyncIterable<Uint8Array | string>) {
      await spool.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    }
    return { source: await spool.finish(), dispose: () => spool.dispose() };
  } catch (error) {
    await spool.dispose();
    throw error;
  }
}

function createTemporaryFile(): { descriptor: number; leftPath: string | undefined } {
  const path = join(tmpdir(), `palimpsest-${randomBytes(8).toString('hex')}`);
  const descriptor = openSync(path, 'wx+', 0o600);
  if (process.platform !== 'win32' && removeFile(path)) return { descriptor, leftPath: undefined };
  leftFiles.add(path);
  return { descriptor, leftPath: path };
}

function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    leftFiles.delete(path);
    return true;
  } catch {
    return false;
  }
}
