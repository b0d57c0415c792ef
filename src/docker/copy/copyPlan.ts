import { ClientError } from '../client.ts';
import { assertsDirectory, splitPath } from './paths.ts';

export interface CopySource {
  /** As the archive calls it at the top. */
  readonly name: string;
  readonly isDirectory: boolean;
}

export interface CopyTarget {
  /** Absolute, its ending kept. */
  readonly path: string;
  readonly kind: 'directory' | 'other' | 'missing';
}

/** Where a copy is unpacked, and what its top is called there (moby go-archive, PrepareArchiveCopy). Throws ClientError
 *  for what cannot be copied so. */
export function planCopy(
  source: CopySource,
  target: CopyTarget,
): { readonly directory: string; readonly name: string } {
  if (target.kind === 'directory') return { directory: target.path, name: source.name };
  if (target.kind === 'other' && source.isDirectory) throw new ClientError('cannot copy directory');
  if (target.kind === 'missing' && !source.isDirectory && assertsDirectory(target.path)) {
    throw new ClientError('no such directory');
  }
  const { directory, base } = splitPath(target.path);
  return { directory, name: base };
}
