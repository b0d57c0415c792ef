import { lchown, lstat, mkdir, readdir, rename, statIfThere } from '../kernel/calls.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import type { Process } from '../kernel/process.ts';
import { type AccountTable, nextId, nextSystemId, readTable, today, writeTable } from './accountFiles.ts';
import { parseId } from './accounts.ts';
import { TreeCopy } from './copyTree.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { joinPath } from './paths.ts';
import { removeTree } from './removeTree.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';

/** Statuses of useradd(8), usermod(8) and userdel(8). */
const CANNOT_UPDATE = 1;
const BAD_USAGE = 2;
const BAD_ARGUMENT = 3;
const ID_IN_USE = 4;
const NO_SUCH = 6;
const NAME_IN_USE = 9;
const FIRST_ID = 1000;
const END_ID = 60001;

const NAME = /^[a-z_][a-z0-9_-]*\$?$/i;

const OPTIONS = {
  base: '-b --base-dir=BASE_DIR',
  comment: '-c --comment=COMMENT',
  home: '-d --home-dir --home=HOME_DIR',
  expire: '-e --expiredate=EXPIRE_DATE',
  inactive: '-f --inactive=INACTIVE',
  group: '-g --gid=GROUP',
  groups: '-G --groups=GROUPS',
  skeleton: '-k --skel=SKEL_DIR',
  // There is no lastlog to keep a user out of.
  noLog: '-l --no-log-init',
  createHome: '-m --create-home',
  noCreateHome: '-M --no-create-home',
  noUserGroup: '-N --no-user-group',
  nonUnique: '-o --non-unique',
  password: '-p --password=PASSWORD',
  system: '-r --system',
  shell: '-s --shell=SHELL',
  uid: '-u --uid=UID',
  userGroup: '-U --user-group',
} as const;

type UseraddOption = keyof typeof OPTIONS;

async function requireRoot(process: Process): Promise<boolean> {
  if (process.credentials.uid === 0) return true;
  await process.complain('Permission denied.');
  await process.complain('cannot lock /etc/passwd; try again later.');
  return false;
}

export const useradd = utility(
  {
    options: OPTIONS,
    notSimulated:
      '-D --defaults -K --key=KEY=VALUE -P --prefix=PREFIX_DIR -R --root=CHROOT_DIR -Z --selinux-user=SEUSER --badnames --btrfs-subvolume-home -F --add-subids-for-system',
    usage: '[options] LOGIN',
    usageStatus: BAD_USAGE,
  },
  async (process, options) => {
    const [name, extra] = options.operands;
    if (name === undefined || extra !== undefined) throw new UsageError('operand', '');
    if (!NAME.test(name) || name.length > 32) {
      await process.complain(`invalid user name '${name}': use --badname to ignore`);
      return BAD_ARGUMENT;
    }
    const [passwd, shadow, group, gshadow] = await Promise.all([
      readTable(process, 'passwd'),
      readTable(process, 'shadow'),
      readTable(process, 'group'),
      readTable(process, 'gshadow'),
    ]);
    if (passwd.line(name)) {
      await process.complain(`user '${name}' already exists`);
      return NAME_IN_USE;
    }
    if (!(await requireRoot(process))) return CANNOT_UPDATE;
    const expire = expiryOf(options.value('expire'));
    if (expire === undefined) {
      await process.complain(`invalid date '${options.value('expire')}'`);
      return BAD_ARGUMENT;
    }
    const uid = chosenUid(options, passwd);
    if (typeof uid === 'string') {
      await process.complain(uid);
      return uid.includes('unique') ? ID_IN_USE : BAD_ARGUMENT;
    }
    const gid = chosenGid(options, name, uid, group, gshadow);
    if (typeof gid === 'string') {
      await process.complain(gid);
      return gid.includes('exists') ? NAME_IN_USE : NO_SUCH;
    }
    const others = (options.value('groups') ?? '').split(',').filter((part) => part !== '');
    for (const other of others) {
      if (findGroup(group, other)) continue;
      await process.complain(`group '${other}' does not exist`);
      return NO_SUCH;
    }
    for (const other of others) addMember(findGroup(group, other), gshadow, name);
    const home = options.value('home') ?? joinPath(options.value('base') ?? '/home', name);
    const shell = options.value('shell') ?? '/bin/sh';
    passwd.lines.push([
      name,
      shadow.isThere ? 'x' : '!',
      String(uid),
      String(gid),
      options.value('comment') ?? '',
      home,
      shell,
    ]);
    if (shadow.isThere)
      shadow.lines.push([
        name,
        options.value('password') ?? '!',
        String(today(process)),
        ...(options.has('system') ? ['', '', ''] : ['0', '99999', '7']),
        options.value('inactive') ?? '',
        expire,
        '',
      ]);
    for (const table of [passwd, shadow, group, gshadow])
      if (table.isThere || table.lines.length > 0) await writeTable(process, table);
    if (options.last('createHome', 'noCreateHome') === 'createHome')
      await makeHome(process, home, { uid, gid }, options.value('skeleton') ?? '/etc/skel');
    return 0;
  },
);

/** Days since the Epoch, as shadow(5) keeps them; '' for never, undefined for what is no date. */
function expiryOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '' || text === '-1') return '';
  const timeMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(timeMs)) return String(timeMs / 86_400_000);
  return /^\d{1,6}$/.test(text) ? text : undefined;
}

function chosenUid(options: ParsedOptions<UseraddOption>, passwd: AccountTable): number | string {
  const text = options.value('uid');
  if (text === undefined) {
    const uid = options.has('system') ? nextSystemId(passwd) : nextId(passwd, FIRST_ID, END_ID);
    return uid ?? "Can't get unique UID (no more available UIDs)";
  }
  const uid = parseId(text);
  if (uid === undefined) return `invalid user ID '${text}'`;
  const isTaken = passwd.lines.some((line) => Number(line[2]) === uid);
  return isTaken && !options.has('nonUnique') ? `UID ${uid} is not unique` : uid;
}

function chosenGid(
  options: ParsedOptions<UseraddOption>,
  name: string,
  uid: number,
  group: AccountTable,
  gshadow: AccountTable,
): number | string {
  const wanted = options.value('group');
  if (wanted !== undefined) {
    const line = findGroup(group, wanted);
    return line ? Number(line[2]) : `group '${wanted}' does not exist`;
  }
  if (options.last('noUserGroup', 'userGroup') === 'noUserGroup')
    return findGroup(group, 'users') ? Number(findGroup(group, 'users')?.[2]) : 100;
  if (group.line(name)) return `group ${name} exists - if you want to add this user to that group, use -g.`;
  const isFree = !group.lines.some((line) => Number(line[2]) === uid);
  const gid = isFree ? uid : options.has('system') ? nextSystemId(group) : nextId(group, FIRST_ID, END_ID);
  if (gid === undefined) return "Can't get unique GID (no more available GIDs)";
  addGroup(group, gshadow, name, gid);
  return gid;
}

export function addGroup(group: AccountTable, gshadow: AccountTable, name: string, gid: number): void {
  group.lines.push([name, 'x', String(gid), '']);
  if (gshadow.isThere) gshadow.lines.push([name, '!', '', '']);
}

/** By its name or number. */
export function findGroup(group: AccountTable, wanted: string): string[] | undefined {
  return group.line(wanted) ?? group.lines.find((line) => line[2] === wanted);
}

export function addMember(line: string[] | undefined, gshadow: AccountTable, name: string): void {
  if (!line) return;
  for (const one of [line, gshadow.line(line[0] ?? '')]) {
    if (!one) continue;
    const members = (one[3] ?? '').split(',').filter((member) => member !== '');
    if (!members.includes(name)) members.push(name);
    one[3] = members.join(',');
  }
}

export function removeMember(table: AccountTable, name: string): void {
  for (const line of table.lines) {
    const members = (line[3] ?? '').split(',').filter((member) => member !== '');
    if (members.includes(name)) line[3] = members.filter((member) => member !== name).join(',');
  }
}

/** A home directory with what the skeleton holds, all of it the user's. */
export async function makeHome(
  process: Process,
  home: string,
  owner: { readonly uid: number; readonly gid: number },
  skeleton: string,
): Promise<void> {
  if (statIfThere(process, home)) {
    await process.complain(`warning: the home directory ${home} already exists.`);
    return;
  }
  const missing: string[] = [];
  for (const match of home.matchAll(/[^/]+/g)) missing.push(home.slice(0, match.index + match[0].length));
  for (const path of missing) if (!statIfThere(process, path)) mkdir(process, path, 0o755);
  const found = statIfThere(process, skeleton);
  if (found && isDirectory(found.mode)) {
    const rules = {
      isRecursive: true,
      follow: 'never',
      preserve: { mode: true, ownership: false, times: false, links: false, xattrs: true },
      ignoresMode: false,
      onExisting: 'overwrite',
      isForced: true,
      removesFirst: false,
      as: 'copy',
      updatesOnly: false,
      isVerbose: false,
      staysOnFilesystem: false,
      backup: undefined,
    } as const;
    for (const { name } of readdir(process, skeleton))
      await new TreeCopy(process, rules, new Report(process)).copy(joinPath(skeleton, name), joinPath(home, name));
  }
  giveTree(process, home, owner);
}

function giveTree(process: Process, path: string, owner: { readonly uid: number; readonly gid: number }): void {
  lchown(process, path, owner.uid, owner.gid);
  if (!isDirectory(lstat(process, path).mode)) return;
  for (const { name } of readdir(process, path)) giveTree(process, joinPath(path, name), owner);
}

export const userdel = utility(
  {
    options: { force: '-f --force', remove: '-r --remove' },
    notSimulated: '-R --root=CHROOT_DIR -P --prefix=PREFIX_DIR -Z --selinux-user',
    usage: '[options] LOGIN',
    usageStatus: BAD_USAGE,
  },
  async (process, options) => {
    const [name] = options.operands;
    if (name === undefined) throw new UsageError('operand', '');
    const passwd = await readTable(process, 'passwd');
    const line = passwd.line(name);
    if (!line) {
      await process.complain(`user '${name}' does not exist`);
      return NO_SUCH;
    }
    if (!(await requireRoot(process))) return CANNOT_UPDATE;
    await forgetUser(process, passwd, name);
    if (options.has('remove')) {
      const home = line[5] ?? '';
      const report = new Report(process);
      if (statIfThere(process, `/var/mail/${name}`)) await removeTree(process, `/var/mail/${name}`, report);
      else await process.complain(`${name} mail spool (/var/mail/${name}) not found`);
      if (home !== '' && home !== '/' && statIfThere(process, home)) await removeTree(process, home, report);
      else await process.complain(`${name} home directory (${home}) not found`);
    }
    return 0;
  },
);

/** Takes a user out of all tables, and his own group with him. */
export async function forgetUser(process: Process, passwd: AccountTable, name: string): Promise<void> {
  const [shadow, group, gshadow] = await Promise.all([
    readTable(process, 'shadow'),
    readTable(process, 'group'),
    readTable(process, 'gshadow'),
  ]);
  const gid = passwd.line(name)?.[3];
  passwd.remove(name);
  shadow.remove(name);
  removeMember(group, name);
  removeMember(gshadow, name);
  const own = group.line(name);
  const isShared = passwd.lines.some((other) => other[3] === own?.[2]);
  if (own && own[2] === gid && (own[3] ?? '') === '' && !isShared) {
    group.remove(name);
    gshadow.remove(name);
  }
  for (const table of [passwd, shadow, group, gshadow]) if (table.isThere) await writeTable(process, table);
}

export const usermod = utility(
  {
    options: {
      append: '-a --append',
      comment: '-c --comment=COMMENT',
      home: '-d --home=HOME_DIR',
      expire: '-e --expiredate=EXPIRE_DATE',
      inactive: '-f --inactive=INACTIVE',
      group: '-g --gid=GROUP',
      groups: '-G --groups=GROUPS',
      login: '-l --login=NEW_LOGIN',
      lock: '-L --lock',
      moveHome: '-m --move-home',
      nonUnique: '-o --non-unique',
      password: '-p --password=PASSWORD',
      remove: '-r --remove',
      shell: '-s --shell=SHELL',
      uid: '-u --uid=UID',
      unlock: '-U --unlock',
    },
    notSimulated:
      '-b --badname -R --root=CHROOT_DIR -P --prefix=PREFIX_DIR -v --add-subuids=FIRST-LAST -V --del-subuids=FIRST-LAST -w --add-subgids=FIRST-LAST -W --del-subgids=FIRST-LAST -Z --selinux-user=SEUSER',
    usage: '[options] LOGIN',
    usageStatus: BAD_USAGE,
  },
  async (process, options) => {
    const [name] = options.operands;
    if (name === undefined) throw new UsageError('operand', '');
    const [passwd, shadow, group, gshadow] = await Promise.all([
      readTable(process, 'passwd'),
      readTable(process, 'shadow'),
      readTable(process, 'group'),
      readTable(process, 'gshadow'),
    ]);
    const line = passwd.line(name);
    if (!line) {
      await process.complain(`user '${name}' does not exist`);
      return NO_SUCH;
    }
    if (!(await requireRoot(process))) return CANNOT_UPDATE;
    const set = (field: number, value: string | undefined) => {
      if (value !== undefined) line[field] = value;
    };
    const wanted = options.value('group');
    const primary = wanted === undefined ? undefined : findGroup(group, wanted);
    if (wanted !== undefined && !primary) {
      await process.complain(`group '${wanted}' does not exist`);
      return NO_SUCH;
    }
    const joins = options.last('append', 'remove');
    if (joins !== undefined && !options.has('groups')) {
      await process.complain(`-${joins === 'append' ? 'a' : 'r'} flag is only allowed with the -G flag`);
      return BAD_USAGE;
    }
    if (options.has('append') && options.has('remove')) {
      await process.complain('-r and -a are mutually exclusive flags');
      return BAD_USAGE;
    }
    const others = options
      .value('groups')
      ?.split(',')
      .filter((part) => part !== '');
    const missing = others?.find((other) => !findGroup(group, other));
    if (missing !== undefined) {
      await process.complain(`group '${missing}' does not exist`);
      return NO_SUCH;
    }
    const uid = options.value('uid');
    if (
      uid !== undefined &&
      (parseId(uid) === undefined ||
        (passwd.lines.some((other) => other[2] === uid && other !== line) && !options.has('nonUnique')))
    ) {
      await process.complain(parseId(uid) === undefined ? `invalid user ID '${uid}'` : `UID '${uid}' already exists`);
      return parseId(uid) === undefined ? BAD_ARGUMENT : ID_IN_USE;
    }
    const expire = expiryOf(options.value('expire'));
    if (expire === undefined) {
      await process.complain(`invalid date '${options.value('expire')}'`);
      return BAD_ARGUMENT;
    }
    const aging = shadow.line(name);
    if (aging && options.has('inactive')) aging[6] = options.value('inactive') ?? '';
    if (aging && options.has('expire')) aging[7] = expire;
    const oldHome = line[5] ?? '';
    set(2, uid);
    set(3, primary?.[2]);
    set(4, options.value('comment'));
    set(5, options.value('home'));
    set(6, options.value('shell'));
    if (others) {
      const named = others.map((other) => findGroup(group, other)).filter((line) => line !== undefined);
      if (options.has('remove')) for (const one of named) leaveGroup(one, gshadow, name);
      else {
        if (!options.has('append')) {
          removeMember(group, name);
          removeMember(gshadow, name);
        }
        for (const one of named) addMember(one, gshadow, name);
      }
    }
    changePassword(shadow.line(name), options.last('lock', 'unlock'), options.value('password'));
    const login = options.value('login');
    if (login !== undefined) renameUser(login, line, shadow, group, gshadow);
    const home = options.value('home');
    if (home !== undefined && options.has('moveHome') && statIfThere(process, oldHome)) {
      rename(process, oldHome, home);
    }
    for (const table of [passwd, shadow, group, gshadow]) if (table.isThere) await writeTable(process, table);
    return 0;
  },
);

/** Takes a member out of one group. */
function leaveGroup(line: string[], gshadow: AccountTable, name: string): void {
  for (const one of [line, gshadow.line(line[0] ?? '')])
    if (one)
      one[3] = (one[3] ?? '')
        .split(',')
        .filter((member) => member !== name && member !== '')
        .join(',');
}

function changePassword(
  line: string[] | undefined,
  lock: 'lock' | 'unlock' | undefined,
  password: string | undefined,
): void {
  if (!line) return;
  if (password !== undefined) line[1] = password;
  if (lock === 'lock' && !line[1]?.startsWith('!')) line[1] = `!${line[1] ?? ''}`;
  if (lock === 'unlock') line[1] = (line[1] ?? '').replace(/^!/, '');
}

function renameUser(
  login: string,
  line: string[],
  shadow: AccountTable,
  group: AccountTable,
  gshadow: AccountTable,
): void {
  const old = line[0] as string;
  line[0] = login;
  const secret = shadow.line(old);
  if (secret) secret[0] = login;
  for (const table of [group, gshadow])
    for (const one of table.lines)
      one[3] = (one[3] ?? '')
        .split(',')
        .map((member) => (member === old ? login : member))
        .join(',');
}
