import { peel, readCommit } from './commit.ts';
import { GitError } from './gitError.ts';
import { loadGit } from './gitModule.ts';
import { type GitTransport, httpClientOf } from './gitTransport.ts';
import { MemoryGitFilesystem } from './memoryGitFilesystem.ts';
import { ObjectStore } from './objectStore.ts';
import { entryAt, type FileMode, isTreeMode, treeFiles } from './tree.ts';

export interface GitSource {
  /** `http:` or `https:`, as git takes it. */
  readonly url: string;
  /** Branch, tag, `refs/…`, or a commit's whole id; the remote's HEAD when absent. */
  readonly ref?: string | undefined;
  /** A directory of the tree that is to be its root. */
  readonly directory?: string | undefined;
}

export interface FetchedFile {
  /** From the root of the tree, without a slash in front. */
  readonly path: string;
  readonly mode: FileMode;
  /** A symlink's content is its target. Submodules are left out. */
  read(): Promise<Uint8Array>;
}

export interface FetchedTree {
  /** 40 hex digits. */
  readonly commit: string;
  readonly files: readonly FetchedFile[];
  /** The repository itself (`.git/HEAD` …), as a clone of depth one has it. */
  readonly gitFiles: readonly { readonly path: string; readonly content: Uint8Array }[];
}

const MAX_BYTES = 1024 * 1024 * 1024;
const GIT_DIRECTORY = '/tree/.git';

/** Fetches one commit's files, without its history where the server lets that be. Sorted by path. Throws GitError; what
 *  the transport throws goes through. */
export async function fetchTree(source: GitSource, transport: GitTransport): Promise<FetchedTree> {
  const git = await loadGit();
  const fs = new MemoryGitFilesystem(MAX_BYTES);
  const place = { fs, dir: '/tree', gitdir: GIT_DIRECTORY };
  await fs.promises.mkdir('/tree');
  await git.init({ ...place, defaultBranch: 'master' });
  await git.addRemote({ ...place, remote: 'origin', url: source.url });
  const store = new ObjectStore(git, fs, GIT_DIRECTORY);
  const commit = await fetchCommit(store, source, transport);
  await git.writeRef({ ...place, ref: 'HEAD', value: commit, force: true });
  const { tree } = await readCommit(store, commit);
  const root = await entryAt(store, tree, source.directory ?? '');
  if (!isTreeMode(root.mode)) throw new GitError('path', `'${source.directory}' is no directory`);
  const files = [...(await treeFiles(store, root.oid))]
    .filter(([, { mode }]) => mode !== 0o160000)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { mode, oid }]): FetchedFile => ({ path, mode, read: () => store.readAs(oid, 'blob') }));
  const gitFiles = [...fs.filesBelow(GIT_DIRECTORY)].map(([path, content]) => ({
    path: path.slice('/tree/'.length),
    content,
  }));
  return { commit, files, gitFiles };
}

async function fetchCommit(store: ObjectStore, { url, ref }: GitSource, transport: GitTransport): Promise<string> {
  const http = httpClientOf(transport);
  const fetch = (depth: { readonly depth?: number }) =>
    store.git.fetch({
      ...store.place,
      http,
      url,
      remote: 'origin',
      singleBranch: true,
      tags: false,
      ...(ref !== undefined && { ref, remoteRef: ref }),
      ...depth,
    });
  let head: string | null;
  try {
    head = (await fetch({ depth: 1 })).fetchHead;
  } catch (error) {
    // Servers need not give a commit that no ref names, or a part of the history.
    if (!isRefused(error)) throw gitErrorOf(error, url);
    try {
      head = (await fetch({})).fetchHead;
    } catch (again) {
      throw gitErrorOf(again, url);
    }
  }
  if (head === null) throw new GitError('ref', `${url} has no ${ref ?? 'HEAD'}`);
  return peel(store, head);
}

function isRefused(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return (
    code === 'ParseError' || code === 'GitPushError' || code === 'UnknownTransportError' || code === 'InternalError'
  );
}

/** What isomorphic-git says, by its codes. */
export function gitErrorOf(error: unknown, url: string): unknown {
  const { code, data } = error as { code?: string; data?: { statusCode?: number; what?: string } };
  if (code === 'HttpError') return new GitError('remote', `${url} answers ${data?.statusCode}`);
  if (code === 'SmartHttpError') return new GitError('remote', `${url} is no git server`);
  if (code === 'NotFoundError') return new GitError('ref', `${url} has no ${data?.what ?? 'such ref'}`);
  if (code === 'ParseError' || code === 'InternalError') return new GitError('remote', `${url} answers nonsense`);
  return error;
}
