import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../../vfs/overlay/fileMode.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import { lstat, open, readlink, stat, statIfThere } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';
import { describeContent, mimeOf } from './fileKinds.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { listedLines } from './tarOptions.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  brief: '-b --brief',
  dereference: '-L --dereference',
  filesFrom: '-f --files-from=FILE',
  mime: '-i --mime',
  mimeType: '--mime-type',
  mimeEncoding: '--mime-encoding',
  noDereference: '-h --no-dereference',
  noPad: '-N --no-pad',
  separator: '-F --separator=STRING',
  print0: '-0 --print0',
} as const;

/** As much of a file as its kind is told from. */
const HEAD_BYTES = 64 * 1024;

export const file = utility(
  {
    options: OPTIONS,
    notSimulated:
      '-k --keep-going -s --special-files -z --uncompress -c --checking-printout -C --compile -d --debug -e --exclude=TEST -E -l --list -m --magic-file=LIST -n --no-buffer -p --preserve-date -P --parameter=P -r --raw -S --no-sandbox -Z --uncompress-noreport --apple --extension --exclude-quiet=TEST',
    usage: '[OPTION...] [FILE...]',
    version: '5.44',
  },
  async (process, options) => {
    const operands = [...options.operands];
    for (const path of options.values('filesFrom')) operands.unshift(...(await listedLines(process, path, '\n')));
    if (operands.length === 0) throw new UsageError('operand', 'missing file operand');
    const separator = options.value('separator') ?? ':';
    const width = options.has('noPad') ? 0 : Math.max(...operands.map(({ length }) => length));
    for (const operand of operands) {
      const kind = await kindOf(process, options, operand);
      const name = `${operand}${options.has('print0') ? '\0' : ''}${separator}`;
      const padded = name.padEnd(width + separator.length);
      await process.print(options.has('brief') ? `${kind}\n` : `${padded} ${kind}\n`);
    }
    return 0;
  },
);

async function kindOf(process: Process, options: ParsedOptions<keyof typeof OPTIONS>, path: string): Promise<string> {
  const isMime = options.has('mime') || options.has('mimeType') || options.has('mimeEncoding');
  const mime = (type: string, charset: string) => {
    if (options.has('mimeType')) return type;
    return options.has('mimeEncoding') ? charset : `${type}; charset=${charset}`;
  };
  try {
    const follows = path === '-' || options.last('dereference', 'noDereference') === 'dereference';
    const found = path === '-' ? process.file(0).stat() : follows ? stat(process, path) : lstat(process, path);
    const type = found.mode & S_IFMT;
    if (type === S_IFLNK) {
      if (isMime) return mime('inode/symlink', 'binary');
      const target = readlink(process, path);
      return `${statIfThere(process, path) ? 'symbolic link' : 'broken symbolic link'} to ${target}`;
    }
    if (type !== S_IFREG && path !== '-') {
      const [words, kind] = SPECIAL.get(type) ?? ['weird file', 'inode/x-unknown'];
      const sticky = type === S_IFDIR && (found.mode & 0o1000) !== 0 ? 'sticky, ' : '';
      return isMime ? mime(kind, 'binary') : sticky + words;
    }
    const opened = path === '-' ? process.file(0) : await open(process, path, O_RDONLY);
    try {
      const reading = opened.read(HEAD_BYTES);
      const head = reading instanceof Promise ? await process.waitFor(reading) : reading;
      const facts = { head, mode: found.mode, sizeBytes: path === '-' ? head.length : found.sizeBytes };
      if (isMime) {
        const { type: mimeType, charset } = mimeOf(facts);
        return mime(mimeType, charset);
      }
      return describeContent(facts);
    } finally {
      if (path !== '-') opened.close();
    }
  } catch (error) {
    return `cannot open \`${path}' (${causeOf(error)})`;
  }
}

const SPECIAL = new Map<number, readonly [words: string, mime: string]>([
  [S_IFDIR, ['directory', 'inode/directory']],
  [S_IFIFO, ['fifo (named pipe)', 'inode/fifo']],
  [S_IFCHR, ['character special', 'inode/chardevice']],
  [S_IFBLK, ['block special', 'inode/blockdevice']],
  [S_IFSOCK, ['socket', 'inode/socket']],
]);
