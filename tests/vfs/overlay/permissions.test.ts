import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PERMISSION_BITS, S_IFDIR, S_IFREG } from '../../../src/vfs/overlay/fileMode.ts';
import type { Layer } from '../../../src/vfs/overlay/layer.ts';
import { O_CREAT, O_EXCL, O_WRONLY } from '../../../src/vfs/overlay/openFlags.ts';
import { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { Upper } from '../../../src/vfs/overlay/upper.ts';
import { VfsError } from '../../../src/vfs/vfsError.ts';

/** Call, two paths, mode, further argument, uid, gid, groups, umask; the result; mode and owners of both paths. */
type Recorded = readonly [
  call: string,
  path: string,
  other: string,
  mode: number,
  argument: number | null,
  uid: number,
  gid: number,
  groups: readonly number[],
  umask: number,
  result: string,
  after: readonly unknown[],
];

const { calls } = JSON.parse(readFileSync(new URL('./goldens/permissions.json', import.meta.url), 'utf8')) as {
  readonly calls: readonly Recorded[];
};

/** Mode, uid and gid of the directories /d0 to /d6, and of the files f0 to f6 in each. */
const DIRECTORIES = [
  [0o755, 0, 0],
  [0o777, 0, 0],
  [0o1777, 0, 0],
  [0o2777, 0, 50],
  [0o2775, 1000, 50],
  [0o775, 1000, 50],
  [0o3777, 7, 60],
] as const;
const FILES = [
  [0o644, 0, 0],
  [0o664, 1000, 50],
  [0o660, 7, 50],
  [0o4755, 1000, 50],
  [0o2755, 1000, 50],
  [0o2664, 1000, 60],
  [0o606, 7, 60],
] as const;

function lowerLayer(): Layer {
  const layer = new Upper();
  for (const [i, [mode, uid, gid]] of DIRECTORIES.entries()) {
    const directory = layer.create(layer.rootInode, `d${i}`, { mode: S_IFDIR | mode, uid, gid });
    for (const [j, [fileMode, fileUid, fileGid]] of FILES.entries()) {
      const file = { mode: S_IFREG | fileMode, uid: fileUid, gid: fileGid };
      layer.write(layer.create(directory, `f${j}`, file), 0, Buffer.from('x'));
    }
  }
  return layer.freeze();
}

function makeCall(mount: OverlayMount, [call, path, other, mode, argument]: Recorded): void {
  const number = argument ?? 0;
  const writeAndClose = (fd: number, text: string) => {
    mount.pwrite(fd, 0, Buffer.from(text));
    mount.close(fd);
  };
  const times = { sec: 0, nsec: 5 };
  const byName: Readonly<Record<string, () => void>> = {
    mkdir: () => mount.mkdir(path, mode),
    create: () => writeAndClose(mount.open(path, O_WRONLY | O_CREAT | O_EXCL, mode), ''),
    chmod: () => mount.chmod(path, mode),
    chown: () => mount.chown(path, number, undefined),
    chgrp: () => mount.chown(path, undefined, number),
    write: () => writeAndClose(mount.open(path, O_WRONLY), 'y'),
    trunc: () => mount.truncate(path, 3),
    unlink: () => mount.unlink(path),
    rename: () => mount.rename(path, other),
    link: () => mount.link(path, other),
    access: () => mount.access(path, number),
    utime: () => mount.utimes(path, times, times),
    symlink: () => mount.symlink('f1', path),
    setx: () => mount.setXattr(path, 'user.a', Buffer.from('1')),
  };
  const run = byName[call];
  if (!run) throw new Error(`no call ${call}`);
  run();
}

function outcome<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    if (error instanceof VfsError) return error.code;
    throw error;
  }
}

it('OVL-1 users, groups and umasks fare as on the kernel', () => {
  const mount = new OverlayMount({ lowers: [lowerLayer()], upper: new Upper() });
  for (const [i, recorded] of calls.entries()) {
    const [, path, other, , , uid, gid, groups, umask, result, after] = recorded;
    mount.credentials = { uid, gid, groups, umask };
    const ours = outcome(() => makeCall(mount, recorded)) ?? 'ok';
    mount.credentials = { uid: 0, gid: 0, groups: [], umask: 0 };
    const left = [path, other].map((one) =>
      outcome(() => {
        const { mode, uid: owner, gid: group } = mount.lstat(one);
        return [mode & PERMISSION_BITS, owner, group];
      }),
    );
    expect({ i, recorded, result: ours, after: left }).toEqual({ i, recorded, result, after });
  }
});
