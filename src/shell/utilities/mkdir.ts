import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { chmod, mkdir as makeDirectory, stat, statIfThere } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { causeOf, isErrno } from './failure.ts';
import { changedMode, type ModeChange, parseModeChange } from './modeChange.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';
import { S_IFDIR } from '../../vfs/overlay/fileMode.ts';

const ALL = 0o777;

export const mkdir = utility(
  {
    options: { mode: '-m --mode=MODE', parents: '-p --parents', verbose: '-v --verbose' },
    notSimulated: '-Z --context',
    usage: '[OPTION]... DIRECTORY...',
  },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    if (options.operands.length === 0) throw new UsageError('operand', isGnu ? 'missing operand' : '');
    const given = options.value('mode');
    const change = given === undefined ? undefined : parseModeChange(given);
    if (given !== undefined && !change)
      throw new UsageError('operand', `invalid mode ${quoted(given)}`, { bare: true });
    const report = new Report(process);
    for (const operand of options.operands) {
      const onMade = async (path: string, isLast: boolean) => {
        if (!options.has('verbose')) return;
        const shown = isGnu
          ? `mkdir: created directory ${quoted(path)}`
          : `created directory: ${quoted(isLast ? path : `${path}/`)}`;
        await process.print(`${shown}\n`);
      };
      try {
        if (options.has('parents')) await makeParents(process, operand, change, onMade);
        else {
          makeOne(process, operand, change);
          await onMade(operand, true);
        }
      } catch (error) {
        const path = error instanceof VfsError ? error.path : operand;
        const shown = isGnu || path === operand ? path : `${path}/`;
        await report.fail(`${isGnu ? 'cannot' : "can't"} create directory ${quoted(shown)}: ${causeOf(error)}`);
      }
    }
    return report.status;
  },
);

function makeOne(process: Process, path: string, change: ModeChange | undefined): void {
  makeDirectory(process, path, ALL);
  if (change) chmod(process, path, changedMode(change, S_IFDIR | ALL, process.credentials.umask));
}

/** `onMade` hears of each directory that was not there. Throws VfsError with the path that stands in the way. */
export async function makeParents(
  process: Process,
  path: string,
  change?: ModeChange,
  onMade?: (path: string, isLast: boolean) => Promise<void>,
): Promise<void> {
  for (const match of path.matchAll(/[^/]+/g)) {
    const end = match.index + match[0].length;
    const part = path.slice(0, end);
    const isLast = !/[^/]/.test(path.slice(end));
    const found = statIfThere(process, part);
    if (found && isDirectory(found.mode)) continue;
    if (found && !isLast) throw new VfsError('ENOTDIR', 'mkdir', part);
    try {
      if (isLast) makeOne(process, part, change);
      else {
        // The next one is made in it, whatever the umask.
        makeDirectory(process, part, ALL);
        chmod(process, part, stat(process, part).mode | 0o300);
      }
    } catch (error) {
      if (isErrno(error, 'EEXIST') && isDirectory(stat(process, part).mode)) continue;
      throw error;
    }
    await onMade?.(isLast ? path : part, isLast);
  }
}
