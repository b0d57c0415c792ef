import { deviceMajor, deviceMinor, S_IFBLK, S_IFCHR, S_IFLNK, S_IFMT } from '../../vfs/overlay/fileMode.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstat, readlink, stat as statFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { type Accounts, readAccounts } from './accounts.ts';
import { allocatedBytes, shownSizeBytes } from './fileSize.ts';
import { modeText, typeWords } from './modeText.ts';
import { invalidWord, UsageError } from './options.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { Report } from './report.ts';
import { expandStatFormat } from './statFormat.ts';
import { localTime, strftime } from './strftime.ts';
import { type TimeZone, zoneOf } from './timeZone.ts';
import { utility } from './utility.ts';

const CACHED_MODES = ['default', 'never', 'always'];

export const stat = utility(
  {
    options: {
      dereference: '-L --dereference',
      fileSystem: '-f --file-system',
      cached: '--cached=MODE',
      format: '-c --format=FORMAT',
      printf: '--printf=FORMAT',
      terse: '-t --terse',
    },
    usage: '[OPTION]... FILE...',
  },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    if (options.operands.length === 0) throw new UsageError('operand', isGnu ? 'missing operand' : '');
    const context = { process, accounts: await readAccounts(process), zone: zoneOf(process) };
    const cached = options.value('cached');
    // All files are near: nothing is asked of a server, whatever may be cached.
    if (cached !== undefined && !CACHED_MODES.includes(cached)) throw invalidWord(cached, '--cached', CACHED_MODES);
    const report = new Report(process);
    const chosen = options.last('format', 'printf');
    const given = chosen === undefined ? undefined : options.value(chosen);
    for (const operand of options.operands) {
      try {
        const found =
          operand === '-'
            ? process.file(0).stat()
            : options.has('dereference')
              ? statFile(process, operand)
              : lstat(process, operand);
        const format =
          given ??
          defaultFormat(found, { ...context, isTerse: options.has('terse'), isFileSystem: options.has('fileSystem') });
        const values = options.has('fileSystem')
          ? fileSystemValue(context, operand)
          : fileValue(context, operand, found);
        const form = { escapes: chosen === 'printf', unknown: isGnu ? '?' : undefined };
        await process.print(expandStatFormat(format, values, form) + (chosen === 'printf' ? '' : '\n'));
      } catch (error) {
        await report.failedBy(error, `${isGnu ? 'cannot statx' : "can't stat"} ${quoted(operand)}`);
      }
    }
    return report.status;
  },
);

interface Context {
  readonly process: Process;
  readonly accounts: Accounts;
  readonly zone: TimeZone;
}

interface DefaultForm {
  readonly process: Process;
  readonly isTerse: boolean;
  readonly isFileSystem: boolean;
}

function defaultFormat(found: Stat, { process, isTerse, isFileSystem }: DefaultForm): string {
  const isGnu = process.flavour === 'gnu';
  const type = found.mode & S_IFMT;
  const isDevice = type === S_IFCHR || type === S_IFBLK;
  if (isFileSystem && isTerse) return '%n %i %l %t %s %S %b %f %a %c %d';
  if (isFileSystem)
    return `  File: "%n"\n    ID: %-8i Namelen: %-7l Type: %T\nBlock size: %-10s${isGnu ? ' Fundamental block size: %S' : ''}\nBlocks: Total: %-10b Free: %-10f Available: %a\nInodes: Total: %-10c Free: %d`;
  if (isTerse) return `%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z ${isGnu ? '%W ' : ''}%o`;
  const head = `  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n`;
  const device = isGnu ? '%Hd,%Ld' : '%Dh/%dd';
  const place = isDevice
    ? `Device: ${device}\tInode: %-10i  Links: %-5h ${isGnu ? 'Device type: %Hr,%Lr' : 'Device type: %t,%T'}\n`
    : `Device: ${device}\tInode: %-10i  Links: %h\n`;
  const owner = 'Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n';
  const times = `Access: %x\nModify: %y\nChange: %z${isGnu ? '\n Birth: %w' : ''}`;
  return head + place + owner + times;
}

/** The filesystem that everything lies on, as stat numbers it. */
const DEVICE = { major: 0, minor: 50 };

/** The value of a directive; its letter may follow H or L. */
export type StatValue = (directive: string) => string | number | undefined;

function fileValue({ process, accounts, zone }: Context, path: string, found: Stat): StatValue {
  const type = found.mode & S_IFMT;
  const isDevice = type === S_IFCHR || type === S_IFBLK;
  const time = (at: Timestamp) => strftime('%Y-%m-%d %H:%M:%S.%N %z', localTime(at, zone));
  const major = isDevice ? deviceMajor(found.device) : 0;
  const minor = isDevice ? deviceMinor(found.device) : 0;
  const deviceNumber = DEVICE.major * 256 + DEVICE.minor;
  return (directive) => {
    switch (directive) {
      case 'a':
        return (found.mode & 0o7777).toString(8);
      case 'A':
        return modeText(found.mode);
      case 'b':
        return Math.ceil(allocatedBytes(found) / 512);
      case 'B':
        return 512;
      case 'C':
        return '?';
      case 'd':
        return deviceNumber;
      case 'D':
        return deviceNumber.toString(16);
      case 'Hd':
        return DEVICE.major;
      case 'Ld':
        return DEVICE.minor;
      case 'f':
        return found.mode.toString(16);
      case 'F':
        return typeWords(found.mode, found.sizeBytes);
      case 'g':
        return found.gid;
      case 'G':
        return accounts.groupName(found.gid) ?? 'UNKNOWN';
      case 'h':
        return found.linkCount;
      case 'i':
        return found.inodeNumber;
      case 'm':
        return process.mounts.resolve(process, path, 'noFollow').mount.path;
      case 'n':
        return path;
      case 'N':
        return shownName(process, path, type);
      case 'o':
        return 4096;
      case 's':
        return shownSizeBytes(found);
      case 'r':
        return major * 256 + minor;
      case 'Hr':
        return major;
      case 'Lr':
        return minor;
      case 't':
        return major.toString(16);
      case 'T':
        return minor.toString(16);
      case 'u':
        return found.uid;
      case 'U':
        return accounts.userName(found.uid) ?? 'UNKNOWN';
      case 'w':
        return '-';
      case 'W':
        return 0;
      case 'x':
        return time(found.atime);
      case 'X':
        return found.atime.sec;
      case 'y':
        return time(found.mtime);
      case 'Y':
        return found.mtime.sec;
      case 'z':
        return time(found.ctime);
      case 'Z':
        return found.ctime.sec;
      default:
        return undefined;
    }
  };
}

function shownName(process: Process, path: string, type: number): string {
  const name = process.flavour === 'gnu' ? quotedIfNeeded(path) : type === S_IFLNK ? `'${path}'` : path;
  if (type !== S_IFLNK) return name;
  const target = readlink(process, path);
  return `${name} -> ${process.flavour === 'gnu' ? quotedIfNeeded(target) : `'${target}'`}`;
}

const FS_BLOCK_BYTES = 4096;
const NAME_MAX = 255;
/** ext4 makes an inode for so many bytes. */
const BYTES_PER_INODE = 16384;

function fileSystemValue({ process }: Context, path: string): StatValue {
  const { disk } = process.kernel;
  const free = Math.floor((disk.capacityBytes - disk.usedBytes) / FS_BLOCK_BYTES);
  const inodes = Math.floor(disk.capacityBytes / BYTES_PER_INODE);
  const { type } = process.mounts.resolve(process, path, 'follow').mount;
  const values: Record<string, string | number> = {
    a: free,
    b: Math.floor(disk.capacityBytes / FS_BLOCK_BYTES),
    c: inodes,
    d: inodes,
    f: free,
    i: '0',
    l: NAME_MAX,
    n: path,
    s: FS_BLOCK_BYTES,
    S: FS_BLOCK_BYTES,
    t: type === 'overlay' ? '794c7630' : type === 'tmpfs' ? '1021994' : type === 'proc' ? '9fa0' : 'ef53',
    T: type === 'overlay' ? 'overlayfs' : type === 'ext4' ? 'ext2/ext3' : type,
  };
  return (directive) => (Object.hasOwn(values, directive) ? values[directive] : undefined);
}
