import { decodeName } from '../../bytes/byteName.ts';
import { readFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { isErrno } from './failure.ts';

/** A line of /etc/passwd (passwd(5)). */
export interface User {
  readonly name: string;
  readonly password: string;
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

/** A line of /etc/group (group(5)). */
export interface Group {
  readonly name: string;
  readonly password: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Ids that chown(2) takes; the last stands for none. */
const MAX_ID = 2 ** 32 - 2;

/** The users and groups that a filesystem knows. */
export class Accounts {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly #userNames = new Map<number, string>();
  readonly #groupNames = new Map<number, string>();

  constructor(users: readonly User[], groups: readonly Group[]) {
    this.users = users;
    this.groups = groups;
    for (const { uid, name } of users) if (!this.#userNames.has(uid)) this.#userNames.set(uid, name);
    for (const { gid, name } of groups) if (!this.#groupNames.has(gid)) this.#groupNames.set(gid, name);
  }

  userName(uid: number): string | undefined {
    return this.#userNames.get(uid);
  }

  groupName(gid: number): string | undefined {
    return this.#groupNames.get(gid);
  }

  user(name: string): User | undefined {
    return this.users.find((user) => user.name === name);
  }

  userById(uid: number): User | undefined {
    return this.users.find((user) => user.uid === uid);
  }

  group(name: string): Group | undefined {
    return this.groups.find((group) => group.name === name);
  }

  /** All groups of a user: the primary one first, the others in the order of /etc/group. */
  groupsOf(name: string, primary: number): number[] {
    const others = this.groups.filter(({ members, gid }) => gid !== primary && members.includes(name));
    return [primary, ...others.map(({ gid }) => gid)];
  }

  /** A name or a number. */
  uidOf(text: string): number | undefined {
    return this.user(text)?.uid ?? parseId(text);
  }

  gidOf(text: string): number | undefined {
    return this.group(text)?.gid ?? parseId(text);
  }
}

export function parseId(text: string): number | undefined {
  if (!/^\+?\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MAX_ID ? id : undefined;
}

/** What the filesystem says; a file that is not there has no lines. */
export async function readAccounts(process: Process): Promise<Accounts> {
  const users = await readText(process, '/etc/passwd');
  const groups = await readText(process, '/etc/group');
  if (last?.users !== users || last.groups !== groups) {
    const accounts = new Accounts(users.split('\n').flatMap(parseUser), groups.split('\n').flatMap(parseGroup));
    last = { users, groups, accounts };
  }
  return last.accounts;
}

/** What was read last: it is mostly asked for again. */
let last: { readonly users: string; readonly groups: string; readonly accounts: Accounts } | undefined;

async function readText(process: Process, path: string): Promise<string> {
  try {
    return decodeName(await readFile(process, path));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'ELOOP')) return '';
    throw error;
  }
}

function parseUser(line: string): User[] {
  const [name, password = '', uid = '', gid = '', comment = '', home = '', shell = ''] = line.split(':');
  if (!name || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return [];
  return [{ name, password, uid: Number(uid), gid: Number(gid), comment, home, shell }];
}

function parseGroup(line: string): Group[] {
  const [name, password = '', gid = '', members = ''] = line.split(':');
  if (!name || !/^\d+$/.test(gid)) return [];
  return [{ name, password, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }];
}
