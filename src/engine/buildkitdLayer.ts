import { compareBytes, decodeName, encodeName } from '../bytes/byteName.ts';
import type { TarMemberWithContent } from '../tar/writeTar.ts';
import { isDirectory } from '../vfs/overlay/fileMode.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import { statIfThere, isSameFile } from './sameFile.ts';

/** The trees around an upper: what lies below it, and what both show together. */
export interface LayerSurroundings {
  readonly below: OverlayMount;
  readonly merged: OverlayMount;
}

const OPAQUE_MARKER = '/.wh..wh..opq';
const WHITEOUT_PREFIX = '.wh.';

/** A layer's members as a buildkitd of its own writes them, not dockerd's, which packs the upper as it is (buildkit
 *  util/overlay, containerd archive): what was copied up and is the same as before is left out, directories unless
 *  something below them changed; an opaque directory becomes whiteouts of the names that are gone; whiteouts have
 *  neither mode nor time, and are only written of names that are there. */
export async function* asBuildkitd(
  members: Iterable<TarMemberWithContent>,
  surroundings: LayerSurroundings,
): AsyncGenerator<TarMemberWithContent> {
  yield* withLinks(changesOf(members, surroundings));
}

interface Change {
  readonly path: string;
  readonly one: TarMemberWithContent;
  readonly isUnchanged: boolean;
}

async function* changesOf(
  members: Iterable<TarMemberWithContent>,
  surroundings: LayerSurroundings,
): AsyncGenerator<Change> {
  const queue = members[Symbol.iterator]();
  // The member after an opaque directory's last has been taken already.
  let held: TarMemberWithContent | undefined;
  for (;;) {
    const next = held ?? (queue.next().value as TarMemberWithContent | undefined);
    held = undefined;
    if (next === undefined) return;
    const path = pathOf(next);
    if (path.endsWith(OPAQUE_MARKER)) {
      const directory = path.slice(0, -OPAQUE_MARKER.length);
      if (!isDirectoryBelow(directory, surroundings)) continue;
      const inside: TarMemberWithContent[] = [];
      for (let one = queue.next(); ; one = queue.next()) {
        if (!one.done && pathOf(one.value).startsWith(`${directory}/`)) inside.push(one.value);
        else {
          held = one.done ? undefined : one.value;
          break;
        }
      }
      yield* opaqueChanges(directory, inside, surroundings);
    } else if (isWhiteout(next, path)) {
      if (statIfThere(surroundings.below, whitedOut(path))) yield { path, one: mark(path), isUnchanged: false };
    } else yield await changeOf(next, path, surroundings);
  }
}

async function changeOf(
  one: TarMemberWithContent,
  path: string,
  { below, merged }: LayerSurroundings,
): Promise<Change> {
  return { path, one, isUnchanged: await isSameFile(below, merged, path) };
}

/** Both trees are walked side by side, names in the order of their bytes: what only the lower one has is whited out,
 *  a directory with all that is in it at once. */
async function* opaqueChanges(
  top: string,
  inside: readonly TarMemberWithContent[],
  surroundings: LayerSurroundings,
): AsyncGenerator<Change> {
  const upper = new Map<string, Map<string, TarMemberWithContent>>();
  for (const one of inside) {
    const path = pathOf(one);
    // There is nothing opaque or whited out in a tree that hides all below it, but for what was there in between.
    if (isWhiteout(one, path)) continue;
    const parent = path.slice(0, path.lastIndexOf('/'));
    const names = upper.get(parent) ?? new Map<string, TarMemberWithContent>();
    names.set(path.slice(parent.length + 1), one);
    upper.set(parent, names);
  }
  const level = (directory: string) => ({
    directory,
    names: namesOf(directory, upper.get(directory), surroundings),
    next: 0,
  });
  const open = [level(top)];
  for (let now = open.at(-1); now; now = open.at(-1)) {
    const name = now.names[now.next++];
    if (name === undefined) {
      open.pop();
      continue;
    }
    const path = `${now.directory}/${name}`;
    const one = upper.get(now.directory)?.get(name);
    if (!one) yield { path, one: mark(`${now.directory}/${WHITEOUT_PREFIX}${name}`), isUnchanged: false };
    else {
      yield await changeOf(one, path, surroundings);
      if (one.member.type === 'directory') open.push(level(path));
    }
  }
}

function namesOf(
  directory: string,
  upper: ReadonlyMap<string, TarMemberWithContent> | undefined,
  surroundings: LayerSurroundings,
): readonly string[] {
  const names = new Set(upper?.keys());
  if (isDirectoryBelow(directory, surroundings))
    for (const { name } of surroundings.below.readdir(`/${directory}`)) names.add(name);
  return [...names]
    .map((name) => ({ name, bytes: encodeName(name) }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes))
    .map(({ name }) => name);
}

/** Leaves out what is unchanged, but for directories on the way to a change; a link to a file that is left out becomes
 *  that file, since a layer's links stay within it. */
async function* withLinks(changes: AsyncIterable<Change>): AsyncGenerator<TarMemberWithContent> {
  // Unchanged directories on the way to the current member, outermost first.
  let pending: { readonly prefix: string; readonly one: TarMemberWithContent }[] = [];
  const leftOut = new Map<string, TarMemberWithContent>();
  const movedTo = new Map<string, Uint8Array>();
  for await (const { path, one, isUnchanged } of changes) {
    pending = pending.filter(({ prefix }) => path.startsWith(prefix));
    const { member } = one;
    if (isUnchanged) {
      if (member.type === 'directory') pending.push({ prefix: `${path}/`, one });
      else if (member.type === 'file') leftOut.set(path, one);
      continue;
    }
    for (const directory of pending) yield directory.one;
    pending = [];
    if (member.type !== 'hardlink' || !member.linkName) {
      yield one;
      continue;
    }
    const first = decodeName(member.linkName);
    const moved = movedTo.get(first);
    const source = leftOut.get(first);
    if (moved) yield { member: { ...member, linkName: moved } };
    else if (source) {
      movedTo.set(first, member.name);
      yield { ...source, member: { ...source.member, name: member.name } };
    } else yield one;
  }
}

function isDirectoryBelow(path: string, { below }: LayerSurroundings): boolean {
  const stat = statIfThere(below, path);
  return stat !== undefined && isDirectory(stat.mode);
}

/** Without the slash at its end. */
function pathOf({ member }: TarMemberWithContent): string {
  return decodeName(member.name).replace(/\/$/, '');
}

function isWhiteout({ member }: TarMemberWithContent, path: string): boolean {
  return member.type === 'file' && path.slice(path.lastIndexOf('/') + 1).startsWith(WHITEOUT_PREFIX);
}

/** The name that a whiteout hides. */
function whitedOut(path: string): string {
  const slash = path.lastIndexOf('/') + 1;
  return path.slice(0, slash) + path.slice(slash + WHITEOUT_PREFIX.length);
}

function mark(path: string): TarMemberWithContent {
  const name = encodeName(path);
  return { member: { name, type: 'file', mode: 0, uid: 0, gid: 0, sizeBytes: 0, mtimeSec: 0 } };
}
