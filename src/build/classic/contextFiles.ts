import { decodeName } from '../../bytes/byteName.ts';
import { type ByteSource, MemorySource } from '../../bytes/byteSource.ts';
import type { Work } from '../../bytes/platform.ts';
import { toHex } from '../../bytes/hex.ts';
import { S_IFDIR, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import { BuildError } from '../buildError.ts';
import { resolveLinks } from '../resolveLinks.ts';
import { scanTar } from '../../tar/scanTar.ts';
import type { TarEntry } from '../../tar/tarEntry.ts';

/** A file of the build context, or of an image that COPY reads from. */
export interface SourceFile {
  /** From the context's root, without a slash in front. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: { readonly sec: number; readonly nsec: number };
  readonly sizeBytes: number;
  readonly linkTarget: string;
  readonly content: ByteSource;
  /** The same for all names of a file that has several. */
  readonly linkGroup?: string | undefined;
  /** Of a device or fifo, whose kind is `file` and which holds nothing: its mode with type bits, and its number. */
  readonly special?: { readonly mode: number; readonly device: number } | undefined;
  /** Extended attributes that an image keeps. */
  readonly xattrs?: () => ReadonlyMap<string, Uint8Array>;
  /** `file:` or whatever stands in the cache key: sha256 of header fields and content. Undefined for a symlink. */
  sum(): Promise<string>;
}

/** Files by path, as COPY and ADD look them up. */
export interface FileSet {
  /** Links on the way are followed, within the set; the last is not. Undefined where there is nothing. */
  find(path: string): SourceFile | undefined;
  /** As `find`, with a link at the end followed. */
  resolve(path: string): SourceFile | undefined;
  /** Everything below a directory, in the order of a walk; the directory itself is not among it. */
  below(path: string): Iterable<SourceFile>;
}

const MAX_ENTRIES = 2_000_000;
/** Contents of these sizes are hashed in one go: that is many times faster in the page, where the hash piece by piece is
 *  not native, and below not worth the wait. */
const MIN_WHOLE_BYTES = 16 * 1024;
const MAX_WHOLE_BYTES = 4 * 1024 * 1024;
const NO_BYTES = new MemorySource(new Uint8Array(0));

/** A build context, as a tar that the client sent. */
export class ContextFiles implements FileSet {
  readonly #files: ReadonlyMap<string, SourceFile>;
  readonly #paths: readonly string[];

  constructor(files: ReadonlyMap<string, SourceFile>) {
    this.#files = files;
    this.#paths = [...files.keys()].sort(byParts);
  }

  /** Reads a tar. Throws TarError, and BuildError `context` for names that lead out of it. */
  static async read(tar: ByteSource, work: Work, form: 'plain' | 'typed'): Promise<ContextFiles> {
    const files = new Map<string, SourceFile>();
    await scanTar(tar, (entry) => {
      if (files.size > MAX_ENTRIES) throw new BuildError('limit', `the context has more than ${MAX_ENTRIES} files`);
      const file = contextFile(entry, tar, files, work, form);
      if (!file) return;
      addImplied(file.path, files, work, form);
      files.set(file.path, file);
      const first = entry.type === 'hardlink' ? files.get(cleanPath(decodeName(entry.linkName))) : undefined;
      if (first) files.set(first.path, { ...first, linkGroup: first.linkGroup ?? first.path });
    });
    return new ContextFiles(files);
  }

  get size(): number {
    return this.#files.size;
  }

  /** Without these files. */
  without(paths: readonly string[]): ContextFiles {
    return new ContextFiles(new Map([...this.#files].filter(([path]) => !paths.includes(path))));
  }

  find(path: string): SourceFile | undefined {
    return this.#at(resolveLinks(path, (at) => this.#linkAt(at), 'noFollow'));
  }

  resolve(path: string): SourceFile | undefined {
    return this.#at(resolveLinks(path, (at) => this.#linkAt(at)));
  }

  #at(path: string | undefined): SourceFile | undefined {
    return path === '' ? ROOT : path === undefined ? undefined : this.#files.get(path);
  }

  #linkAt(path: string): string | undefined {
    const file = this.#files.get(path);
    return file?.kind === 'symlink' ? file.linkTarget : undefined;
  }

  *below(path: string): Iterable<SourceFile> {
    const clean = cleanPath(path);
    const prefix = clean === '' ? '' : `${clean}/`;
    for (const one of this.#paths) if (one.startsWith(prefix)) yield this.#files.get(one) as SourceFile;
  }
}

const ROOT: SourceFile = {
  path: '',
  kind: 'directory',
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtime: { sec: 0, nsec: 0 },
  sizeBytes: 0,
  linkTarget: '',
  content: NO_BYTES,
  sum: async () => '',
};

function contextFile(
  entry: TarEntry,
  tar: ByteSource,
  known: ReadonlyMap<string, SourceFile>,
  work: Work,
  form: 'plain' | 'typed',
): SourceFile | undefined {
  const name = decodeName(entry.name);
  const path = cleanPath(name);
  if (path === '') return undefined;
  if (name.split('/').includes('..'))
    throw new BuildError('context', `the context holds a name that leads out of it: ${name}`);
  const kinds = { file: 'file', hardlink: 'file', directory: 'directory', symlink: 'symlink' } as const;
  const kind = kinds[entry.type as keyof typeof kinds];
  if (!kind) return undefined;
  const linkTarget = entry.linkName ? decodeName(entry.linkName) : '';
  const original = entry.type === 'hardlink' ? known.get(cleanPath(linkTarget)) : undefined;
  if (entry.type === 'hardlink' && !original) return undefined;
  const content = original?.content ?? (kind === 'file' ? tar.slice(entry.contentOffset, entry.sizeBytes) : NO_BYTES);
  const { mode, uid, gid } = entry;
  const isPlain = entry.type === 'file';
  const sizeBytes = original?.sizeBytes ?? entry.sizeBytes;
  const header: SummedHeader = {
    // As it was sent: `./a` is not `a`.
    name,
    mode: form === 'typed' ? mode | (kind === 'directory' ? S_IFDIR : S_IFREG) : mode,
    uid,
    gid,
    sizeBytes: isPlain ? entry.sizeBytes : 0,
    typeflag: kind === 'directory' ? '5' : original ? '1' : '0',
    linkName: original ? linkTarget : '',
    userName: '',
    groupName: '',
  };
  let sum: Promise<string> | undefined;
  return {
    path,
    kind,
    mode: mode & 0o7777,
    uid,
    gid,
    mtime: { sec: entry.mtimeSec, nsec: entry.mtimeNsec },
    sizeBytes,
    linkTarget,
    content,
    linkGroup: original?.linkGroup ?? original?.path,
    // Several steps ask for it.
    sum: () => (sum ??= tarSum(header, isPlain ? content : NO_BYTES, work)),
  };
}

/** Directories that the tar names only as part of others' names: unpacked, they are root's, 0755. */
function addImplied(path: string, files: Map<string, SourceFile>, work: Work, form: 'plain' | 'typed'): void {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const above = path.slice(0, slash);
    const known = files.get(above);
    if (known && known.kind !== 'directory')
      throw new BuildError('context', `the context holds ${path} below ${above}, which is no directory`);
    if (known) return;
    if (files.size > MAX_ENTRIES) throw new BuildError('limit', `the context has more than ${MAX_ENTRIES} files`);
    const header: SummedHeader = {
      ...IMPLIED,
      name: `${above}/`,
      mode: IMPLIED.mode | (form === 'typed' ? S_IFDIR : 0),
    };
    files.set(above, { ...ROOT, path: above, sum: () => tarSum(header, NO_BYTES, work) });
  }
}

export interface SummedHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly typeflag: string;
  readonly linkName: string;
  readonly userName: string;
  readonly groupName: string;
}

const IMPLIED: SummedHeader = {
  name: '',
  mode: 0o755,
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  typeflag: '5',
  linkName: '',
  userName: '',
  groupName: '',
};

/** For one content at a time; who comes while it is in use makes another. Fresh memory costs as much as the hash. */
let spare: Uint8Array | undefined;

function takeScratch(sizeBytes: number): Uint8Array {
  const taken = spare;
  spare = undefined;
  return taken && taken.length >= sizeBytes ? taken : new Uint8Array(sizeBytes);
}

/** The tarsum of one entry: header fields as name and value, then the content. Times do not count. */
export async function tarSum(header: SummedHeader, content: ByteSource, { platform }: Work): Promise<string> {
  const fields: readonly (readonly [string, string | number])[] = [
    ['name', header.name],
    ['mode', header.mode],
    ['uid', header.uid],
    ['gid', header.gid],
    ['size', header.sizeBytes],
    ['typeflag', header.typeflag],
    ['linkname', header.linkName],
    ['uname', header.userName],
    ['gname', header.groupName],
    ['devmajor', 0],
    ['devminor', 0],
  ];
  const head = new TextEncoder().encode(fields.map(([name, value]) => `${name}${value}`).join(''));
  if (content.sizeBytes >= MIN_WHOLE_BYTES && content.sizeBytes <= MAX_WHOLE_BYTES) {
    const scratch = takeScratch(head.length + content.sizeBytes);
    const all = scratch.subarray(0, head.length + content.sizeBytes);
    all.set(head);
    const body = all.subarray(head.length);
    if (content.readIntoSync) content.readIntoSync(body, 0);
    else body.set(await content.read(0, body.length));
    const digest = await platform.sha256(all);
    spare = scratch;
    return toHex(digest);
  }
  const hash = platform.createHash('sha256');
  hash.update(head);
  if (content.sizeBytes < MIN_WHOLE_BYTES && content.readSync) hash.update(content.readSync(0, content.sizeBytes));
  else for await (const chunk of content.stream()) hash.update(chunk);
  return toHex(hash.digest());
}

/** Without `.`, `..` and slashes at the ends; `..` stays within the root. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** A walk goes through a directory before its later siblings: by parts, not by bytes of the whole path. */
function byParts(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let i = 0; i < left.length && i < right.length; i++) {
    if (left[i] !== right[i]) return (left[i] as string) < (right[i] as string) ? -1 : 1;
  }
  return left.length - right.length;
}
