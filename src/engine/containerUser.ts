import { decodeName } from '../bytes/byteName.ts';
import { readFile } from '../shell/kernel/calls.ts';
import type { Process } from '../shell/kernel/process.ts';
import type { ProcessCredentials } from '../shell/kernel/processCredentials.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { EngineError } from './engineError.ts';
import { other } from './messages.ts';

export interface ContainerUser {
  readonly credentials: ProcessCredentials;
  readonly home: string;
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const MAX_ID = 2 ** 31 - 1;

/** `USER[:GROUP]`, names or numbers, as the container's own passwd and group know them (opencontainers/runc
 *  libcontainer/user, GetExecUser). `process` sees the container's files. Throws EngineError for names that are not
 *  there. */
export async function resolveUser(
  process: Process,
  spec: string,
  extraGroups: readonly string[] = [],
): Promise<ContainerUser> {
  const [userPart = '', groupPart = ''] = spec.split(':');
  const users = await readPasswd(process);
  const groups = await readGroups(process);
  const wanted = userPart === '' ? '0' : userPart;
  const entry = users.find(({ name, uid }) => name === wanted || String(uid) === wanted);
  const uid = entry?.uid ?? numberOf(wanted);
  if (uid === undefined && isNumber(wanted)) throw outOfRange();
  if (uid === undefined)
    throw other('invalidParameter', `unable to find user ${wanted}: no matching entries in passwd file`);
  const primary = groupPart === '' ? undefined : groupId(groups, groupPart);
  const gid = primary ?? entry?.gid ?? 0;
  const memberships =
    primary === undefined && entry ? groups.filter(({ members }) => members.includes(entry.name)) : [];
  const added = extraGroups.map((group) => groupId(groups, group));
  return {
    // The primary group is one of them, so that dropping it gains nothing (CVE-2022-36109).
    credentials: {
      uid,
      gid,
      groups: [...new Set([gid, ...memberships.map((group) => group.gid), ...added])],
      umask: 0o022,
    },
    home: entry?.home || '/',
  };
}

function groupId(groups: readonly GroupEntry[], wanted: string): number {
  const gid =
    groups.find(({ name, gid: number }) => name === wanted || String(number) === wanted)?.gid ?? numberOf(wanted);
  if (gid === undefined && isNumber(wanted)) throw outOfRange();
  if (gid === undefined)
    throw other('invalidParameter', `unable to find group ${wanted}: no matching entries in group file`);
  return gid;
}

function numberOf(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= MAX_ID ? Number(text) : undefined;
}

/** What strconv.Atoi reads. */
function isNumber(text: string): boolean {
  return /^[+-]?\d{1,18}$/.test(text);
}

function outOfRange(): EngineError {
  return other('invalidParameter', `uids and gids must be in range 0-${MAX_ID}`);
}

async function readPasswd(process: Process): Promise<readonly PasswdEntry[]> {
  return (await readLines(process, '/etc/passwd')).flatMap((fields) => {
    const [name = '', , uid = '', gid = '', , home = ''] = fields;
    return /^\d+$/.test(uid) ? [{ name, uid: Number(uid), gid: Number(gid) || 0, home }] : [];
  });
}

async function readGroups(process: Process): Promise<readonly GroupEntry[]> {
  return (await readLines(process, '/etc/group')).flatMap((fields) => {
    const [name = '', , gid = '', members = ''] = fields;
    return /^\d+$/.test(gid) ? [{ name, gid: Number(gid), members: members.split(',').filter(Boolean) }] : [];
  });
}

/** A container without the file has no names. */
async function readLines(process: Process, path: string): Promise<readonly (readonly string[])[]> {
  try {
    const text = decodeName(await readFile(process, path, 1024 * 1024));
    return text.split('\n').map((line) => line.split(':'));
  } catch (error) {
    if (error instanceof VfsError) return [];
    throw error;
  }
}
