import { decodeName } from '../bytes/byteName.ts';
import type { TarMemberWithContent } from '../tar/writeTar.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import { VfsError } from '../vfs/vfsError.ts';

/** A layer's members as a buildkitd of its own writes them, not dockerd's, which packs the upper as it is (buildkit
 *  util/overlay and containerd archive): a directory that is only there since it was copied up is left out unless
 *  something below it changed, its times alone being no change; whiteouts have neither mode nor time.
 *  `below`: the layers underneath. */
export function* asBuildkitd(
  members: Iterable<TarMemberWithContent>,
  below: OverlayMount,
): Generator<TarMemberWithContent> {
  // Copied-up directories on the way to the current member, outermost first.
  let pending: { readonly path: string; readonly one: TarMemberWithContent }[] = [];
  for (const one of members) {
    const path = decodeName(one.member.name);
    pending = pending.filter((directory) => path.startsWith(directory.path));
    if (one.member.type === 'directory' && isUnchanged(one, path, below)) {
      pending.push({ path, one });
      continue;
    }
    for (const directory of pending) yield directory.one;
    pending = [];
    yield isMark(path, one) ? mark(one.member.name) : one;
  }
}

function isMark(path: string, { member }: TarMemberWithContent): boolean {
  return member.type === 'file' && path.slice(path.lastIndexOf('/') + 1).startsWith('.wh.');
}

function mark(name: Uint8Array): TarMemberWithContent {
  return { member: { name, type: 'file', mode: 0, uid: 0, gid: 0, sizeBytes: 0, mtimeSec: 0 } };
}

function isUnchanged({ member }: TarMemberWithContent, path: string, below: OverlayMount): boolean {
  try {
    const { mode, uid, gid } = below.lstat(`/${path.replace(/\/$/, '')}`);
    return (
      (mode & 0o170000) === 0o040000 && (mode & 0o7777) === member.mode && uid === member.uid && gid === member.gid
    );
  } catch (error) {
    if (error instanceof VfsError) return false;
    throw error;
  }
}
