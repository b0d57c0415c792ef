import { lstat, readFile } from 'node:fs/promises';
import { MAX_DOCKERFILE_LENGTH } from '../../build/parse/parseDockerfile.ts';
import { CliError } from '../cliError.ts';
import type { CommandContext } from '../command.ts';

/** What reading them takes of a command's surroundings. */
export type ReadingContext = Pick<CommandContext, 'input' | 'signal' | 'noteFile'>;

/** The text of a Dockerfile or ignore file; `-` is standard input. A byte order mark stays: the parser knows it. */
export async function readText(path: string, context: ReadingContext): Promise<string> {
  const bytes = path === '-' ? await readInput(context) : await readBounded(path);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** The same, or undefined when there is no such file. */
export async function readTextIfThere(path: string, context: ReadingContext): Promise<string | undefined> {
  try {
    return await readText(path, context);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function readBounded(path: string): Promise<Uint8Array> {
  const { size } = await lstat(path);
  if (size > MAX_DOCKERFILE_LENGTH) throw tooLarge();
  const bytes = await readFile(path);
  if (bytes.length > MAX_DOCKERFILE_LENGTH) throw tooLarge();
  return bytes;
}

async function readInput({ input, signal }: ReadingContext): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input) {
    signal.throwIfAborted();
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : (chunk as Uint8Array);
    length += bytes.length;
    if (length > MAX_DOCKERFILE_LENGTH) throw tooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function tooLarge(): CliError {
  return new CliError('unsupported', `a Dockerfile may have ${MAX_DOCKERFILE_LENGTH} bytes`);
}
