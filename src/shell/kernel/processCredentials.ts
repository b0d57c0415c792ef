import type { Credentials } from '../../vfs/overlay/permission.ts';
import { S_ISGID, S_ISUID, S_IXGRP } from '../../vfs/overlay/fileMode.ts';
import {
  ALL_CAPABILITIES,
  bitOf,
  type CapabilityName,
  type CapabilitySet,
  type FileCapabilities,
  NO_CAPABILITIES,
  notPermitted,
} from './capabilities.ts';

/** The sets of a process (capabilities(7), "Thread capability sets"). */
export interface Privileges {
  readonly effective: CapabilitySet;
  readonly permitted: CapabilitySet;
  readonly inheritable: CapabilitySet;
  readonly bounding: CapabilitySet;
  readonly ambient: CapabilitySet;
  /** What is executed gains nothing (prctl(2), PR_SET_NO_NEW_PRIVS). */
  readonly gainsNothing: boolean;
}

/** Who a process is: `uid` and `gid` are the effective ones. */
export interface ProcessCredentials extends Credentials {
  /** Of who started it; where it is not the effective one. */
  readonly realUid?: number | undefined;
  readonly realGid?: number | undefined;
  /** Undefined: root has all, others none, and nothing is bounded. */
  readonly privileges?: Privileges | undefined;
}

const ALL: Privileges = {
  effective: ALL_CAPABILITIES,
  permitted: ALL_CAPABILITIES,
  inheritable: NO_CAPABILITIES,
  bounding: ALL_CAPABILITIES,
  ambient: NO_CAPABILITIES,
  gainsNothing: false,
};
const NONE: Privileges = { ...ALL, effective: NO_CAPABILITIES, permitted: NO_CAPABILITIES };

export function privilegesOf({ uid, privileges }: ProcessCredentials): Privileges {
  return privileges ?? (uid === 0 ? ALL : NONE);
}

export function realUidOf({ uid, realUid }: ProcessCredentials): number {
  return realUid ?? uid;
}

export function hasCapability(credentials: ProcessCredentials, name: CapabilityName): boolean {
  if (credentials.privileges === undefined) return credentials.uid === 0;
  return (credentials.privileges.effective & bitOf(name)) !== 0n;
}

export function withPrivileges(credentials: ProcessCredentials, privileges: Privileges): ProcessCredentials {
  return { ...credentials, privileges, capabilities: Number(BigInt.asIntN(32, privileges.effective)) };
}

export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** Undefined: as they are. */
  readonly groups?: readonly number[] | undefined;
}

/** Becomes somebody for good: setgroups(2), setgid(2), setuid(2). Who stops being root loses all capabilities, but
 *  those that `keeping` keeps permitted (PR_SET_KEEPCAPS). Throws VfsError EPERM, `syscall` saying which of the three. */
export function becoming(
  credentials: ProcessCredentials,
  { uid, gid, groups }: Identity,
  keeping: 'nothing' | 'permitted' = 'nothing',
): ProcessCredentials {
  if (groups && !hasCapability(credentials, 'SETGID')) throw notPermitted('setgroups');
  const ownGids = [credentials.gid, credentials.realGid ?? credentials.gid];
  if (!ownGids.includes(gid) && !hasCapability(credentials, 'SETGID')) throw notPermitted('setgid');
  const ownUids = [credentials.uid, realUidOf(credentials)];
  if (!ownUids.includes(uid) && !hasCapability(credentials, 'SETUID')) throw notPermitted('setuid');
  const wasRoot = ownUids.includes(0);
  const { umask, privileges } = credentials;
  const become: ProcessCredentials = { uid, gid, groups: groups ?? credentials.groups, umask };
  if (!privileges) return become;
  if (uid === 0 || !wasRoot) {
    const isRegained = uid === 0 && credentials.uid !== 0;
    return withPrivileges(become, isRegained ? { ...privileges, effective: privileges.permitted } : privileges);
  }
  const lost = { ...privileges, effective: NO_CAPABILITIES, ambient: NO_CAPABILITIES };
  return withPrivileges(become, keeping === 'permitted' ? lost : { ...lost, permitted: NO_CAPABILITIES });
}

/** What an executable may change of who executes it. */
export interface ExecutedFile {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly capabilities: FileCapabilities | undefined;
}

/** Who a process is after execve(2) (capabilities(7), "Transformation of capabilities during execve()"). `file` is
 *  given where it has set-id bits or capabilities that count. Throws VfsError EPERM for a file whose capabilities
 *  cannot all be had. */
export function afterExec(
  before: ProcessCredentials,
  file: ExecutedFile | undefined,
  path: string,
): ProcessCredentials {
  const { privileges } = before;
  const gains = file !== undefined && !privileges?.gainsNothing ? file : undefined;
  if (!gains && !privileges) return before;
  const owned = gains ? withSetId(before, gains) : before;
  const now = privilegesOf(before);
  const isRoot = owned.uid === 0 || realUidOf(owned) === 0;
  const carried = gains?.capabilities;
  const fileSets: FileCapabilities =
    isRoot && !(carried && owned.uid === 0 && realUidOf(owned) !== 0)
      ? { permitted: ALL_CAPABILITIES, inheritable: ALL_CAPABILITIES, isEffective: owned.uid === 0 }
      : (carried ?? { permitted: NO_CAPABILITIES, inheritable: NO_CAPABILITIES, isEffective: false });
  const isPrivileged = carried !== undefined || owned !== before;
  const ambient = isPrivileged ? NO_CAPABILITIES : now.ambient;
  const gained = (now.inheritable & fileSets.inheritable) | (now.bounding & fileSets.permitted);
  if (carried && fileSets === carried && carried.isEffective && (carried.permitted & ~gained) !== 0n)
    throw notPermitted('execve', path);
  const permitted = gained | ambient;
  const effective = fileSets.isEffective ? permitted : ambient;
  if (owned === before && permitted === now.permitted && effective === now.effective && ambient === now.ambient)
    return before;
  return withPrivileges(owned, { ...now, permitted, effective, ambient });
}

function withSetId(before: ProcessCredentials, { mode, uid, gid }: ExecutedFile): ProcessCredentials {
  const isSetUid = (mode & S_ISUID) !== 0 && uid !== before.uid;
  const isSetGid = (mode & (S_ISGID | S_IXGRP)) === (S_ISGID | S_IXGRP) && gid !== before.gid;
  if (!isSetUid && !isSetGid) return before;
  return {
    ...before,
    ...(isSetUid && { uid, realUid: realUidOf(before) }),
    ...(isSetGid && { gid, realGid: before.realGid ?? before.gid }),
  };
}

/** Whether a process may send another a signal (kill(2)). */
export function maySignal(by: ProcessCredentials, to: ProcessCredentials): boolean {
  const own = [by.uid, realUidOf(by)];
  return own.includes(realUidOf(to)) || own.includes(to.uid) || hasCapability(by, 'KILL');
}
