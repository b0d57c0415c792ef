import { decodeName } from '../../bytes/byteName.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { readFile, statIfThere, writeFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';

/** What an editor opens. */
export type EditedFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'new' }
  | { readonly kind: 'fault'; readonly words: string };

/** An editor holds no more. */
const MAX_BYTES = 32 * 1024 * 1024;

export async function loadEdited(process: Process, path: string): Promise<EditedFile> {
  const found = statIfThere(process, path);
  if (!found) return { kind: 'new' };
  if (isDirectory(found.mode)) return { kind: 'fault', words: 'Is a directory' };
  try {
    return { kind: 'text', text: decodeName(await readFile(process, path, MAX_BYTES)) };
  } catch (error) {
    return { kind: 'fault', words: causeOf(error) };
  }
}

/** Undefined when written; the words for why not otherwise. */
export async function saveEdited(process: Process, path: string, text: string): Promise<string | undefined> {
  try {
    await writeFile(process, path, text);
    return undefined;
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    return causeOf(error);
  }
}
