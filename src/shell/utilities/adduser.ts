import { chmod } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { type AccountTable, nextId, nextSystemId, readTable, today, writeTable } from './accountFiles.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { addGroup, addMember, findGroup, forgetUser, makeHome, removeMember } from './useradd.ts';
import { removeTree } from './removeTree.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';
import { statIfThere } from '../kernel/calls.ts';

/** Debian's adduser and busybox's: one table of options; the letters are busybox's. */
const OPTIONS = {
  home: '-h --home=DIR',
  comment: '-g --gecos --comment=GECOS',
  shell: '-s --shell=SHELL',
  group: '-G --ingroup=GROUP',
  gid: '--gid=ID',
  system: '-S --system',
  // No password is asked for in any case, and names are not judged.
  noPassword: '-D --disabled-password --disabled-login',
  noHome: '-H --no-create-home',
  uid: '-u --uid=ID',
  skeleton: '-k=DIR',
  withGroup: '--group',
  allowBad: '--force-badname --allow-bad-names --allow-badname',
  quiet: '-q --quiet',
} as const;

type AdduserOption = keyof typeof OPTIONS;

interface Tables {
  readonly passwd: AccountTable;
  readonly shadow: AccountTable;
  readonly group: AccountTable;
  readonly gshadow: AccountTable;
}

async function readTables(process: Process): Promise<Tables> {
  return {
    passwd: await readTable(process, 'passwd'),
    shadow: await readTable(process, 'shadow'),
    group: await readTable(process, 'group'),
    gshadow: await readTable(process, 'gshadow'),
  };
}

async function writeTables(process: Process, tables: Tables): Promise<void> {
  for (const table of Object.values(tables) as AccountTable[])
    if (table.isThere || table.lines.length > 0) await writeTable(process, table);
}

/** adduser.conf(5), NAME_REGEX. */
const USUAL_NAME = { NAME_REGEX: /^[a-z][-a-z0-9_]*\$?$/, SYS_NAME_REGEX: /^[a-z_][-a-z0-9_]*\$?$/ } as const;

async function refuse(process: Process, message: string): Promise<number> {
  await process.complain(message);
  return 1;
}

export const adduser = utility({ options: OPTIONS, usage: '[OPTIONS] USER [GROUP]' }, async (process, options) => {
  const [name, groupName] = options.operands;
  if (name === undefined)
    throw new UsageError('operand', process.flavour === 'gnu' ? 'Only one or two names allowed.' : '');
  if (process.credentials.uid !== 0)
    return refuse(
      process,
      process.flavour === 'gnu' ? 'Only root may add a user or group to the system.' : 'must be suid to work properly',
    );
  const tables = await readTables(process);
  if (groupName !== undefined) return joinGroup(process, tables, name, groupName);
  const isQuiet = options.has('quiet') || process.flavour === 'busybox';
  const setting = options.has('system') ? 'SYS_NAME_REGEX' : 'NAME_REGEX';
  if (process.flavour === 'gnu' && !options.has('allowBad') && !USUAL_NAME[setting].test(name)) {
    return refuse(
      process,
      `Please enter a username matching the regular expression\n            configured via the ${setting} configuration variable.  Use the\n            \`--allow-bad-names' option to relax this check or reconfigure\n            ${setting} in configuration.`,
    );
  }
  const say = async (text: string) => {
    if (!isQuiet) await process.print(`${text}\n`);
  };
  if (tables.passwd.line(name)) {
    if (process.flavour === 'busybox') return refuse(process, `user '${name}' in use`);
    if (options.has('system')) {
      await say(`The system user \`${name}' already exists. Exiting.`);
      return 0;
    }
    return refuse(process, `The user \`${name}' already exists.`);
  }
  return addUser(process, options, tables, name, say);
});

async function addUser(
  process: Process,
  options: ParsedOptions<AdduserOption>,
  tables: Tables,
  name: string,
  say: (text: string) => Promise<void>,
): Promise<number> {
  const { passwd, shadow, group, gshadow } = tables;
  const isSystem = options.has('system');
  const isGnu = process.flavour === 'gnu';
  const given = options.value('uid');
  if (given !== undefined && !/^\d{1,9}$/.test(given)) return refuse(process, `invalid number '${given}'`);
  const uid =
    given !== undefined
      ? Number(given)
      : isSystem
        ? isGnu
          ? nextSystemId(passwd)
          : nextId(passwd, 100, 999)
        : nextId(passwd, 1000, 60000);
  if (uid === undefined) return refuse(process, 'no free ids');
  await say(`Adding ${isSystem ? 'system ' : ''}user \`${name}'${isSystem ? ` (UID ${uid})` : ''} ...`);
  const wanted = options.value('group') ?? options.value('gid');
  let gid: number;
  if (wanted !== undefined) {
    const line = findGroup(group, wanted);
    if (!line) return refuse(process, isGnu ? `The group \`${wanted}' does not exist.` : `unknown group ${wanted}`);
    gid = Number(line[2]);
  } else if (isSystem && !options.has('withGroup')) gid = Number(group.line('nogroup')?.[2] ?? 65534);
  else {
    gid = group.lines.some((line) => Number(line[2]) === uid)
      ? (nextId(group, isSystem ? 100 : 1000, isSystem ? 999 : 60000) ?? uid)
      : uid;
    await say(`Adding new group \`${name}' (${gid}) ...`);
    addGroup(group, gshadow, name, gid);
  }
  if (!isSystem) await say(`Adding new user \`${name}' (${uid}) with group \`${name} (${gid})' ...`);
  const home = options.value('home') ?? (isSystem && isGnu ? '/nonexistent' : `/home/${name}`);
  const shell =
    options.value('shell') ??
    (isSystem ? (isGnu ? '/usr/sbin/nologin' : '/bin/false') : isGnu ? '/bin/bash' : '/bin/sh');
  const comment = options.value('comment') ?? (isGnu ? (isSystem ? '' : ',,,') : 'Linux User,,,');
  passwd.lines.push([name, 'x', String(uid), String(gid), comment, home, shell]);
  if (shadow.isThere) shadow.lines.push([name, '!', String(today(process)), '0', '99999', '7', '', '', '']);
  await writeTables(process, tables);
  const wantsHome = !options.has('noHome') && !(isSystem && isGnu && options.value('home') === undefined);
  if (wantsHome && !statIfThere(process, home)) {
    await say(`Creating home directory \`${home}' ...`);
    if (!isSystem) await say("Copying files from `/etc/skel' ...");
    await makeHome(process, home, { uid, gid }, options.value('skeleton') ?? '/etc/skel');
    if (!isGnu) chmod(process, home, 0o2755);
  }
  return 0;
}

async function joinGroup(process: Process, tables: Tables, name: string, groupName: string): Promise<number> {
  const isGnu = process.flavour === 'gnu';
  if (!tables.passwd.line(name))
    return refuse(process, isGnu ? `The user \`${name}' does not exist.` : `unknown user ${name}`);
  const line = tables.group.line(groupName);
  if (!line) return refuse(process, isGnu ? `The group \`${groupName}' does not exist.` : `unknown group ${groupName}`);
  if ((line[3] ?? '').split(',').includes(name)) {
    if (isGnu) await process.print(`The user \`${name}' is already a member of \`${groupName}'.\n`);
    return 0;
  }
  addMember(line, tables.gshadow, name);
  if (isGnu) await process.print(`Adding user \`${name}' to group \`${groupName}' ...\nDone.\n`);
  await writeTables(process, tables);
  return 0;
}

export const addgroup = utility(
  { options: { gid: '-g --gid=GID', system: '-S --system', quiet: '-q --quiet' }, usage: '[-g GID] [-S] [USER] GROUP' },
  async (process, options) => {
    const [first, second] = options.operands;
    if (first === undefined)
      throw new UsageError('operand', process.flavour === 'gnu' ? 'Only one or two names allowed.' : '');
    if (process.credentials.uid !== 0)
      return refuse(
        process,
        process.flavour === 'gnu'
          ? 'Only root may add a user or group to the system.'
          : 'must be suid to work properly',
      );
    const tables = await readTables(process);
    if (second !== undefined) return joinGroup(process, tables, first, second);
    const { group, gshadow } = tables;
    const isGnu = process.flavour === 'gnu';
    if (group.line(first))
      return refuse(process, isGnu ? `The group \`${first}' already exists.` : `group '${first}' in use`);
    const text = options.value('gid');
    if (text !== undefined && !/^\d{1,9}$/.test(text)) return refuse(process, `invalid number '${text}'`);
    const gid =
      text !== undefined
        ? Number(text)
        : options.has('system')
          ? isGnu
            ? nextSystemId(group)
            : nextId(group, 100, 999)
          : nextId(group, 1000, 60000);
    if (gid === undefined) return refuse(process, 'no free ids');
    if (text !== undefined && findGroup(group, text))
      return refuse(process, isGnu ? `The GID \`${gid}' is already in use.` : `gid '${gid}' in use`);
    if (isGnu && !options.has('quiet')) await process.print(`Adding group \`${first}' (GID ${gid}) ...\nDone.\n`);
    addGroup(group, gshadow, first, gid);
    await writeTables(process, tables);
    return 0;
  },
);

export const deluser = utility(
  { options: { removeHome: '--remove-home', system: '--system', quiet: '-q --quiet' }, usage: '[--remove-home] USER' },
  async (process, options) => {
    const [name, groupName] = options.operands;
    const isGnu = process.flavour === 'gnu';
    if (name === undefined) throw new UsageError('operand', isGnu ? 'No user name given' : '');
    if (process.credentials.uid !== 0) return refuse(process, 'Only root may remove a user or group from the system.');
    const tables = await readTables(process);
    const line = tables.passwd.line(name);
    if (!line) return refuse(process, isGnu ? `The user \`${name}' does not exist.` : `unknown user ${name}`);
    if (groupName !== undefined) {
      const found = tables.group.line(groupName);
      if (!found)
        return refuse(process, isGnu ? `The group \`${groupName}' does not exist.` : `unknown group ${groupName}`);
      found[3] = (found[3] ?? '')
        .split(',')
        .filter((member) => member !== name)
        .join(',');
      const secret = tables.gshadow.line(groupName);
      if (secret)
        secret[3] = (secret[3] ?? '')
          .split(',')
          .filter((member) => member !== name)
          .join(',');
      await writeTables(process, tables);
      return 0;
    }
    if (isGnu && !options.has('quiet')) await process.print(`Removing user \`${name}' ...\nDone.\n`);
    const home = line[5] ?? '';
    await forgetUser(process, tables.passwd, name);
    if (options.has('removeHome') && home !== '' && home !== '/' && statIfThere(process, home))
      await removeTree(process, home, new Report(process));
    return 0;
  },
);

export const delgroup = utility(
  { options: { system: '--system', onlyIfEmpty: '--only-if-empty', quiet: '-q --quiet' }, usage: '[USER] GROUP' },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    const [first, second] = options.operands;
    if (first === undefined) throw new UsageError('operand', isGnu ? 'No group name given' : '');
    if (process.credentials.uid !== 0) return refuse(process, 'Only root may remove a user or group from the system.');
    const tables = await readTables(process);
    const name = second ?? first;
    const line = tables.group.line(name);
    if (!line) return refuse(process, isGnu ? `The group \`${name}' does not exist.` : `unknown group ${name}`);
    if (second !== undefined) removeMember(tables.group, first);
    else {
      const user = tables.passwd.lines.find((one) => one[3] === line[2]);
      if (user)
        return refuse(
          process,
          isGnu
            ? `\`${user[0]}' still has \`${name}' as their primary group!`
            : `'${user[0]}' still has '${name}' as their primary group!`,
        );
      if (options.has('onlyIfEmpty') && (line[3] ?? '') !== '')
        return refuse(process, `The group \`${name}' is not empty!`);
      if (isGnu && !options.has('quiet')) await process.print(`Removing group \`${name}' ...\nDone.\n`);
      tables.group.remove(name);
      tables.gshadow.remove(name);
    }
    await writeTables(process, tables);
    return 0;
  },
);
