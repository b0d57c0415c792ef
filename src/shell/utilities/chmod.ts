import { isDirectory, isSymlink, S_IFMT } from '../../vfs/overlay/fileMode.ts';
import { chmod as changeMode, lstat, readdir, stat } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';
import { changedMode, type ModeChange, parseModeChange } from './modeChange.ts';
import { permissionText } from './modeText.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { joinPath } from './paths.ts';
import { keepsOffRoot } from './preserveRoot.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  changes: '-c --changes',
  silent: '-f --silent --quiet',
  verbose: '-v --verbose',
  noPreserveRoot: '--no-preserve-root',
  preserveRoot: '--preserve-root',
  reference: '--reference=RFILE',
  recursive: '-R --recursive',
} as const;

type ChmodOption = keyof typeof OPTIONS;

export const chmod = utility(
  { options: OPTIONS, usage: '[OPTION]... MODE[,MODE]... FILE...', rewrite: minusModes },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    const operands = [...options.operands];
    const change = await modeOf(process, options, operands);
    if (operands.length === 0) {
      const mode = options.operands[0] ?? '';
      throw new UsageError('operand', isGnu ? `missing operand after ${quoted(mode)}` : '');
    }
    const report = new Report(process);
    const keepsRoot = options.has('recursive') && options.last('preserveRoot', 'noPreserveRoot') === 'preserveRoot';
    for (const operand of operands) {
      if (keepsRoot && (await keepsOffRoot(process, report, operand))) continue;
      await changeOne(process, options, report, change, operand, 'operand');
    }
    return report.status;
  },
);

/** Puts `--` before a mode such as `-w`, and takes the mode to the front of the operands. */
function minusModes(arguments_: readonly string[]): readonly string[] {
  const at = arguments_.findIndex((argument) => /^-[rwxXstugoa0-7][rwxXstugoa0-7,=+-]*$/.test(argument));
  const end = arguments_.indexOf('--');
  if (at < 0 || (end >= 0 && end < at)) return arguments_;
  const others = arguments_.filter((_, index) => index !== at);
  const options = others.filter((argument) => argument.startsWith('-') && argument !== '--');
  return [...options, '--', arguments_[at] as string, ...others.filter((argument) => !argument.startsWith('-'))];
}

async function modeOf(process: Process, options: ParsedOptions<ChmodOption>, operands: string[]): Promise<ModeChange> {
  const reference = options.value('reference');
  if (reference !== undefined) {
    try {
      return parseModeChange((stat(process, reference).mode & 0o7777).toString(8).padStart(5, '0')) as ModeChange;
    } catch (error) {
      const message = `failed to get attributes of ${quoted(reference)}: ${causeOf(error)}`;
      throw new UsageError('operand', message, { bare: true });
    }
  }
  const text = operands.shift();
  if (text === undefined) throw new UsageError('operand', process.flavour === 'gnu' ? 'missing operand' : '');
  const change = parseModeChange(text);
  if (change) return change;
  if (process.flavour === 'busybox') throw new UsageError('operand', `invalid mode '${text}'`, { bare: true });
  throw new UsageError('operand', `invalid mode: ${quoted(text)}`);
}

async function changeOne(
  process: Process,
  options: ParsedOptions<ChmodOption>,
  report: Report,
  change: ModeChange,
  path: string,
  depth: 'operand' | 'inner',
): Promise<void> {
  const isGnu = process.flavour === 'gnu';
  const isSilent = options.has('silent');
  if (process.isDue) await process.pause();
  let found: ReturnType<typeof stat>;
  try {
    found = depth === 'operand' ? stat(process, path) : lstat(process, path);
  } catch (error) {
    const cause = causeOf(error);
    report.status = 1;
    const isDangling = depth === 'operand' && isLink(process, path);
    const what = isDangling ? 'cannot operate on dangling symlink' : 'cannot access';
    if (!isSilent)
      await process.complain(isGnu ? `${what} ${quoted(path)}${isDangling ? '' : `: ${cause}`}` : `${path}: ${cause}`);
    return;
  }
  // Links within a tree are left alone.
  if (isSymlink(found.mode)) return;
  const mode = changedMode(change, found.mode, process.credentials.umask);
  try {
    changeMode(process, path, mode);
    await tell(process, options, path, found.mode, mode);
  } catch (error) {
    const cause = causeOf(error);
    report.status = 1;
    if (!isSilent)
      await process.complain(isGnu ? `changing permissions of ${quoted(path)}: ${cause}` : `${path}: ${cause}`);
  }
  if (!options.has('recursive') || !isDirectory(found.mode)) return;
  try {
    for (const { name, type } of readdir(process, path)) {
      if ((type & S_IFMT) === 0o120000) continue;
      await changeOne(process, options, report, change, joinPath(path, name), 'inner');
    }
  } catch (error) {
    const cause = causeOf(error);
    report.status = 1;
    if (!isSilent)
      await process.complain(isGnu ? `cannot read directory ${quoted(path)}: ${cause}` : `${path}: ${cause}`);
  }
}

function isLink(process: Process, path: string): boolean {
  try {
    return isSymlink(lstat(process, path).mode);
  } catch (error) {
    causeOf(error);
    return false;
  }
}

async function tell(
  process: Process,
  options: ParsedOptions<ChmodOption>,
  path: string,
  before: number,
  after: number,
): Promise<void> {
  const isChanged = (before & 0o7777) !== after;
  if (!options.has('verbose') && !(options.has('changes') && isChanged)) return;
  const shown = (mode: number) => `${(mode & 0o7777).toString(8).padStart(4, '0')} (${permissionText(mode)})`;
  const from = process.flavour === 'gnu' ? ` from ${shown(before)}` : '';
  const text =
    isChanged || process.flavour === 'busybox'
      ? `mode of ${quoted(path)} changed${from} to ${shown(after)}`
      : `mode of ${quoted(path)} retained as ${shown(after)}`;
  await process.print(`${text}\n`);
}
