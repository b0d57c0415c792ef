import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { link, lstatIfThere, readlink, rename, stat, symlink, unlink } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { askYes } from './ask.ts';
import { backupName, backupRule } from './backup.ts';
import { canonicalPath } from './canonical.ts';
import { causeOf } from './failure.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { directoryOf, lastComponent } from './paths.ts';
import { quoted } from './quote.ts';
import { relativePath } from './relativePath.ts';
import { Report } from './report.ts';
import { type Target, targetsOf } from './targetOperands.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  backup: '--backup[=CONTROL]',
  backupPlain: '-b',
  force: '-f --force',
  interactive: '-i --interactive',
  logical: '-L --logical',
  noDereference: '-n --no-dereference',
  physical: '-P --physical',
  relative: '-r --relative',
  symbolic: '-s --symbolic',
  suffix: '-S --suffix=SUFFIX',
  targetDirectory: '-t --target-directory=DIRECTORY',
  noTargetDirectory: '-T --no-target-directory',
  verbose: '-v --verbose',
} as const;

type LnOption = keyof typeof OPTIONS;

export const ln = utility(
  { options: OPTIONS, notSimulated: '-d -F --directory', usage: '[OPTION]... TARGET... LINK_NAME' },
  async (process, options) => {
    const report = new Report(process);
    if (options.has('relative') && !options.has('symbolic'))
      throw new UsageError('operand', 'cannot do --relative without --symbolic', { bare: true });
    for (const { source, target } of linksOf(process, options))
      await makeLink(process, options, report, source, target);
    return report.status;
  },
);

/** A single operand is linked into the current directory. */
function linksOf(process: Process, options: ParsedOptions<LnOption>): Target[] {
  const [only] = options.operands;
  if (options.operands.length === 1 && only !== undefined && !options.has('targetDirectory'))
    return [{ source: only, target: process.flavour === 'gnu' ? `./${lastComponent(only)}` : lastComponent(only) }];
  return targetsOf(process, options, { noFollow: options.has('noDereference') });
}

async function makeLink(
  process: Process,
  options: ParsedOptions<LnOption>,
  report: Report,
  source: string,
  target: string,
): Promise<void> {
  const isSymbolic = options.has('symbolic');
  const isGnu = process.flavour === 'gnu';
  const found = lstatIfThere(process, target);
  if (!isSymbolic && isGnu) {
    try {
      const from = stat(process, source);
      if (isDirectory(from.mode)) return await report.fail(`${source}: hard link not allowed for directory`);
    } catch (error) {
      if (!lstatIfThere(process, source)) return report.failedBy(error, `failed to access ${quoted(source)}`);
    }
  }
  try {
    if (found && !(await makeRoom(process, options, report, source, target))) return;
    let text = source;
    if (options.has('relative')) {
      const from = canonicalPath(process, directoryOf(target), 'missing') ?? directoryOf(target);
      text = relativePath(from, canonicalPath(process, source, 'missing') ?? source);
    }
    if (isSymbolic) symlink(process, text, target);
    else link(process, options.last('logical', 'physical') === 'logical' ? resolved(process, source) : source, target);
    if (options.has('verbose')) await process.print(`${quoted(target)} ${isSymbolic ? '->' : '=>'} ${quoted(text)}\n`);
  } catch (error) {
    if (!isGnu) return report.failedBy(error, isSymbolic || lstatIfThere(process, source) ? target : source);
    const what = isSymbolic
      ? `symbolic link ${quoted(target)}${target === source || found ? '' : ''}`
      : `hard link ${quoted(target)}${lstatIfThere(process, target) ? '' : ` => ${quoted(source)}`}`;
    await report.fail(`failed to create ${what}: ${causeOf(error)}`);
  }
}

function resolved(process: Process, path: string): string {
  return canonicalPath(process, path, 'existing') ?? path;
}

/** Takes what stands at the link's place away, where that was asked for. */
async function makeRoom(
  process: Process,
  options: ParsedOptions<LnOption>,
  report: Report,
  source: string,
  target: string,
): Promise<boolean> {
  const backup = backupRule(process, options);
  const [from, to] = [lstatIfThere(process, source), lstatIfThere(process, target)];
  const isForced = options.has('force') || options.has('interactive') || backup !== undefined;
  if (!isForced || !to) return true;
  if (isDirectory(to.mode)) {
    if (process.flavour === 'busybox') return true;
    await report.fail(`${target}: cannot overwrite directory`);
    return false;
  }
  const isSame = from !== undefined && from.inodeNumber === to.inodeNumber && !backup;
  if (isSame && process.flavour === 'gnu' && !(options.has('symbolic') && linkText(process, target) !== undefined)) {
    await report.fail(`${quoted(source)} and ${quoted(target)} are the same file`);
    return false;
  }
  if (options.last('force', 'interactive') === 'interactive') {
    const isWanted = await askYes(process, `${process.name}: replace ${quoted(target)}? `);
    if (!isWanted) return false;
  }
  if (backup) rename(process, target, backupName(process, target, backup));
  else unlink(process, target);
  return true;
}

function linkText(process: Process, path: string): string | undefined {
  try {
    return readlink(process, path);
  } catch (error) {
    causeOf(error);
    return undefined;
  }
}
