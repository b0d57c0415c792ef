import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replayTrace, type TraceResult } from '../../vfs/overlay/trace/replayTrace.ts';
import { parseTrace } from '../../vfs/overlay/trace/traceFile.ts';
import { CliError } from '../cliError.ts';
import { type Command, type CommandContext, JSON_OPTION } from '../command.ts';
import { safeText } from '../describeError.ts';
import { ExitCode } from '../exitCode.ts';
import { printJsonStream } from '../jsonOutput.ts';

export const command: Command = {
  usage: ['[options] DIR'],
  description: [
    'Replays every trace of DIR (*.json, but for index.json) on the union mount and compares with what the Linux ' +
      'kernel did: the result of each call, the merged tree at the end, the upper and the index as they lie on disk, ' +
      'uppers that were committed on the way, and what a remount changes.',
    'A line for each trace, then “N passed, N failed”.',
  ],
  options: [
    { name: 'only', kind: 'value', metavar: 'TEXT', help: 'only traces whose name holds TEXT' },
    { name: 'failures', kind: 'flag', help: 'only what failed, and the closing line' },
    JSON_OPTION,
  ],
  examples: ['conformance overlay fixtures/overlay'],
  async run(args, context) {
    const [dir, ...rest] = args.positionals;
    if (dir === undefined || rest.length > 0) throw new CliError('usage', 'DIR, the folder with the traces, is needed');
    const only = args.value('only') ?? '';
    const files = (await readdir(dir))
      .filter((name) => name.endsWith('.json') && name !== 'index.json' && name.includes(only))
      .sort();
    if (files.length === 0) throw new CliError('notFound', `there is no such trace in ${dir}`);
    const tally = { passed: 0, failed: 0 };
    const results = replayAll(dir, files, tally, context);
    if (args.has('json')) {
      await printJsonStream(context.output, 'conformance overlay', { dir }, 'traces', results);
    } else {
      for await (const result of results) {
        if (!result.passed || !args.has('failures')) await context.output.line(resultText(result, context));
      }
      await context.output.line(`${tally.passed} passed, ${tally.failed} failed`);
    }
    return tally.failed === 0 ? ExitCode.fine : ExitCode.found;
  },
};

interface ReplayedTrace extends TraceResult {
  readonly file: string;
}

async function* replayAll(
  dir: string,
  files: readonly string[],
  tally: { passed: number; failed: number },
  context: CommandContext,
): AsyncIterable<ReplayedTrace> {
  for (const [i, file] of files.entries()) {
    context.signal.throwIfAborted();
    context.progress.show({ phase: `${i} of ${files.length} ${file}`, doneBytes: i, totalBytes: undefined });
    const result = await replay(join(dir, file));
    if (result.passed) tally.passed++;
    else tally.failed++;
    yield { file, ...result };
  }
}

/** What cannot be read or replayed at all has failed. */
async function replay(path: string): Promise<TraceResult> {
  const text = await readFile(path, 'utf8');
  try {
    return await replayTrace(parseTrace(text));
  } catch (error) {
    return { passed: false, problems: [`threw: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

function resultText(result: ReplayedTrace, context: CommandContext): string {
  const { style } = context;
  if (result.passed) return `${style.green('ok')} ${safeText(result.file)}`;
  return `${style.red('FAIL')} ${safeText(result.file)}: ${result.problems.map(safeText).join('; ')}`;
}
