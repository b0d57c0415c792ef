import type { Process } from '../kernel/process.ts';
import { nextId, nextSystemId, readTable, writeTable } from './accountFiles.ts';
import { parseId } from './accounts.ts';
import { UsageError } from './options.ts';
import { addGroup } from './useradd.ts';
import { utility } from './utility.ts';

const BAD_USAGE = 2;
const BAD_ARGUMENT = 3;
const ID_IN_USE = 4;
const NO_SUCH = 6;
const PRIMARY_GROUP = 8;
const NAME_IN_USE = 9;
const CANNOT_UPDATE = 10;

async function requireRoot(process: Process): Promise<boolean> {
  if (process.credentials.uid === 0) return true;
  await process.complain('Permission denied.');
  await process.complain('cannot lock /etc/group; try again later.');
  return false;
}

export const groupadd = utility(
  {
    options: {
      force: '-f --force',
      gid: '-g --gid=GID',
      nonUnique: '-o --non-unique',
      system: '-r --system',
      users: '-U --users=USERS',
    },
    notSimulated: '-K --key=KEY=VALUE -p --password=PASSWORD -R --root=CHROOT_DIR -P --prefix=PREFIX_DIR',
    usage: '[options] GROUP',
    usageStatus: BAD_USAGE,
  },
  async (process, options) => {
    const [name, extra] = options.operands;
    if (name === undefined || extra !== undefined) throw new UsageError('operand', '');
    if (!/^[a-z_][a-z0-9_-]*\$?$/i.test(name)) {
      await process.complain(`'${name}' is not a valid group name`);
      return BAD_ARGUMENT;
    }
    const group = await readTable(process, 'group');
    const gshadow = await readTable(process, 'gshadow');
    if (group.line(name)) {
      if (options.has('force')) return 0;
      await process.complain(`group '${name}' already exists`);
      return NAME_IN_USE;
    }
    const text = options.value('gid');
    let gid = text === undefined ? undefined : parseId(text);
    if (text !== undefined && gid === undefined) {
      await process.complain(`invalid group ID '${text}'`);
      return BAD_ARGUMENT;
    }
    const isTaken = group.lines.some((line) => Number(line[2]) === gid);
    if (isTaken && options.has('force')) gid = undefined;
    else if (isTaken && !options.has('nonUnique')) {
      await process.complain(`GID '${gid}' already exists`);
      return ID_IN_USE;
    }
    if (!(await requireRoot(process))) return CANNOT_UPDATE;
    gid ??= options.has('system') ? nextSystemId(group) : nextId(group, 1000, 60001);
    if (gid === undefined) {
      await process.complain("Can't get unique GID (no more available GIDs)");
      return ID_IN_USE;
    }
    addGroup(group, gshadow, name, gid);
    const line = group.line(name);
    if (line) line[3] = options.value('users') ?? '';
    await writeTable(process, group);
    if (gshadow.isThere) await writeTable(process, gshadow);
    return 0;
  },
);

export const groupdel = utility(
  {
    options: { force: '-f --force' },
    notSimulated: '-R --root=CHROOT_DIR -P --prefix=PREFIX_DIR',
    usage: '[options] GROUP',
    usageStatus: BAD_USAGE,
  },
  async (process, options) => {
    const [name] = options.operands;
    if (name === undefined) throw new UsageError('operand', '');
    const group = await readTable(process, 'group');
    const line = group.line(name);
    if (!line) {
      await process.complain(`group '${name}' does not exist`);
      return NO_SUCH;
    }
    const user = (await readTable(process, 'passwd')).lines.find((one) => one[3] === line[2]);
    if (user && !options.has('force')) {
      await process.complain(`cannot remove the primary group of user '${user[0]}'`);
      return PRIMARY_GROUP;
    }
    if (!(await requireRoot(process))) return CANNOT_UPDATE;
    group.remove(name);
    await writeTable(process, group);
    const gshadow = await readTable(process, 'gshadow');
    if (gshadow.remove(name)) await writeTable(process, gshadow);
    return 0;
  },
);
