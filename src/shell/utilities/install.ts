import { isDirectory, isRegular } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_EXCL, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { chmod, lchown, lstatIfThere, mkdir, open, stat, statIfThere, unlink, utimes } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { readAccounts } from './accounts.ts';
import { backupName, backupRule } from './backup.ts';
import { causeOf, isErrno } from './failure.ts';
import { copyContent, openForReading } from './fileCopy.ts';
import { changedMode, type ModeChange, parseModeChange } from './modeChange.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { directoryOf, withoutTrailingSlashes } from './paths.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { isSameFile } from './sameFile.ts';
import { targetsOf } from './targetOperands.ts';
import { utility } from './utility.ts';
import { rename } from '../kernel/calls.ts';

const OPTIONS = {
  backup: '--backup[=CONTROL]',
  backupPlain: '-b',
  ignored: '-c',
  directory: '-d --directory',
  makeParents: '-D',
  group: '-g --group=GROUP',
  mode: '-m --mode=MODE',
  owner: '-o --owner=OWNER',
  preserveTimes: '-p --preserve-timestamps',
  strip: '-s --strip',
  suffix: '-S --suffix=SUFFIX',
  targetDirectory: '-t --target-directory=DIRECTORY',
  noTargetDirectory: '-T --no-target-directory',
  verbose: '-v --verbose',
} as const;

type InstallOption = keyof typeof OPTIONS;

const DEFAULT_MODE = 0o755;

interface Attributes {
  readonly change: ModeChange | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** `-s` strips nothing: programs here are stand-ins without symbols. */
export const install = utility(
  {
    options: OPTIONS,
    notSimulated: '-C --compare --strip-program=PROGRAM -Z --context --preserve-context',
    usage: '[OPTION]... SOURCE... DEST',
  },
  async (process, options) => {
    const attributes = await attributesOf(process, options);
    const report = new Report(process);
    if (options.has('directory')) return makeDirectories(process, options, attributes, report);
    if (options.has('makeParents')) {
      const into =
        options.value('targetDirectory') ??
        (options.operands.length > 1 ? directoryOf(options.operands.at(-1) as string) : undefined);
      if (into !== undefined) await makeParents(process, into, options, report);
    }
    for (const { source, target } of targetsOf(process, options))
      await installOne(process, options, attributes, report, source, target);
    return report.status;
  },
);

async function attributesOf(process: Process, options: ParsedOptions<InstallOption>): Promise<Attributes> {
  const accounts = await readAccounts(process);
  const mode = options.value('mode');
  const change = mode === undefined ? undefined : parseModeChange(mode);
  if (mode !== undefined && !change) throw new UsageError('operand', `invalid mode ${quoted(mode)}`, { bare: true });
  const owner = options.value('owner');
  const uid = owner === undefined ? undefined : accounts.uidOf(owner);
  if (owner !== undefined && uid === undefined)
    throw new UsageError('operand', `invalid user ${quoted(owner)}`, { bare: true });
  const group = options.value('group');
  const gid = group === undefined ? undefined : accounts.gidOf(group);
  if (group !== undefined && gid === undefined)
    throw new UsageError('operand', `invalid group ${quoted(group)}`, { bare: true });
  return { change, uid, gid };
}

async function makeDirectories(
  process: Process,
  options: ParsedOptions<InstallOption>,
  attributes: Attributes,
  report: Report,
): Promise<number> {
  if (options.operands.length === 0) throw new UsageError('operand', 'missing file operand');
  for (const operand of options.operands) {
    const path = withoutTrailingSlashes(operand);
    await makeParents(process, path, options, report);
    const found = statIfThere(process, path);
    if (found && isDirectory(found.mode)) dress(process, path, attributes, found.mode & 0o170000);
  }
  return report.status;
}

/** Makes a directory and those above it that are missing. */
async function makeParents(
  process: Process,
  path: string,
  options: ParsedOptions<InstallOption>,
  report: Report,
): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !statIfThere(process, at); at = directoryOf(at)) missing.push(at);
  for (const directory of missing.reverse()) {
    try {
      mkdir(process, directory, DEFAULT_MODE);
      if (options.has('verbose')) await process.print(`install: creating directory ${quoted(directory)}\n`);
    } catch (error) {
      await report.failedBy(error, `cannot create directory ${quoted(directory)}`);
      return;
    }
  }
}

async function installOne(
  process: Process,
  options: ParsedOptions<InstallOption>,
  attributes: Attributes,
  report: Report,
  source: string,
  target: string,
): Promise<void> {
  try {
    const from = stat(process, source);
    if (isDirectory(from.mode)) return await report.fail(`omitting directory ${quoted(source)}`);
    const to = lstatIfThere(process, target);
    if (to && isDirectory(to.mode))
      return await report.fail(`cannot overwrite directory ${quoted(target)} with non-directory`);
    if (to && isSameFile(process, { path: source, stat: from }, { path: target, stat: to }))
      return await report.fail(`${quoted(source)} and ${quoted(target)} are the same file`);
    const backup = backupRule(process, options);
    if (to && backup) rename(process, target, backupName(process, target, backup));
    else if (to) unlink(process, target);
    if (options.has('verbose')) {
      if (to && !backup) await process.print(`removed ${quoted(target)}\n`);
      await process.print(`${quoted(source)} -> ${quoted(target)}\n`);
    }
    const input = await openForReading(process, source);
    try {
      const output = await open(process, target, O_WRONLY | O_CREAT | O_EXCL, 0o600);
      try {
        await copyContent(process, input, output);
      } finally {
        output.close();
      }
    } finally {
      input.close();
    }
    dress(process, target, attributes, isRegular(from.mode) ? 0o100000 : 0);
    if (options.has('preserveTimes')) utimes(process, target, from.atime, from.mtime);
  } catch (error) {
    const isSource = !statIfThere(process, source);
    const cause = causeOf(error);
    if (isSource && isErrno(error, 'ENOENT', 'ENOTDIR')) await report.fail(`cannot stat ${quoted(source)}: ${cause}`);
    else await report.fail(`cannot create regular file ${quoted(target)}: ${cause}`);
  }
}

function dress(process: Process, path: string, { change, uid, gid }: Attributes, type: number): void {
  if (uid !== undefined || gid !== undefined) lchown(process, path, uid, gid);
  chmod(process, path, change ? changedMode(change, type, 0) : DEFAULT_MODE);
}
