import { VfsError } from '../../vfs/vfsError.ts';
import { ALL_CAPABILITIES, type CapabilitySet, capabilityNumber, namesIn } from '../kernel/capabilities.ts';
import type { Process } from '../kernel/process.ts';
import { becoming, type Identity, privilegesOf } from '../kernel/processCredentials.ts';
import { type Accounts, readAccounts } from './accounts.ts';
import { changePrivileges } from './changePrivileges.ts';
import { causeOf } from './failure.ts';
import { becomeCommand, cannotRunStatus } from './launch.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { utility } from './utility.ts';

const CALLS: Readonly<Record<string, string>> = { setuid: 'setresuid', setgid: 'setresgid', setgroups: 'setgroups' };

const OPTIONS = {
  dump: '-d --dump',
  gainsNothing: '--nnp --no-new-privs',
  ambient: '--ambient-caps=CAPS',
  inheritable: '--inh-caps=CAPS',
  bounding: '--bounding-set=CAPS',
  listCaps: '--list-caps',
  realUid: '--ruid=UID',
  effectiveUid: '--euid=UID',
  bothUids: '--reuid=UID',
  realGid: '--rgid=GID',
  effectiveGid: '--egid=GID',
  bothGids: '--regid=GID',
  clearGroups: '--clear-groups',
  keepGroups: '--keep-groups',
  initGroups: '--init-groups',
  groups: '--groups=GROUPS',
  resetEnv: '--reset-env',
} as const;

/** setpriv(1) of util-linux 2.38: runs a program with other privileges. */
export const setpriv = utility(
  {
    options: OPTIONS,
    notSimulated: '--securebits=BITS --pdeathsig=SIGNAL --selinux-label=LABEL --apparmor-profile=PROFILE',
    usage: '[options] <program> [<argument>...]',
    version: 'from util-linux 2.38.1',
    permute: false,
  },
  async (process, options) => {
    if (options.has('dump')) return dump(process);
    if (options.has('listCaps')) {
      await process.print(
        namesIn(ALL_CAPABILITIES)
          .map((name) => `${name.toLowerCase()}\n`)
          .join(''),
      );
      return 0;
    }
    if (options.operands.length === 0) throw new UsageError('operand', 'No program specified', { bare: true });
    const accounts = await readAccounts(process);
    try {
      apply(process, accounts, options);
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
      await process.complain(`${CALLS[error.syscall] ?? error.syscall} failed: ${causeOf(error)}`);
      return 127;
    }
    if (options.has('resetEnv')) resetEnvironment(process, accounts);
    try {
      return await becomeCommand(process, options.operands);
    } catch (error) {
      await process.complain(`failed to execute ${options.operands[0]}: ${causeOf(error)}`);
      return cannotRunStatus(error);
    }
  },
);

type Options = ParsedOptions<keyof typeof OPTIONS>;

function apply(process: Process, accounts: Accounts, options: Options): void {
  const uidText = options.value('bothUids');
  const gidText = options.value('bothGids');
  if (options.has('realUid') || options.has('effectiveUid') || options.has('realGid') || options.has('effectiveGid'))
    throw new UsageError('operand', 'ids of their own for real and effective users are not simulated', { bare: true });
  const setsGroups = (['clearGroups', 'keepGroups', 'initGroups', 'groups'] as const).some((name) => options.has(name));
  if (gidText !== undefined && !setsGroups)
    throw new UsageError('operand', '--[re]gid requires --keep-groups, --clear-groups, --init-groups, or --groups', {
      bare: true,
    });
  const before = process.credentials;
  const uid = uidText === undefined ? before.uid : requireId('reuid', uidText, accounts.uidOf(uidText));
  const gid = gidText === undefined ? before.gid : requireId('regid', gidText, accounts.gidOf(gidText));
  if (options.has('gainsNothing')) changePrivileges(process, { gainsNothing: true });
  const bounding = options.value('bounding');
  if (bounding !== undefined) {
    if (!process.can('SETPCAP')) throw new VfsError('EPERM', 'activate capabilities', '');
    changePrivileges(process, { bounding: adjusted(privilegesOf(before).bounding, bounding) });
  }
  const inheritable = options.value('inheritable');
  if (inheritable !== undefined)
    changePrivileges(process, { inheritable: adjusted(privilegesOf(process.credentials).inheritable, inheritable) });
  const groups = groupsOf(accounts, options, uid, gid);
  const { permitted: held } = privilegesOf(process.credentials);
  const ambientText = options.value('ambient');
  const identity: Identity = { uid, gid, groups };
  const kept = ambientText === undefined ? 'nothing' : 'permitted';
  if (uidText !== undefined || gidText !== undefined || groups)
    process.credentials = becoming(process.credentials, identity, kept);
  if (ambientText === undefined) return;
  const { inheritable: inherited, ambient } = privilegesOf(process.credentials);
  const wanted = adjusted(ambient, ambientText);
  if ((wanted & ~(held & inherited)) !== 0n) throw new VfsError('EPERM', 'apply capabilities', '');
  changePrivileges(process, { ambient: wanted });
}

function requireId(name: string, text: string, id: number | undefined): number {
  if (id === undefined) throw new UsageError('operand', `failed to parse ${name}: '${text}'`, { bare: true });
  return id;
}

/** `+chown,-all`: each with a sign. */
function adjusted(set: CapabilitySet, text: string): CapabilitySet {
  let after = set;
  for (const word of text.split(',')) {
    const [, sign, name = ''] = /^([+-])(.+)$/.exec(word) ?? [];
    const number = capabilityNumber(name);
    if (sign === undefined) throw new UsageError('operand', 'bad capability string', { bare: true });
    if (name !== 'all' && number === undefined)
      throw new UsageError('operand', `unknown capability "${name}"`, { bare: true });
    const bits = number === undefined ? ALL_CAPABILITIES : 1n << BigInt(number);
    after = sign === '+' ? after | bits : after & ~bits;
  }
  return after;
}

function groupsOf(accounts: Accounts, options: Options, uid: number, gid: number): readonly number[] | undefined {
  if (options.has('clearGroups')) return [];
  if (options.has('initGroups')) {
    const user = accounts.userById(uid);
    if (!user) throw new UsageError('operand', 'initgroups failed: uid is not in passwd', { bare: true });
    return accounts.groupsOf(user.name, gid);
  }
  const list = options.value('groups');
  return list?.split(',').map((word) => {
    const group = accounts.gidOf(word);
    if (group === undefined)
      throw new UsageError('operand', `Invalid supplementary group id: '${word}'`, { bare: true });
    return group;
  });
}

function resetEnvironment(process: Process, accounts: Accounts): void {
  const user = accounts.userById(process.credentials.uid);
  for (const name of [...process.env.keys()]) if (name !== 'TERM') process.setEnv(name, undefined);
  process.setEnv('SHELL', user?.shell || '/bin/sh');
  process.setEnv('HOME', user?.home ?? '/');
  process.setEnv('USER', user?.name ?? '');
  process.setEnv('LOGNAME', user?.name ?? '');
  process.setEnv('PATH', '/usr/local/bin:/bin:/usr/bin');
}

async function dump(process: Process): Promise<number> {
  const { uid, gid, groups, realGid = gid } = process.credentials;
  const { inheritable, ambient, bounding, gainsNothing } = privilegesOf(process.credentials);
  const list = (set: CapabilitySet) => namesIn(set).join(',').toLowerCase() || '[none]';
  await process.print(
    [
      `uid: ${process.realUid}\neuid: ${uid}\ngid: ${realGid}\negid: ${gid}\n`,
      `Supplementary groups: ${groups.length > 0 ? groups.join(',') : '[none]'}\n`,
      `no_new_privs: ${gainsNothing ? 1 : 0}\n`,
      `Inheritable capabilities: ${list(inheritable)}\nAmbient capabilities: ${list(ambient)}\n`,
      `Capability bounding set: ${list(bounding)}\n`,
      'Securebits: [none]\nParent death signal: [none]\n',
    ].join(''),
  );
  return 0;
}
