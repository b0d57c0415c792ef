import { decodeName, encodeName } from '../bytes/byteName.ts';
import type { TarMember } from '../tar/tarHeader.ts';
import { type TarMemberWithContent, writeTar } from '../tar/writeTar.ts';
import type { TarEntryType } from '../tar/tarEntry.ts';
import { sealLayer } from '../vfs/overlay/seal.ts';
import type { Layer } from '../vfs/overlay/layer.ts';
import { isRegular } from '../vfs/overlay/fileMode.ts';
import { readFile, stat } from '../shell/kernel/calls.ts';
import type { Process } from '../shell/kernel/process.ts';
import type { EngineCore } from './engineCore.ts';

/** A container's own: it may be anything. */
const MAX_FILE_BYTES = 1 << 20;
const NO_NAME = new Uint8Array();
/** st_mode of each type: Go wrote them into the mode field up to 23. */
const TYPE_BITS: Readonly<Record<TarEntryType, number>> = {
  file: 0o100000,
  hardlink: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  charDevice: 0o020000,
  blockDevice: 0o060000,
  fifo: 0o010000,
};

/** A container's changes as the tar that the engine's vintage commits (ALGORITHMS, "Layer tars"). */
export async function sealedTar(core: EngineCore, upper: Layer): Promise<AsyncIterable<Uint8Array>> {
  const members = sealLayer(upper);
  if (core.vintage !== '20.10') return writeTar(members);
  const owners = await hostOwners(core);
  return writeTar(oldStyle(members, owners));
}

/** As 20.10 writes headers: type bits in the mode but of whiteouts and opaque marks, owners by the names that the
 *  host's passwd and group have for them. */
export function* oldStyle(
  members: Iterable<TarMemberWithContent>,
  owners: HostOwners,
): Generator<TarMemberWithContent> {
  for (const { member, content } of members) yield { member: oldMember(member, owners), ...(content && { content }) };
}

function oldMember(member: TarMember, owners: HostOwners): TarMember {
  const typeBits = isMark(member) ? 0 : TYPE_BITS[member.type];
  return {
    ...member,
    mode: typeBits | member.mode,
    userName: owners.users.get(member.uid) ?? NO_NAME,
    groupName: owners.groups.get(member.gid) ?? NO_NAME,
  };
}

function isMark({ name, type, sizeBytes }: TarMember): boolean {
  return type === 'file' && sizeBytes === 0 && /(^|\/)\.wh\.[^/]*$/.test(decodeName(name));
}

export interface HostOwners {
  readonly users: ReadonlyMap<number, Uint8Array>;
  readonly groups: ReadonlyMap<number, Uint8Array>;
}

/** Names of the daemon's machine, whatever the container calls them. */
export function hostOwners(core: EngineCore): Promise<HostOwners> {
  return ownersOf(core.daemon);
}

/** Names that a container has, and the two that the host's libnss_systemd knows without any file. */
export async function containerOwners(files: Process): Promise<HostOwners> {
  const { users, groups } = await ownersOf(files);
  return {
    users: new Map([[0, encodeName('root')], [65_534, encodeName('nobody')], ...users]),
    groups: new Map([[0, encodeName('root')], [65_534, encodeName('nogroup')], ...groups]),
  };
}

async function ownersOf(files: Process): Promise<HostOwners> {
  return {
    users: await namesById(files, '/etc/passwd'),
    groups: await namesById(files, '/etc/group'),
  };
}

async function namesById(files: Process, path: string): Promise<ReadonlyMap<number, Uint8Array>> {
  const names = new Map<number, Uint8Array>();
  let text: string;
  try {
    // A fifo would be waited for.
    if (!isRegular(stat(files, path).mode)) return names;
    text = decodeName(await readFile(files, path, MAX_FILE_BYTES));
  } catch {
    return names; // Where there is none, nobody is known.
  }
  for (const line of text.split('\n')) {
    const [name, , id] = line.split(':');
    if (name && id !== undefined && /^\d+$/.test(id) && !names.has(Number(id))) names.set(Number(id), encodeName(name));
  }
  return names;
}
