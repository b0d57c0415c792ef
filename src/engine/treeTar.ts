import { compareBytes, encodeName } from '../bytes/byteName.ts';
import type { Xattr } from '../tar/tarEntry.ts';
import type { TarMemberWithContent } from '../tar/writeTar.ts';
import { deviceMajor, deviceMinor, isDirectory, isRegular, PERMISSION_BITS } from '../vfs/overlay/fileMode.ts';
import { tarTypeOf } from '../vfs/overlay/tarTypes.ts';
import type { Filesystem } from '../shell/kernel/filesystem.ts';
import type { Stat } from '../vfs/overlay/stat.ts';
import { ROOT } from '../vfs/overlay/permission.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { CAPABILITY_XATTR } from '../vfs/capability.ts';

const READ_BYTES = 1024 * 1024;

/** A filesystem's tree from a path on as the members of a tar: a walk by name bytes, hard links to the first name, whole
 *  seconds (moby pkg/archive, TarWithOptions). `name`: what the top is called; '' leaves it out. Sockets are left out. */
export function* treeMembers(filesystem: Filesystem, top: string, name: string): Generator<TarMemberWithContent> {
  const firstNames = new Map<number, string>();
  const waiting: { readonly path: string; readonly name: string }[] = [{ path: top, name }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    filesystem.credentials = ROOT;
    const stat = filesystem.lstat(next.path);
    if (next.name !== '') {
      const made = member(filesystem, next.path, next.name, stat, firstNames);
      if (made) yield made;
    }
    if (isDirectory(stat.mode)) waiting.push(...childrenOf(filesystem, next));
  }
}

/** The last first: they are taken from the end. */
function childrenOf(filesystem: Filesystem, directory: { readonly path: string; readonly name: string }) {
  filesystem.credentials = ROOT;
  const base = directory.path === '/' ? '' : directory.path;
  return filesystem
    .readdir(directory.path)
    .map(({ name }) => ({ name, bytes: encodeName(name) }))
    .sort((a, b) => compareBytes(b.bytes, a.bytes))
    .map(({ name }) => ({
      path: `${base}/${name}`,
      name: directory.name === '' ? name : directory.name === '/' ? `/${name}` : `${directory.name}/${name}`,
    }));
}

function member(
  filesystem: Filesystem,
  path: string,
  name: string,
  stat: Stat,
  firstNames: Map<number, string>,
): TarMemberWithContent | undefined {
  const type = tarTypeOf(stat.mode);
  if (!type) return undefined;
  const isTree = type === 'directory';
  const first = isTree || stat.linkCount < 2 ? undefined : firstNames.get(stat.inodeNumber);
  if (first === undefined && !isTree && stat.linkCount > 1) firstNames.set(stat.inodeNumber, name);
  const isFile = isRegular(stat.mode) && first === undefined;
  const linkName = first ?? (type === 'symlink' ? filesystem.readlink(path) : undefined);
  return {
    member: {
      name: encodeName(isTree && name !== '/' ? `${name}/` : name),
      type: first === undefined ? type : 'hardlink',
      mode: stat.mode & PERMISSION_BITS,
      uid: stat.uid,
      gid: stat.gid,
      sizeBytes: isFile ? stat.sizeBytes : 0,
      mtimeSec: stat.mtime.sec,
      xattrs: capability(filesystem, path),
      ...(linkName !== undefined && { linkName: encodeName(linkName) }),
      ...(stat.device !== 0 && { deviceMajor: deviceMajor(stat.device), deviceMinor: deviceMinor(stat.device) }),
    },
    ...(isFile && stat.sizeBytes > 0 && { content: contentOf(filesystem, path, stat.sizeBytes) }),
  };
}

function capability(filesystem: Filesystem, path: string): readonly Xattr[] | undefined {
  try {
    return [{ name: encodeName(CAPABILITY_XATTR), value: filesystem.getXattr(path, CAPABILITY_XATTR) }];
  } catch (error) {
    if (error instanceof VfsError) return undefined;
    throw error;
  }
}

/** The bytes as the file was when the member was met, though it may grow meanwhile. */
async function* contentOf(filesystem: Filesystem, path: string, sizeBytes: number): AsyncIterable<Uint8Array> {
  filesystem.credentials = ROOT;
  const fd = filesystem.open(path, 0);
  try {
    const source = filesystem.content(fd);
    for (let offset = 0; offset < sizeBytes; offset += READ_BYTES) {
      const length = Math.min(READ_BYTES, sizeBytes - offset);
      const bytes = source.readSync ? source.readSync(offset, length) : await source.read(offset, length);
      yield bytes.length < length ? padded(bytes, length) : bytes;
    }
  } finally {
    filesystem.close(fd);
  }
}

/** A file that was cut meanwhile ends in zeros. */
function padded(bytes: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}
