import { S_ISUID } from '../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { statIfThere } from '../kernel/calls.ts';
import type { MountNamespace } from '../kernel/mountNamespace.ts';
import type { Process } from '../kernel/process.ts';
import { becoming, type Identity, privilegesOf, type ProcessCredentials } from '../kernel/processCredentials.ts';
import { notPermitted } from '../kernel/capabilities.ts';
import { exitCode } from '../kernel/waitStatus.ts';
import type { Program } from '../kernel/program.ts';
import { type Accounts, readAccounts, type User } from './accounts.ts';
import { canonicalPath } from './canonical.ts';
import { causeOf } from './failure.ts';
import { becomeCommand, cannotRunStatus, findCommand, runCommand } from './launch.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

const ROOT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const SUDOERS_GROUPS = ['sudo', 'wheel', 'admin', 'docker'];

function identityOf(accounts: Accounts, user: User, gid = user.gid): Identity {
  return { uid: user.uid, gid, groups: accounts.groupsOf(user.name, gid) };
}

/** Asks for no password: nobody else is at this machine. */
export const sudo = utility(
  {
    options: {
      preserveEnv: '-E',
      preserveList: '--preserve-env[=LIST]',
      group: '-g --group=GROUP',
      // The home is always the other's, and no password is asked for.
      setHome: '-H --set-home',
      login: '-i --login',
      kill: '-k --reset-timestamp',
      nonInteractive: '-n --non-interactive',
      prompt: '-p --prompt=PROMPT',
      shell: '-s --shell',
      stdin: '-S --stdin',
      user: '-u --user=USER',
      validate: '-v --validate',
    },
    notSimulated:
      '-A --askpass -b --background -e --edit -l --list -C=NUM --close-from=NUM -D --chdir=DIR -h --host=HOST -K --remove-timestamp -P --preserve-groups -R --chroot=DIR -T --command-timeout=T -U --other-user=USER',
    usage: '[-EHikns] [-g group] [-u user] [VAR=value] [command [arg ...]]',
    permute: false,
  },
  async (process, options) => {
    const accounts = await readAccounts(process);
    const own = accounts.userById(process.realUid);
    if (process.credentials.uid !== 0) {
      await process.write(2, whyNotRoot(process));
      return 1;
    }
    if (process.realUid !== 0 && !mayBecomeRoot(process, accounts)) {
      await process.write(
        2,
        `${own?.name ?? process.realUid} is not in the sudoers file.\nThis incident has been reported to the administrator.\n`,
      );
      return 1;
    }
    const wanted = options.value('user') ?? 'root';
    const user = wanted.startsWith('#') ? accounts.userById(Number(wanted.slice(1))) : accounts.user(wanted);
    if (!user) {
      await process.write(2, `sudo: unknown user ${wanted}\nsudo: error initializing audit plugin sudoers_audit\n`);
      return 1;
    }
    if (options.has('validate') || (options.has('kill') && options.operands.length === 0)) return 0;
    const env = sudoEnvironment(process, options, own?.name ?? 'root', user);
    const command = [...options.operands];
    for (let next = command[0]; next !== undefined && /^[A-Za-z_]\w*=/.test(next); next = command[0]) {
      const at = next.indexOf('=');
      env.set(next.slice(0, at), next.slice(at + 1));
      command.shift();
    }
    const shell = options.has('login')
      ? user.shell || '/bin/sh'
      : (process.env.get('SHELL') ?? user.shell ?? '/bin/sh');
    const isShell = options.has('shell') || options.has('login');
    if (!isShell && command.length === 0) {
      await process.write(
        2,
        `usage: sudo -h | -K | -k | -V\nusage: sudo [-EHikns] [-g group] [-u user] [VAR=value] [-i | -s] [command [arg ...]]\n`,
      );
      return 1;
    }
    const group = options.value('group');
    const gid = group === undefined ? user.gid : accounts.gidOf(group);
    if (gid === undefined) {
      await process.write(2, `sudo: unknown group ${group}\n`);
      return 1;
    }
    const argv = isShell
      ? [
          shell,
          ...(options.has('login') ? ['-l'] : []),
          ...(command.length > 0 ? ['-c', command.map(shellWord).join(' ')] : []),
        ]
      : command;
    const cwd = options.has('login') ? user.home : process.cwd;
    let credentials: ProcessCredentials;
    try {
      credentials = becoming(process.credentials, identityOf(accounts, user, gid));
    } catch (error) {
      await process.write(2, `sudo: unable to change to runas uid (${user.uid}, ${gid}): ${causeOf(error)}\n`);
      return 1;
    }
    return runAs(process, argv, credentials, env, cwd);
  },
);

/** Its file has made nobody root: why. */
function whyNotRoot(process: Process): string {
  if (privilegesOf(process.credentials).gainsNothing)
    return 'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.\nsudo: If sudo is running in a container, you may need to adjust the container configuration to disable the flag.\n';
  const file = findCommand(process, process.argv[0] ?? 'sudo') ?? 'sudo';
  const found = statIfThere(process, file);
  if (found && (found.uid !== 0 || (found.mode & S_ISUID) === 0))
    return `sudo: ${file} must be owned by uid 0 and have the setuid bit set\n`;
  return `sudo: effective uid is not 0, is ${file} on a file system with the 'nosuid' option set or an NFS file system without root privileges?\n`;
}

function mayBecomeRoot(process: Process, accounts: Accounts): boolean {
  const { gid, groups } = process.credentials;
  const names = [gid, ...groups].map((group) => accounts.groupName(group) ?? '');
  return names.some((name) => SUDOERS_GROUPS.includes(name) && name !== 'docker');
}

function sudoEnvironment(
  process: Process,
  options: ParsedOptions<string>,
  own: string,
  user: User,
): Map<string, string> {
  const keeps = options.has('preserveEnv') || options.has('preserveList');
  const env = new Map<string, string>();
  const kept = ['TERM', 'LANG', 'LC_ALL', 'COLORTERM', 'DISPLAY', 'LS_COLORS', 'TZ'];
  for (const [name, value] of process.env) if (keeps || kept.includes(name)) env.set(name, value);
  env.set('PATH', ROOT_PATH);
  env.set('HOME', user.home);
  env.set('LOGNAME', user.name);
  env.set('USER', user.name);
  env.set('SHELL', user.shell);
  env.set('SUDO_COMMAND', options.operands.join(' '));
  env.set('SUDO_USER', own);
  env.set('SUDO_UID', String(process.realUid));
  env.set('SUDO_GID', String(process.credentials.gid));
  return env;
}

/** Runs a command as somebody else; what it ends with is the status. */
async function runAs(
  process: Process,
  argv: readonly string[],
  credentials: ProcessCredentials,
  env: ReadonlyMap<string, string>,
  cwd: string,
): Promise<number> {
  const name = argv[0] as string;
  if (findCommand(process, name, env.get('PATH')) === undefined) {
    await process.write(2, `sudo: ${name}: command not found\n`);
    return 1;
  }
  try {
    return exitCode(await runCommand(process, argv, { credentials, env, cwd }));
  } catch (error) {
    await process.write(2, `sudo: unable to execute ${name}: ${causeOf(error)}\n`);
    return 1;
  }
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export const su = utility(
  {
    options: {
      command: '-c --command=COMMAND',
      login: '-l --login',
      preserve: '-m -p --preserve-environment',
      shell: '-s --shell=SHELL',
      fast: '-f --fast',
      group: '-g --group=GROUP',
    },
    notSimulated: '-G --supp-group=GROUP -P --pty -w --whitelist-environment=LIST --session-command=COMMAND',
    usage: '[options] [-] [<user> [<argument>...]]',
    version: 'from util-linux 2.38.1',
  },
  async (process, options) => {
    const operands = [...options.operands];
    const isLogin = options.has('login') || operands[0] === '-';
    if (operands[0] === '-') operands.shift();
    const name = operands.shift() ?? 'root';
    const accounts = await readAccounts(process);
    const user = accounts.user(name);
    if (!user) {
      const isGnu = process.flavour === 'gnu';
      await process.complain(
        isGnu
          ? `user ${name} does not exist or the user entry does not contain all the required fields`
          : `unknown user ${name}`,
      );
      return 1;
    }
    if (process.realUid !== 0) {
      await process.write(2, 'Password: \n');
      await process.complain('Authentication failure');
      return 1;
    }
    const group = options.value('group');
    const gid = group === undefined ? user.gid : accounts.gidOf(group);
    if (gid === undefined) {
      await process.complain(`group ${group} does not exist`);
      return 1;
    }
    const shell = options.value('shell') ?? (user.shell || '/bin/sh');
    const env = new Map(
      isLogin && !options.has('preserve') ? [...process.env].filter(([key]) => key === 'TERM') : process.env,
    );
    if (!options.has('preserve')) {
      env.set('HOME', user.home);
      env.set('SHELL', shell);
      if (user.uid !== 0 || isLogin) {
        env.set('USER', user.name);
        env.set('LOGNAME', user.name);
      }
      if (isLogin)
        env.set('PATH', user.uid === 0 ? ROOT_PATH : '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games');
    }
    const command = options.value('command');
    const argv = [isLogin ? '-l' : '', ...(command === undefined ? [] : ['-c', command]), ...operands].filter(
      (word) => word !== '',
    );
    let credentials: ProcessCredentials;
    try {
      credentials = becoming(process.credentials, identityOf(accounts, user, gid));
    } catch (error) {
      await process.complain(refusedChange(process, error));
      return 1;
    }
    try {
      return exitCode(
        await runCommand(process, [shell, ...argv], { credentials, env, ...(isLogin && { cwd: user.home || '/' }) }),
      );
    } catch (error) {
      const cause = causeOf(error);
      await process.complain(`failed to execute ${shell}: ${cause}`);
      return error instanceof VfsError && error.code === 'ENOENT' ? 127 : 126;
    }
  },
);

const SU_WORDS: Readonly<Record<string, readonly [gnu: string, busybox: string]>> = {
  setgroups: ['cannot set groups', "can't set groups"],
  setgid: ['cannot set group id', 'setgid'],
  setuid: ['cannot set user id', 'setuid'],
};

function refusedChange({ flavour }: Process, error: unknown): string {
  if (!(error instanceof VfsError)) throw error;
  const [gnu, busybox] = SU_WORDS[error.syscall] ?? ['', ''];
  return `${flavour === 'gnu' ? gnu : busybox}: ${causeOf(error)}`;
}

/** chroot(1): runs a command with another root directory. */
export const chroot: Program = utility(
  {
    options: { groups: '--groups=G_LIST', userspec: '--userspec=USER:GROUP', skipChdir: '--skip-chdir' },
    usage: '[OPTION] NEWROOT [COMMAND [ARG]...]',
    usageStatus: 125,
    permute: false,
  },
  async (process, options) => {
    const [root, ...command] = options.operands;
    const isGnu = process.flavour === 'gnu';
    if (root === undefined) throw new UsageError('operand', isGnu ? 'missing operand' : '');
    const staysHere = options.has('skipChdir');
    if (staysHere && canonicalPath(process, root, 'existing') !== '/')
      throw new UsageError('operand', "option --skip-chdir only permitted if NEWROOT is old '/'");
    const argv = command.length > 0 ? command : [process.env.get('SHELL') ?? '/bin/sh', '-i'];
    let mounts: MountNamespace;
    try {
      if (!process.can('SYS_CHROOT')) throw notPermitted('chroot', root);
      const { path } = process.mounts.resolve(process, root, 'follow');
      process.mounts.stat(process, `${root}/.`);
      mounts = process.mounts.rootedAt(path);
    } catch (error) {
      const cause = causeOf(error);
      await process.complain(
        isGnu
          ? `cannot change root directory to ${quoted(root)}: ${cause}`
          : `can't change root directory to '${root}': ${cause}`,
      );
      return isGnu ? 125 : 1;
    }
    // A process has the mounts of its namespace: who has another root has a namespace of its own.
    const { kernel, env, files, group, terminal, flavour } = process;
    const inner = kernel.launch(
      {
        namespaces: { ...process.namespaces, mounts },
        argv: process.argv,
        env,
        cwd: staysHere ? process.cwd : '/',
        credentials: process.credentials,
        files,
        group,
        terminal,
        flavour,
      },
      (child) => runInRoot(child, argv, options.value('userspec'), options.value('groups')),
    );
    return exitCode(await process.waitFor(inner.wait()));
  },
);

const CHROOT_WORDS: Readonly<Record<string, string>> = {
  setgroups: 'supplemental groups',
  setgid: 'group-ID',
  setuid: 'user-ID',
};

async function runInRoot(
  process: Process,
  argv: readonly string[],
  spec: string | undefined,
  groupList: string | undefined,
): Promise<number> {
  const isGnu = process.flavour === 'gnu';
  const { credentials } = process;
  let identity: Identity = credentials;
  if (spec !== undefined) {
    const accounts = await readAccounts(process);
    const [userName = '', groupName] = spec.split(':');
    const user = accounts.user(userName) ?? accounts.userById(Number(userName));
    const uid = user?.uid ?? accounts.uidOf(userName);
    const gid = groupName === undefined ? (user?.gid ?? uid) : accounts.gidOf(groupName);
    if (uid === undefined || gid === undefined) {
      await process.complain(`invalid user: ${quoted(spec)}`);
      return 125;
    }
    identity = { uid, gid, groups: [gid] };
  }
  if (groupList !== undefined) {
    const accounts = await readAccounts(process);
    const groups: number[] = [];
    for (const word of groupList.split(',').filter((one) => one !== '')) {
      const gid = /^\d{1,10}$/.test(word) ? Number(word) : accounts.gidOf(word);
      if (gid === undefined) {
        await process.complain(`invalid group ${quoted(word)}`);
        return 125;
      }
      groups.push(gid);
    }
    identity = { ...identity, groups };
  }
  if (spec !== undefined || groupList !== undefined) {
    try {
      process.credentials = becoming(credentials, identity);
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
      await process.complain(`failed to set ${CHROOT_WORDS[error.syscall]}: ${causeOf(error)}`);
      return 125;
    }
  }
  const name = argv[0] as string;
  try {
    return await becomeCommand(process, argv);
  } catch (error) {
    const cause = causeOf(error);
    await process.complain(
      isGnu ? `failed to run command ${quoted(name)}: ${cause}` : `can't execute '${name}': ${cause}`,
    );
    return cannotRunStatus(error);
  }
}
