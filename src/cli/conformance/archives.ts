import { basename, join } from 'node:path';
import { checkArchive, type ConformanceResult } from '../../archive/conformance.ts';
import type { RecordedArchive } from '../../archive/recordedFacts.ts';
import type { Work } from '../../bytes/platform.ts';
import { CliError } from '../cliError.ts';
import { type Command, type CommandContext, JSON_OPTION } from '../command.ts';
import { describeError, safeText } from '../describeError.ts';
import { ExitCode } from '../exitCode.ts';
import { printJsonStream } from '../jsonOutput.ts';
import { inputSource } from '../openInput.ts';
import { recordedArchives } from './recordedArchives.ts';

/** No archive of a collection may take longer, hostile ones included. */
const DEFAULT_LIMIT_SECONDS = 120;
/** As many archives at a time: hashing and inflating run beside JavaScript. */
const PARALLEL = 3;

export const command: Command = {
  usage: ['[options] DIR'],
  description: [
    'Opens every archive that DIR/MANIFEST.json names and compares with what is recorded there: image IDs, tags, ' +
      'diffIDs, sizes, layers and their entries, the merged trees that real engines showed, and that saving and opening ' +
      'again keeps every digest. A hostile archive must be refused with a clear error or opened with a stated finding.',
    `A line for each archive, then “N passed, N failed”. An archive that takes more than ${DEFAULT_LIMIT_SECONDS} s ` +
      '(--limit) fails.',
  ],
  options: [
    { name: 'only', kind: 'value', metavar: 'TEXT', help: 'only archives whose name holds TEXT' },
    { name: 'limit', kind: 'value', metavar: 'SECONDS', help: `time for one archive (${DEFAULT_LIMIT_SECONDS})` },
    { name: 'failures', kind: 'flag', help: 'only what failed, and the closing line' },
    JSON_OPTION,
  ],
  examples: ['conformance archives fixtures/archives'],
  async run(args, context) {
    const [dir, ...rest] = args.positionals;
    if (dir === undefined || rest.length > 0)
      throw new CliError('usage', 'DIR, the folder with MANIFEST.json, is needed');
    const only = args.value('only') ?? '';
    const entries = (await recordedArchives(dir)).filter((entry) => entry.file.includes(only));
    if (entries.length === 0) throw new CliError('notFound', 'there is no archive of that name in MANIFEST.json');
    const results = checkAll(entries, dir, (args.count('limit') ?? DEFAULT_LIMIT_SECONDS) * 1000, context);
    const tally = { passed: 0, failed: 0 };
    if (args.has('json')) {
      await printJsonStream(context.output, 'conformance archives', { dir }, 'archives', counted(results, tally));
    } else {
      for await (const result of counted(results, tally)) {
        if (!result.passed || !args.has('failures')) await context.output.line(resultText(result, context));
      }
      await context.output.line(`${tally.passed} passed, ${tally.failed} failed`);
    }
    return tally.failed === 0 ? ExitCode.fine : ExitCode.found;
  },
};

interface CheckedArchive extends ConformanceResult {
  readonly file: string;
}

async function* counted(
  results: AsyncIterable<CheckedArchive>,
  tally: { passed: number; failed: number },
): AsyncIterable<CheckedArchive> {
  for await (const result of results) {
    if (result.passed) tally.passed++;
    else tally.failed++;
    yield result;
  }
}

/** Results in the order of the entries; a few are worked on at a time. */
async function* checkAll(
  entries: readonly RecordedArchive[],
  dir: string,
  limitMs: number,
  context: CommandContext,
): AsyncIterable<CheckedArchive> {
  const work = await context.work();
  const running: Promise<CheckedArchive>[] = [];
  for (const [i, entry] of entries.entries()) {
    context.progress.show({
      phase: `${i} of ${entries.length} ${basename(entry.file)}`,
      doneBytes: i,
      totalBytes: undefined,
    });
    running.push(check(entry, dir, limitMs, work, context));
    if (running.length >= PARALLEL) yield (await running.shift()) as CheckedArchive;
  }
  for (const last of running) yield await last;
}

async function check(
  entry: RecordedArchive,
  dir: string,
  limitMs: number,
  work: Work,
  context: CommandContext,
): Promise<CheckedArchive> {
  const { file } = entry;
  const limit = AbortSignal.timeout(limitMs);
  const closings: (() => Promise<void>)[] = [];
  const place = { ...context, onExit: (closing: () => Promise<void>) => closings.push(closing) };
  const path = join(dir, file);
  const bounded: Work = { platform: work.platform, signal: AbortSignal.any([context.signal, limit]) };
  try {
    const openInput = async () => ({ fileName: file, ...(await inputSource(path, place)) });
    return { file, ...(await checkArchive(entry, openInput, bounded)) };
  } catch (error) {
    context.signal.throwIfAborted();
    const problem = limit.aborted ? `is not done after ${limitMs / 1000} s` : `threw: ${describeError(error, file)}`;
    return { file, passed: false, problems: [problem] };
  } finally {
    for (const closing of closings.reverse()) await closing();
  }
}

function resultText(result: CheckedArchive, context: CommandContext): string {
  const { style } = context;
  if (result.passed) return `${style.green('ok')} ${safeText(result.file)}`;
  return `${style.red('FAIL')} ${safeText(result.file)}: ${result.problems.map(safeText).join('; ')}`;
}
