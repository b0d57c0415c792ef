import { compareBytes, decodeName, encodeName } from '../bytes/byteName.ts';
import { GitError } from './gitError.ts';
import { joinBytes } from '../bytes/joinBytes.ts';
import type { ObjectStore } from './objectStore.ts';

/** Of an entry of a tree (git-fast-import(1)): file, executable, symlink, submodule. */
export type FileMode = 0o100644 | 0o100755 | 0o120000 | 0o160000;
const DIRECTORY = 0o40000;

export interface TreeEntry {
  readonly mode: number;
  readonly name: string;
  readonly oid: string;
}

export interface TreeFile {
  readonly mode: FileMode;
  readonly oid: string;
}

/** Files by their paths from the root of the tree. */
export type TreeFiles = Map<string, TreeFile>;

const MAX_DEPTH = 512;
const MAX_FILES = 1_000_000;

/** A tree object's entries: `MODE NAME\0` and 20 bytes of id each. Throws GitError `corrupt`, also for names that would
 *  lead out of the tree. */
export function parseTree(content: Uint8Array): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const zero = content.indexOf(0, space);
    if (space < 0 || zero < 0 || zero + 21 > content.length)
      throw new GitError('corrupt', `a tree is cut off at byte ${at}`);
    const mode = Number.parseInt(decodeName(content.subarray(at, space)), 8);
    const name = decodeName(content.subarray(space + 1, zero));
    if (name === '' || name === '.' || name === '..' || name.includes('/') || name.toLowerCase() === '.git')
      throw new GitError('corrupt', `a tree holds the name '${name}'`);
    entries.push({ mode, name, oid: hexOf(content.subarray(zero + 1, zero + 21)) });
    at = zero + 21;
  }
  return entries;
}

export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

export function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** All files of a tree, directories entered. */
export async function treeFiles(store: ObjectStore, treeOid: string): Promise<TreeFiles> {
  const files: TreeFiles = new Map();
  const enter = async (oid: string, prefix: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) throw new GitError('limit', `trees are nested more than ${MAX_DEPTH} deep`);
    for (const entry of parseTree(await store.readAs(oid, 'tree'))) {
      const path = prefix + entry.name;
      if (entry.mode === DIRECTORY) await enter(entry.oid, `${path}/`, depth + 1);
      else files.set(path, { mode: fileModeOf(entry.mode), oid: entry.oid });
      if (files.size > MAX_FILES) throw new GitError('limit', `a tree holds more than ${MAX_FILES} files`);
    }
  };
  await enter(treeOid, '', 0);
  return files;
}

/** Old gits wrote the permissions as they were. */
function fileModeOf(mode: number): FileMode {
  const type = mode & 0o170000;
  if (type === 0o120000 || type === 0o160000) return type;
  return (mode & 0o100) !== 0 ? 0o100755 : 0o100644;
}

interface Branch {
  readonly files: Map<string, TreeFile>;
  readonly directories: Map<string, Branch>;
}

/** Writes the trees for these files; gives the root's id. */
export async function writeTree(store: ObjectStore, files: Iterable<readonly [string, TreeFile]>): Promise<string> {
  const root: Branch = { files: new Map(), directories: new Map() };
  for (const [path, file] of files) {
    const parts = path.split('/');
    let branch = root;
    for (const part of parts.slice(0, -1)) {
      let next = branch.directories.get(part);
      if (!next) {
        next = { files: new Map(), directories: new Map() };
        branch.directories.set(part, next);
      }
      branch = next;
    }
    branch.files.set(parts.at(-1) as string, file);
  }
  return writeBranch(store, root);
}

async function writeBranch(store: ObjectStore, branch: Branch): Promise<string> {
  const entries: { readonly key: Uint8Array; readonly bytes: Uint8Array }[] = [];
  const add = (mode: number, name: string, oid: string, key: string) => {
    const bytes = joinBytes([encodeName(`${mode.toString(8)} ${name}\0`), bytesOfHex(oid)]);
    entries.push({ key: encodeName(key), bytes });
  };
  for (const [name, file] of branch.files) add(file.mode, name, file.oid, name);
  // Directories are sorted as though their names ended with a slash.
  for (const [name, inner] of branch.directories) add(DIRECTORY, name, await writeBranch(store, inner), `${name}/`);
  entries.sort((a, b) => compareBytes(a.key, b.key));
  return store.write('tree', joinBytes(entries.map(({ bytes }) => bytes)));
}

/** What lies at a path of a tree. Throws GitError `path`. */
export async function entryAt(store: ObjectStore, treeOid: string, path: string): Promise<TreeEntry> {
  let entry: TreeEntry = { mode: DIRECTORY, name: '', oid: treeOid };
  for (const part of path.split('/').filter((one) => one !== '' && one !== '.')) {
    if (entry.mode !== DIRECTORY) throw new GitError('path', `no path '${path}'`);
    const next = parseTree(await store.readAs(entry.oid, 'tree')).find(({ name }) => name === part);
    if (!next) throw new GitError('path', `no path '${path}'`);
    entry = next;
  }
  return entry;
}

export function isTreeMode(mode: number): boolean {
  return mode === DIRECTORY;
}
