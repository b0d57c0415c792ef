import { Readable, Writable } from 'node:stream';
import { runCommandLine } from '../../src/cli/main.ts';

export interface CliRun {
  readonly code: number;
  readonly bytes: Buffer;
  readonly out: string;
  readonly err: string;
}

export interface CliSurroundings {
  readonly input?: Uint8Array;
  readonly environment?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** Runs the command line in this process, its streams in memory. */
export async function runCli(words: readonly string[], surroundings: CliSurroundings = {}): Promise<CliRun> {
  const out = new Gathered();
  const err = new Gathered();
  const code = await runCommandLine(words, {
    input: Readable.from(surroundings.input ? [Buffer.from(surroundings.input)] : []),
    output: out,
    errors: err,
    environment: surroundings.environment ?? {},
    signal: surroundings.signal ?? new AbortController().signal,
    version: '1.2.3',
  });
  return { code, bytes: out.bytes(), out: out.bytes().toString(), err: err.bytes().toString() };
}

class Gathered extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(Buffer.from(chunk));
    done();
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
