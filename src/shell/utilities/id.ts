import type { Process } from '../kernel/process.ts';
import { type Accounts, readAccounts } from './accounts.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** The primary one first. */
  readonly groups: readonly number[];
  /** Whom it runs as, where that is somebody else. */
  readonly effective?: { readonly uid: number; readonly gid: number };
}

function ownIdentity({ credentials }: Process): Identity {
  const { uid, gid, groups, realUid = uid, realGid = gid } = credentials;
  return {
    uid: realUid,
    gid: realGid,
    groups: [realGid, ...groups.filter((group) => group !== realGid)],
    effective: { uid, gid },
  };
}

function identityOf(accounts: Accounts, name: string): Identity | undefined {
  const user = accounts.user(name) ?? (/^\d+$/.test(name) ? accounts.userById(Number(name)) : undefined);
  if (!user) return undefined;
  return { uid: user.uid, gid: user.gid, groups: accounts.groupsOf(user.name, user.gid) };
}

export const id = utility(
  {
    options: {
      ignored: '-a',
      group: '-g --group',
      groups: '-G --groups',
      name: '-n --name',
      real: '-r --real',
      user: '-u --user',
      zero: '-z --zero',
    },
    notSimulated: '-Z --context',
    usage: '[OPTION]... [USER]...',
  },
  async (process, options) => {
    const accounts = await readAccounts(process);
    const kinds = (['user', 'group', 'groups'] as const).filter((kind) => options.has(kind));
    const [kind] = kinds;
    if (kinds.length > 1)
      throw new UsageError('operand', 'cannot print "only" of more than one choice', { bare: true });
    if (kind === undefined && (options.has('name') || options.has('real')))
      throw new UsageError('operand', 'cannot print only names or real IDs in default format', { bare: true });
    if (kind === undefined && options.has('zero'))
      throw new UsageError('operand', 'option --zero not permitted in default format', { bare: true });
    const userName = (uid: number) => (options.has('name') ? (accounts.userName(uid) ?? String(uid)) : String(uid));
    const groupName = (gid: number) => (options.has('name') ? (accounts.groupName(gid) ?? String(gid)) : String(gid));
    const end = options.has('zero') ? '\0' : '\n';
    let status = 0;
    for (const operand of options.operands.length > 0 ? options.operands : [undefined]) {
      const identity = operand === undefined ? ownIdentity(process) : identityOf(accounts, operand);
      if (!identity) {
        const isGnu = process.flavour === 'gnu';
        await process.complain(isGnu ? `${quoted(operand ?? '')}: no such user` : `unknown user ${operand}`);
        status = 1;
        continue;
      }
      const shown = options.has('real') ? identity : (identity.effective ?? identity);
      if (kind === 'user') await process.print(userName(shown.uid) + end);
      else if (kind === 'group') await process.print(groupName(shown.gid) + end);
      else if (kind === 'groups')
        await process.print(identity.groups.map(groupName).join(options.has('zero') ? '\0' : ' ') + end);
      else {
        // busybox shows what the kernel has: a process may have no groups.
        const isBare = operand === undefined && process.credentials.groups.length === 0;
        await process.print(whole(identity, accounts, isBare && process.flavour !== 'gnu'));
      }
    }
    return status;
  },
);

function whole({ uid, gid, groups, effective = { uid, gid } }: Identity, accounts: Accounts, isAlone: boolean): string {
  const named = (number: number, name: string | undefined) =>
    name === undefined ? String(number) : `${number}(${name})`;
  const list = groups.map((group) => named(group, accounts.groupName(group))).join(',');
  const all = isAlone ? '' : ` groups=${list}`;
  const euid = effective.uid === uid ? '' : ` euid=${named(effective.uid, accounts.userName(effective.uid))}`;
  const egid = effective.gid === gid ? '' : ` egid=${named(effective.gid, accounts.groupName(effective.gid))}`;
  return `uid=${named(uid, accounts.userName(uid))} gid=${named(gid, accounts.groupName(gid))}${euid}${egid}${all}\n`;
}

export const groups = utility({ options: {}, usage: '[OPTION]... [USERNAME]...' }, async (process, { operands }) => {
  const accounts = await readAccounts(process);
  const names = ({ groups: list }: Identity) => list.map((gid) => accounts.groupName(gid) ?? String(gid)).join(' ');
  if (operands.length === 0) {
    await process.print(`${names(ownIdentity(process))}\n`);
    return 0;
  }
  let status = 0;
  for (const operand of operands) {
    const identity = identityOf(accounts, operand);
    if (identity)
      await process.print(process.flavour === 'gnu' ? `${operand} : ${names(identity)}\n` : `${names(identity)}\n`);
    else {
      status = 1;
      await process.complain(
        process.flavour === 'gnu' ? `${quoted(operand)}: no such user` : `unknown user ${operand}`,
      );
    }
  }
  return status;
});

export const whoami = utility({ options: {}, usage: '[OPTION]...' }, async (process, { operands }) => {
  const [extra] = operands;
  if (extra !== undefined) throw new UsageError('operand', `extra operand ${quoted(extra)}`);
  const { uid } = process.credentials;
  const name = (await readAccounts(process)).userName(uid);
  if (name === undefined) {
    await process.complain(process.flavour === 'gnu' ? `cannot find name for user ID ${uid}` : `unknown uid ${uid}`);
    return 1;
  }
  await process.print(`${name}\n`);
  return 0;
});

export const logname = utility({ options: {}, usage: '[OPTION]' }, async (process) => {
  const name = process.terminal && process.env.get('LOGNAME');
  if (!name) {
    await process.complain(process.flavour === 'gnu' ? 'no login name' : 'getlogin: No such file or directory');
    return 1;
  }
  await process.print(`${name}\n`);
  return 0;
});

/** Nobody has logged in in a container; on a host it is who sits at the terminal. */
export const who = utility(
  {
    options: {
      heading: '-H --heading',
      count: '-q --count',
      mine: '-m',
    },
    notSimulated:
      '-a --all -b --boot -d --dead -l --login --lookup -p --process -r --runlevel -s --short -t --time -T -w --mesg --message --writable -u --users',
    usage: '[OPTION]... [ FILE | ARG1 ARG2 ]',
  },
  async (process, options) => {
    const name = process.terminal && process.env.get('LOGNAME');
    if (options.has('count')) {
      await process.print(`${name ?? ''}\n# users=${name ? 1 : 0}\n`);
      return 0;
    }
    if (options.has('heading')) await process.print('NAME     LINE         TIME             COMMENT\n');
    if (!name || !process.terminal) return 0;
    const { sec } = process.startedAt;
    const time = new Date(sec * 1000).toISOString().slice(0, 16).replace('T', ' ');
    await process.print(`${name.padEnd(8)} ${`pts/${process.terminal.number}`.padEnd(12)} ${time}\n`);
    return 0;
  },
);
