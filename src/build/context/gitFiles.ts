import { MemorySource } from '../../bytes/byteSource.ts';
import type { Work } from '../../bytes/platform.ts';
import { decodeName } from '../../bytes/byteName.ts';
import type { FetchedTree, GitSource } from '../../git/fetchTree.ts';
import { GitError } from '../../git/gitError.ts';
import { BuildError } from '../buildError.ts';
import { ContextFiles, type SourceFile, tarSum } from '../classic/contextFiles.ts';
import type { GitReference } from './gitReference.ts';

/** Fetches one commit's files. Throws GitError, and what the way there throws. */
export type GitFetch = (source: GitSource) => Promise<FetchedTree>;

/** A checkout of a repository as the files of a context. */
export interface GitCheckout {
  readonly files: ContextFiles;
  /** 40 hex digits. */
  readonly commit: string;
}

const LINK_MODE = 0o120000;
const DIRECTORY_MODE = 0o755;
const NO_BYTES = new MemorySource(new Uint8Array());

/** Fetches a repository; everything is root's and as old as the checkout. Throws BuildError `context`. */
export async function checkOut(
  reference: GitReference,
  fetch: GitFetch,
  form: { readonly keepsGitDir: boolean; readonly nowSec: number; readonly work: Work },
): Promise<GitCheckout> {
  const { url, ref, directory, commit: wanted } = reference;
  const tree = await fetch({ url, ref: ref || undefined, directory: directory || undefined }).catch(
    (error: unknown) => {
      throw error instanceof GitError
        ? new BuildError('context', `failed to fetch remote ${url}: ${error.message}`)
        : error;
    },
  );
  if (!tree.commit.startsWith(wanted.toLowerCase()))
    throw new BuildError('context', `expected checksum to match ${wanted}, got ${tree.commit}`);
  const files = new Map<string, SourceFile>();
  const add = (path: string, mode: number, content: Uint8Array): void => {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const above = path.slice(0, slash);
      if (!files.has(above)) files.set(above, fileOf(above, DIRECTORY_MODE, 'directory', new Uint8Array(), form));
    }
    files.set(path, fileOf(path, mode & 0o777, mode === LINK_MODE ? 'symlink' : 'file', content, form));
  };
  for (const file of tree.files) add(file.path, file.mode, await file.read());
  if (form.keepsGitDir) for (const { path, content } of tree.gitFiles) add(path, 0o644, content);
  return { files: new ContextFiles(files), commit: tree.commit };
}

function fileOf(
  path: string,
  mode: number,
  kind: SourceFile['kind'],
  bytes: Uint8Array,
  { nowSec, work }: { readonly nowSec: number; readonly work: Work },
): SourceFile {
  const content = kind === 'file' ? new MemorySource(bytes) : NO_BYTES;
  const header = {
    name: kind === 'directory' ? `${path}/` : path,
    mode,
    uid: 0,
    gid: 0,
    sizeBytes: content.sizeBytes,
    typeflag: kind === 'directory' ? '5' : '0',
    linkName: '',
    userName: '',
    groupName: '',
  };
  return {
    path,
    kind,
    mode: kind === 'symlink' ? 0o777 : mode,
    uid: 0,
    gid: 0,
    mtime: { sec: nowSec, nsec: 0 },
    sizeBytes: content.sizeBytes,
    linkTarget: kind === 'symlink' ? decodeName(bytes) : '',
    content,
    sum: () => tarSum(header, content, work),
  };
}
