import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { type Mount, mountOptions } from '../kernel/mountNamespace.ts';
import type { Process } from '../kernel/process.ts';
import { MACHINE } from '../kernel/procfs.ts';
import { makeTmpfs, readTmpfsOptions } from '../kernel/tmpfs.ts';
import { lstat, stat } from '../kernel/calls.ts';
import { causeOf } from './failure.ts';
import { UsageError } from './options.ts';
import { utility } from './utility.ts';

/** Of mount(8) and umount(8): usage, and a mount that failed. */
const MOUNT_FAILED = 32;

export const mount = utility(
  {
    options: {
      all: '-a --all',
      bind: '-B --bind',
      recursiveBind: '-R --rbind',
      options: '-o --options=LIST',
      readOnly: '-r --read-only',
      readWrite: '-w --rw --read-write',
      type: '-t --types=LIST',
      verbose: '-v --verbose',
      noMtab: '-n --no-mtab',
      list: '-l --show-labels',
    },
    notSimulated:
      '-M --move --make-shared --make-slave --make-private --make-rshared --make-rslave --make-rprivate --make-unbindable -L --label=LABEL -U --uuid=UUID -T --fstab=PATH -f --fake -F --fork -N --namespace=NS -c --no-canonicalize',
    usage: '[-fnrsvw] [-t fstype] [-o options] source dir',
    version: 'from util-linux 2.38.1',
  },
  async (process, options) => {
    const words = (options.value('options') ?? '').split(',');
    const [source, given] = options.operands;
    // What is mounted already is known by its place alone.
    const target = given ?? (words.includes('remount') ? source : undefined);
    if (source === undefined) {
      if (options.has('all')) return 0;
      const types = options.value('type')?.split(',');
      const shown = process.mounts.mounts.filter(({ type }) => !types || types.includes(type));
      await process.print(
        shown.map((one) => `${one.source} on ${one.path} type ${one.type} (${mountOptions(one)})\n`).join(''),
      );
      return 0;
    }
    if (process.realUid !== 0 && process.flavour === 'gnu') {
      await process.complain(`${target ?? source}: must be superuser to use mount.`);
      return MOUNT_FAILED;
    }
    if (target === undefined) {
      await process.complain(`${source}: can't find in /etc/fstab.`);
      return MOUNT_FAILED;
    }
    const isReadOnly = options.last('readOnly', 'readWrite') === 'readOnly' || words.includes('ro');
    const isBind =
      options.has('bind') || options.has('recursiveBind') || words.includes('bind') || words.includes('rbind');
    try {
      const place = process.mounts.resolve(process, target, 'follow', 'mount');
      if (!process.can('SYS_ADMIN')) return await refuseMount(process, place.path, target);
      if (words.includes('remount')) return remount(process, place.path, isReadOnly);
      const at = stat(process, target);
      const type = options.value('type');
      if (isBind) {
        const from = process.mounts.resolve(process, source, 'follow', 'mount');
        stat(process, source);
        process.mounts.mount(place.path, from.mount.filesystem, {
          root: from.inner,
          type: from.mount.type,
          source: from.mount.source,
          isReadOnly,
        });
      } else if (type === 'tmpfs' || type === 'ramfs') {
        if (!isDirectory(at.mode)) throw new VfsError('ENOTDIR', 'mount', target);
        const asked = readTmpfsOptions(words, MACHINE.memoryBytes);
        if (typeof asked === 'string') {
          await process.complain(
            `${target}: wrong fs type, bad option, bad superblock on ${source}, missing codepage or helper program, or other error.`,
          );
          return MOUNT_FAILED;
        }
        const { filesystem, options: shown } = makeTmpfs(() => process.kernel.clock.now(), asked);
        process.mounts.mount(place.path, filesystem, { type, source, isReadOnly, options: shown });
      } else {
        await process.complain(
          `${target}: ${type === undefined ? `special device ${source} does not exist.` : `unknown filesystem type '${type}'.`}`,
        );
        await process.complain('only bind mounts and tmpfs are simulated');
        return MOUNT_FAILED;
      }
      if (options.has('verbose')) await process.print(`mount: ${source} mounted on ${target}.\n`);
      return 0;
    } catch (error) {
      const cause = causeOf(error);
      const what =
        cause === 'No such file or directory'
          ? isBind && !there(process, source)
            ? `special device ${source} does not exist.`
            : 'mount point does not exist.'
          : `${cause}.`;
      await process.complain(`${target}: ${what}`);
      return MOUNT_FAILED;
    }
  },
);

/** The kernel lets nobody mount without CAP_SYS_ADMIN; mount(8) looks at the place first. */
async function refuseMount(process: Process, path: string, target: string): Promise<number> {
  if (process.flavour !== 'gnu') {
    await process.complain('permission denied (are you root?)');
    return 1;
  }
  const isDirectoryThere = isDirectory(stat(process, path).mode);
  await process.complain(`${target}: ${isDirectoryThere ? 'permission denied' : 'mount point is not a directory'}.`);
  await process.write(2, '       dmesg(1) may have more information after failed mount system call.\n');
  return MOUNT_FAILED;
}

function there(process: Process, path: string): boolean {
  try {
    stat(process, path);
    return true;
  } catch (error) {
    causeOf(error);
    return false;
  }
}

/** The same filesystem there once more, with the other access. */
async function remount(process: Process, path: string, isReadOnly: boolean): Promise<number> {
  const found = process.mounts.mounts.findLast((one) => one.path === path);
  if (!found || path === '/') {
    await process.complain(`${path}: mount point not mounted or bad option.`);
    return MOUNT_FAILED;
  }
  process.mounts.unmount(path);
  const { filesystem, root, type, source, options } = found;
  process.mounts.mount(path, filesystem, { root, type, source, isReadOnly, options });
  return 0;
}

export const umount = utility(
  {
    options: {
      all: '-a --all',
      force: '-f --force',
      lazy: '-l --lazy',
      noMtab: '-n --no-mtab',
      recursive: '-R --recursive',
      verbose: '-v --verbose',
      quiet: '-q --quiet',
    },
    notSimulated:
      '-r --read-only -A --all-targets -c --no-canonicalize -d --detach-loop --fake -i --internal-only -N --namespace=NS -O --test-opts=LIST -t --types=LIST',
    usage: '[options] <source> | <directory>',
    version: 'from util-linux 2.38.1',
  },
  async (process, options) => {
    if (options.operands.length === 0 && !options.has('all')) throw new UsageError('operand', 'bad usage');
    let status = 0;
    for (const operand of options.operands) {
      const fail = async (message: string) => {
        status = MOUNT_FAILED;
        if (!options.has('quiet')) await process.complain(message);
      };
      if (!process.can('SYS_ADMIN')) {
        const isGnu = process.flavour === 'gnu';
        await fail(
          isGnu ? `${operand}: must be superuser to unmount.` : `can't unmount ${operand}: Operation not permitted`,
        );
        if (!isGnu) status = 1;
        continue;
      }
      try {
        const { path } = process.mounts.resolve(process, operand, 'follow', 'umount');
        stat(process, operand);
        const isBusy = [...process.kernel.processes.values()].some(
          (other) =>
            !other.hasEnded &&
            other.mounts === process.mounts &&
            (other.cwd === path || other.cwd.startsWith(`${path}/`)),
        );
        if (!process.mounts.isMountPoint(path)) await fail(`${operand}: not mounted.`);
        else if (isBusy && !options.has('lazy')) await fail(`${operand}: target is busy.`);
        else {
          if (options.has('recursive'))
            for (const { path: inner } of [...process.mounts.mounts].reverse())
              if (inner.startsWith(`${path}/`)) process.mounts.unmount(inner);
          process.mounts.unmount(path);
          if (options.has('verbose')) await process.print(`umount: ${operand} unmounted\n`);
        }
      } catch (error) {
        const cause = causeOf(error);
        await fail(
          cause === 'No such file or directory' ? `${operand}: no mount point specified.` : `${operand}: ${cause}.`,
        );
      }
    }
    return status;
  },
);

export const mountpoint = utility(
  {
    options: { quiet: '-q --quiet', noFollow: '--nofollow' },
    notSimulated: '-d --fs-devno -x --devno',
    usage: '[-qd] /path/to/directory',
    version: 'from util-linux 2.38.1',
  },
  async (process, options) => {
    const [operand, extra] = options.operands;
    if (operand === undefined || extra !== undefined) throw new UsageError('operand', 'bad usage');
    const follows = options.has('noFollow') ? 'noFollow' : 'follow';
    try {
      if (follows === 'follow') stat(process, operand);
      else lstat(process, operand);
    } catch (error) {
      const cause = causeOf(error);
      if (!options.has('quiet')) await process.complain(`${operand}: ${cause}`);
      return 1;
    }
    const isPoint = process.mounts.isMountPoint(process.mounts.resolve(process, operand, follows).path);
    if (!options.has('quiet')) await process.print(`${operand} is ${isPoint ? '' : 'not '}a mountpoint\n`);
    return isPoint ? 0 : process.flavour === 'gnu' ? MOUNT_FAILED : 1;
  },
);

export const findmnt = utility(
  {
    options: {
      noHeadings: '-n --noheadings',
      output: '-o --output=LIST',
      list: '-l --list',
      target: '-T --target=PATH',
      type: '-t --types=LIST',
      raw: '-r --raw',
    },
    usage: '[options] <device> | <mountpoint>',
    version: 'from util-linux 2.38.1',
  },
  async (process, options) => {
    const columns = (options.value('output') ?? 'TARGET,SOURCE,FSTYPE,OPTIONS').toUpperCase().split(',');
    const values: Record<string, (one: Mount) => string> = {
      TARGET: ({ path }) => path,
      SOURCE: ({ source, root }) => (root ? `${source}[${root}]` : source),
      FSTYPE: ({ type }) => type,
      OPTIONS: mountOptions,
    };
    const wrong = columns.find((column) => !Object.hasOwn(values, column));
    if (wrong !== undefined) throw new UsageError('operand', `unknown column: ${wrong}`, { bare: true });
    const types = options.value('type')?.split(',');
    const target = options.value('target');
    const [wanted] = options.operands;
    let found = process.mounts.mounts.filter(({ type }) => !types || types.includes(type));
    if (wanted !== undefined)
      found = found.filter(({ path, source }) => path === wanted || source === wanted).slice(-1);
    if (target !== undefined) {
      try {
        stat(process, target);
        const { mount: own } = process.mounts.resolve(process, target, 'follow');
        found = found.filter((one) => one.path === own.path).slice(-1);
      } catch (error) {
        causeOf(error);
        found = [];
      }
    }
    if (found.length === 0) return 1;
    const rows = found.map((one) => columns.map((column) => (values[column] as (mounted: Mount) => string)(one)));
    if (!options.has('noHeadings')) rows.unshift(columns);
    const isTree = wanted === undefined && target === undefined && !options.has('list') && !options.has('raw');
    if (isTree) drawBranches(rows, options.has('noHeadings') ? 1 : 2);
    const widths = columns.map((_, i) => Math.max(...rows.map((row) => (row[i] as string).length)));
    const join = (row: readonly string[]) =>
      options.has('raw')
        ? row.join(' ')
        : row
            .map((cell, i) => cell.padEnd(widths[i] as number))
            .join(' ')
            .trimEnd();
    await process.print(rows.map((row) => `${join(row)}\n`).join(''));
    return 0;
  },
);

/** All mounts hang below the root's. */
function drawBranches(rows: string[][], first: number): void {
  for (let i = first; i < rows.length; i++) {
    const row = rows[i] as string[];
    row[0] = `${i === rows.length - 1 ? '└─' : '├─'}${row[0]}`;
  }
}
