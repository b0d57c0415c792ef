import { stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import type { Archive } from '../archive/archive.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import { CliError } from './cliError.ts';
import type { CommandContext } from './command.ts';
import { folderSources } from './folderSources.ts';

/** Opens what a command line names: a file, `-` for standard input, a folder, or `docker://REF` for an image in a
 *  registry, of which `platform` chooses the one to fetch. It is closed when the command ends. */
export async function openInput(name: string, context: CommandContext, platform?: string): Promise<Archive> {
  if (name.startsWith('docker://')) {
    const { openRegistryInput } = await import('./registryInput.ts');
    return openRegistryInput(name, platform, context);
  }
  const fileName = name === '-' ? 'standard input' : name;
  context.noteFile(fileName);
  const [work, { openArchive }] = await Promise.all([context.work(), import('../archive/openArchive.ts')]);
  const archive = await openArchive({ fileName, ...(await inputSource(name, context)) }, work);
  context.onExit(() => archive.close());
  return archive;
}

export type InputSource =
  | { readonly source: ByteSource }
  | { readonly folder: readonly { readonly path: string; readonly source: ByteSource }[] };

export async function inputSource(name: string, context: CommandContext): Promise<InputSource> {
  const { openFileSource, spoolInput } = await import('../platform/node.ts');
  if (name === '-') {
    const spooled = await spoolInput(addAbortSignal(context.signal, context.input as Readable));
    context.onExit(() => spooled.dispose());
    return { source: spooled.source };
  }
  const found = await stat(name);
  if (found.isDirectory()) return { folder: await folderSources(name, context) };
  if (!found.isFile()) throw new CliError('wrongKind', 'is neither a file nor a folder; a pipe can be read as -');
  const source = await openFileSource(name);
  context.onExit(() => source.close());
  return { source };
}
