import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../../../src/vfs/overlay/fileMode.ts';
import type { Layer } from '../../../src/vfs/overlay/layer.ts';
import { O_RDONLY } from '../../../src/vfs/overlay/openFlags.ts';
import type { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { walkLayer } from '../../../src/vfs/overlay/trace/tracePlaces.ts';

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** All that a user of a mount sees, a line an object. */
export function dumpMount(mount: OverlayMount): readonly string[] {
  const lines: string[] = [];
  const walk = (path: string) => {
    const { mode, uid } = mount.lstat(path === '' ? '/' : path);
    const type = mode & S_IFMT;
    lines.push(`${path} ${mode.toString(8)} ${uid} ${bodyOf(mount, path, type)}`);
    if (type !== S_IFDIR) return;
    const names = mount.readdir(path === '' ? '/' : path).map((listed) => listed.name);
    for (const name of names.sort()) walk(`${path}/${name}`);
  };
  walk('');
  return lines;
}

function bodyOf(mount: OverlayMount, path: string, type: number): string {
  if (type === S_IFLNK) return mount.readlink(path);
  return type === S_IFREG ? latin1(readFile(mount, path)) : '';
}

export function readFile(mount: OverlayMount, path: string): Uint8Array {
  const fd = mount.open(path, O_RDONLY);
  try {
    return mount.pread(fd, 0, 1 << 20);
  } finally {
    mount.close(fd);
  }
}

/** All that lies in a layer, marks and times included. */
export function dumpLayer(layer: Layer): readonly string[] {
  return [...walkLayer(layer)].map(({ path, inode }) => {
    const mode = layer.mode(inode);
    const xattrs = [...layer.xattrs(inode)].map(([name, value]) => `${name}=${latin1(value)}`);
    return JSON.stringify([
      path,
      inode,
      mode.toString(8),
      layer.uid(inode),
      layer.gid(inode),
      layer.linkCount(inode),
      layer.device(inode),
      layer.sizeBytes(inode),
      layer.times(inode),
      xattrs,
      (mode & S_IFMT) === S_IFLNK ? layer.linkTarget(inode) : '',
      (mode & S_IFMT) === S_IFREG ? latin1(layer.content(inode).readSync?.(0, 1 << 20) ?? new Uint8Array(0)) : '',
    ]);
  });
}
