import type { ArchiveLayer } from '../../archive/archive.ts';
import type { Work } from '../../bytes/platform.ts';
import type { ParsedArguments } from '../arguments.ts';
import { CliError } from '../cliError.ts';
import {
  type Command,
  type CommandContext,
  IMAGE_OPTION,
  JSON_OPTION,
  LAYER_OPTION,
  PLATFORM_OPTION,
  UP_TO_OPTION,
} from '../command.ts';
import { countText } from '../countText.ts';
import { safeText } from '../describeError.ts';
import { ExitCode } from '../exitCode.ts';
import { planExtraction, type ExtractionPlan } from '../extract/planExtraction.ts';
import { TargetFolder } from '../extract/targetFolder.ts';
import { type ExtractionResult, writePlan } from '../extract/writePlan.ts';
import { formatBytes } from '../formatSize.ts';
import { printJson } from '../jsonOutput.ts';
import { findEntry, findNode } from '../lookupPath.ts';
import { fileOperand, openView, type View } from '../view.ts';

const SHOWN_PROBLEMS = 20;

export const command: Command = {
  usage: ['[options] -C DIR FILE [PATH...]'],
  description: [
    'Writes files and directories of an image into DIR, each under its path from the root; everything when no PATH is ' +
      'given. Without --layer the union of the stack is written, with --layer what that layer holds (its whiteouts ' +
      'are not).',
    'Nothing is written outside of DIR and through no symlink. Modes, times, hard links, symlinks and holes are kept. ' +
      'Owners, setuid and setgid bits are kept only with --owners, device nodes and fifos only with --devices; both ' +
      'need root. Extended attributes are not written (their number is told). For a byte-true copy as a tar see ' +
      'palimpsest convert --to rootfs.',
  ],
  options: [
    {
      name: 'directory',
      short: 'C',
      kind: 'value',
      metavar: 'DIR',
      help: 'where to write; made when missing, else it must be empty',
    },
    IMAGE_OPTION,
    PLATFORM_OPTION,
    LAYER_OPTION,
    UP_TO_OPTION,
    { name: 'overwrite', kind: 'flag', help: 'write into a DIR that is not empty; files in the way are replaced' },
    { name: 'owners', kind: 'flag', help: 'keep owners, setuid and setgid bits (as root)' },
    { name: 'devices', kind: 'flag', help: 'make device nodes and fifos, with the mknod program (as root)' },
    JSON_OPTION,
  ],
  examples: [
    'extract -C rootfs app.tar',
    'extract -C out --layer 3 app.tar /root',
    'extract -C out app.tar /etc /usr/bin',
  ],
  async run(args, context) {
    const { file, rest } = fileOperand(args);
    const directory = args.value('directory');
    if (directory === undefined) throw new CliError('usage', '-C DIR is missing: where should the files go?');
    requireRoot(args);
    const view = await openView(file, args, context);
    const paths = rest.length === 0 ? ['/'] : rest;
    const plan = planExtraction(
      view,
      paths.map((path) => locate(view, path)),
    );
    const target = await TargetFolder.open(directory, args.has('overwrite') ? 'replace' : 'refuse');
    const result = await writePlan(plan, target, {
      owners: args.has('owners') ? 'keep' : 'mine',
      specials: args.has('devices') ? 'make' : 'skip',
      content: await contentReader(view, await context.work()),
      signal: context.signal,
      onFile: progressOf(plan, context),
    });
    await report(result, plan, args, context);
    return result.problems.length === 0 ? ExitCode.fine : ExitCode.failed;
  },
};

function requireRoot(args: ParsedArguments): void {
  for (const name of ['owners', 'devices']) {
    if (args.has(name) && process.getuid?.() !== 0) throw new CliError('usage', `--${name} needs root`);
  }
}

// A last symlink is what is meant, not what it leads to: a copy of the target would have the wrong name.
function locate(view: View, path: string): number {
  return view.kind === 'layer' ? findEntry(view.tree, path, view.position) : findNode(view.stack.union, path, 'keep');
}

async function contentReader(view: View, work: Work): Promise<Parameters<typeof writePlan>[2]['content']> {
  const { readFileContent } = await import('../../archive/fileContent.ts');
  return ({ layer, tree, entry }) => readFileContent(view.image.layers[layer] as ArchiveLayer, tree, entry, work);
}

function progressOf(plan: ExtractionPlan, context: CommandContext): () => void {
  const totalBytes = plan.files.reduce((sum, { tree, entry }) => sum + tree.sizeBytes(entry), 0);
  let doneBytes = 0;
  let index = 0;
  return () => {
    context.progress.show({ phase: 'extract', doneBytes, totalBytes });
    const planned = plan.files[index++];
    if (planned) doneBytes += planned.tree.sizeBytes(planned.entry);
  };
}

async function report(
  result: ExtractionResult,
  plan: ExtractionPlan,
  args: ParsedArguments,
  context: CommandContext,
): Promise<void> {
  const { errors, output } = context;
  for (const problem of result.problems.slice(0, SHOWN_PROBLEMS)) await errors.line(`palimpsest: ${safeText(problem)}`);
  if (result.problems.length > SHOWN_PROBLEMS) {
    await errors.line(`palimpsest: and ${result.problems.length - SHOWN_PROBLEMS} more problems`);
  }
  const { whiteoutCount, xattrCount } = plan;
  if (args.has('json')) {
    await printJson(output, 'extract', { ...result, whiteoutCount, xattrCount });
    return;
  }
  await output.line(
    `${countText(result.fileCount, 'file')} (${formatBytes(result.writtenBytes)}), ` +
      `${countText(result.directoryCount, 'directory', 'directories')}, ${countText(result.symlinkCount, 'symlink')}` +
      (result.specialCount > 0 ? `, ${countText(result.specialCount, 'special file')}` : ''),
  );
  if (result.skippedSpecialCount > 0) {
    await errors.line(
      `note: left out: ${countText(result.skippedSpecialCount, 'device node or fifo', 'device nodes or fifos')} (--devices makes them)`,
    );
  }
  if (whiteoutCount > 0) await errors.line(`note: not written: ${countText(whiteoutCount, 'whiteout')}`);
  if (xattrCount > 0)
    await errors.line(`note: not written: extended attributes of ${countText(xattrCount, 'entry', 'entries')}`);
}
