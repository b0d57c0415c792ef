import { randomBytes } from 'node:crypto';
import { open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CliError } from './cliError.ts';
import type { CommandContext } from './command.ts';

/** Bytes gathered before a write to the file: headers and small files come in pieces of 512. */
const WRITE_BYTES = 1024 * 1024;

/** Writes chunks to a file, whole or not at all: they go to a new file beside it, which takes its name at the end.
 *  `-` is standard output. Returns the bytes written. */
export async function writeOutput(
  path: string,
  existing: 'refuse' | 'replace',
  chunks: AsyncIterable<Uint8Array>,
  context: CommandContext,
): Promise<number> {
  if (path === '-') return writeToStandardOutput(chunks, context);
  await requireNewFile(path, existing);
  const partial = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.part`);
  const file = await open(partial, 'wx', 0o666).catch((error: NodeJS.ErrnoException) => {
    context.noteFile(path);
    throw Object.assign(error, { path: dirname(path) });
  });
  let isDone = false;
  context.onExit(async () => {
    if (!isDone) await unlink(partial);
  });
  let writtenBytes = 0;
  try {
    for await (const piece of gather(chunks)) {
      context.signal.throwIfAborted();
      for (let done = 0; done < piece.length;) {
        const { bytesWritten } = await file.write(piece, done, piece.length - done);
        done += bytesWritten;
      }
      writtenBytes += piece.length;
    }
  } finally {
    await file.close();
  }
  // Someone may have made it meanwhile.
  await requireNewFile(path, existing);
  await rename(partial, path);
  isDone = true;
  return writtenBytes;
}

async function writeToStandardOutput(chunks: AsyncIterable<Uint8Array>, context: CommandContext): Promise<number> {
  if (context.output.isTerminal) {
    throw new CliError('usage', 'a tar is not written to a terminal: give -o FILE, or send the output elsewhere');
  }
  let writtenBytes = 0;
  for await (const piece of gather(chunks)) {
    context.signal.throwIfAborted();
    await context.output.bytes(piece);
    writtenBytes += piece.length;
  }
  return writtenBytes;
}

/** Whether a file may be written at that path. Throws CliError `output`. */
export async function requireNewFile(path: string, existing: 'refuse' | 'replace'): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found?.isDirectory()) throw new CliError('output', `${path}: is a folder`);
  if (found && existing === 'refuse') throw new CliError('output', `${path}: is there already; --force replaces it`);
}

/** Small chunks together, large ones as they are. What is yielded is valid until the next is asked for. */
async function* gather(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const buffer = new Uint8Array(WRITE_BYTES);
  let used = 0;
  for await (const chunk of chunks) {
    if (used + chunk.length > buffer.length && used > 0) {
      yield buffer.subarray(0, used);
      used = 0;
    }
    if (chunk.length > buffer.length) {
      yield chunk;
      continue;
    }
    buffer.set(chunk, used);
    used += chunk.length;
  }
  if (used > 0) yield buffer.subarray(0, used);
}
