import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstat, lstatIfThere, rename, stat, statIfThere } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { askYes } from './ask.ts';
import { backupName, backupRule } from './backup.ts';
import { type CopyRules, isNewer, isWriteProtected, TreeCopy } from './copyTree.ts';
import { isErrno } from './failure.ts';
import type { ParsedOptions } from './options.ts';
import { withoutTrailingSlashes } from './paths.ts';
import { permissionText } from './modeText.ts';
import { quoted } from './quote.ts';
import { removeTree } from './removeTree.ts';
import { Report } from './report.ts';
import { isSameFile } from './sameFile.ts';
import { targetsOf } from './targetOperands.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  backup: '--backup[=CONTROL]',
  backupPlain: '-b',
  force: '-f --force',
  interactive: '-i --interactive',
  noClobber: '-n --no-clobber',
  stripSlashes: '--strip-trailing-slashes',
  suffix: '-S --suffix=SUFFIX',
  targetDirectory: '-t --target-directory=DIRECTORY',
  noTargetDirectory: '-T --no-target-directory',
  update: '-u --update',
  verbose: '-v --verbose',
} as const;

type MvOption = keyof typeof OPTIONS;

export const mv = utility(
  { options: OPTIONS, notSimulated: '-Z --context', usage: '[OPTION]... SOURCE... DEST' },
  async (process, options) => {
    const report = new Report(process);
    for (const { source, target } of targetsOf(process, options))
      await move(
        process,
        options,
        report,
        options.has('stripSlashes') ? withoutTrailingSlashes(source) : source,
        target,
      );
    return report.status;
  },
);

async function move(
  process: Process,
  options: ParsedOptions<MvOption>,
  report: Report,
  source: string,
  target: string,
): Promise<void> {
  const isGnu = process.flavour === 'gnu';
  let from: Stat;
  try {
    from = lstat(process, source);
  } catch (error) {
    await report.failedBy(error, isGnu ? `cannot stat ${quoted(source)}` : `can't rename ${quoted(source)}`);
    return;
  }
  const to = lstatIfThere(process, target);
  if (to && !(await mayReplace(process, options, report, { source, from, target, to }))) return;
  try {
    const rule = backupRule(process, options);
    if (to && rule) rename(process, target, backupName(process, target, rule));
    rename(process, source, target);
    if (options.has('verbose'))
      await process.print(`${isGnu ? 'renamed ' : ''}${quoted(source)} -> ${quoted(target)}\n`);
  } catch (error) {
    if (isErrno(error, 'EXDEV')) return moveAcross(process, options, report, source, target);
    if (!isGnu) return report.failedBy(error, `can't rename ${quoted(source)}`);
    if (isErrno(error, 'EINVAL'))
      return report.fail(`cannot move ${quoted(source)} to a subdirectory of itself, ${quoted(target)}`);
    return report.failedBy(error, `cannot move ${quoted(source)} to ${quoted(target)}`);
  }
}

interface Pair {
  readonly source: string;
  readonly from: Stat;
  readonly target: string;
  readonly to: Stat;
}

async function mayReplace(
  process: Process,
  options: ParsedOptions<MvOption>,
  report: Report,
  { source, from, target, to }: Pair,
): Promise<boolean> {
  if (process.flavour === 'gnu' && isSame(process, source, target)) {
    await report.fail(`${quoted(source)} and ${quoted(target)} are the same file`);
    return false;
  }
  if (process.flavour === 'gnu' && isDirectory(to.mode) && !isDirectory(from.mode)) {
    await report.fail(`cannot overwrite directory ${quoted(target)} with non-directory`);
    return false;
  }
  if (process.flavour === 'gnu' && isDirectory(from.mode) && !isDirectory(to.mode)) {
    await report.fail(`cannot overwrite non-directory ${quoted(target)} with directory ${quoted(source)}`);
    return false;
  }
  if (process.flavour === 'busybox' && options.has('noTargetDirectory') && isDirectory(to.mode)) {
    await report.fail(`${quoted(target)} is a directory`);
    return false;
  }
  if (options.has('update') && !isNewer(from, to)) return false;
  const rule = options.last('force', 'interactive', 'noClobber');
  if (rule === 'noClobber') return false;
  if (rule === 'interactive') return askYes(process, `${process.name}: overwrite ${quoted(target)}? `);
  const isAsked = rule !== 'force' && process.files.get(0)?.isTerminal === true;
  if (!isAsked || !isWriteProtected(process, target, to)) return true;
  const mode = (to.mode & 0o7777).toString(8).padStart(4, '0');
  return askYes(
    process,
    `${process.name}: replace ${quoted(target)}, overriding mode ${mode} (${permissionText(to.mode)})? `,
  );
}

/** Two names of one file, or one name twice. */
function isSame(process: Process, source: string, target: string): boolean {
  const [from, to] = [lstatIfThere(process, source), lstatIfThere(process, target)];
  if (!from || !to || isDirectory(from.mode) !== isDirectory(to.mode)) return false;
  const [here, there] = [statIfThere(process, source), statIfThere(process, target)];
  if (!here || !there) return false;
  return (
    from.inodeNumber === to.inodeNumber &&
    isSameFile(process, { path: source, stat: stat(process, source) }, { path: target, stat: stat(process, target) })
  );
}

/** Between filesystems: a copy with everything, then the removal. */
async function moveAcross(
  process: Process,
  options: ParsedOptions<MvOption>,
  report: Report,
  source: string,
  target: string,
): Promise<void> {
  const before = report.status;
  report.status = 0;
  const isComplete = await new TreeCopy(process, acrossRules(options), report).copy(source, target);
  if (isComplete && report.status === 0)
    await removeTree(process, source, report, { isVerbose: options.has('verbose') });
  report.status = Math.max(report.status, before);
}

function acrossRules(options: ParsedOptions<MvOption>): CopyRules {
  return {
    isRecursive: true,
    follow: 'never',
    preserve: { mode: true, ownership: true, times: true, links: true, xattrs: true },
    ignoresMode: false,
    onExisting: 'overwrite',
    isForced: true,
    removesFirst: true,
    as: 'copy',
    updatesOnly: false,
    isVerbose: options.has('verbose'),
    staysOnFilesystem: false,
    backup: undefined,
  };
}
