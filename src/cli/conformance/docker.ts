import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../cliError.ts';
import { type Command, JSON_OPTION } from '../command.ts';
import { safeText } from '../describeError.ts';
import { ExitCode } from '../exitCode.ts';
import { printJson } from '../jsonOutput.ts';
import { isBuildTranscript, readTranscript, replay, type TranscriptVerdict } from './transcripts/replay.ts';

export const command: Command = {
  usage: ['[options] DIR'],
  description: [
    'Replays recorded sessions of docker on a simulated machine and compares each line’s output, exit status and what ' +
      'the engine holds then. DIR holds `transcripts/*.json` and the starting images in `images/`.',
    'A line for each transcript, then “N passed, N failed”. Transcripts that build images are named as builds.',
  ],
  options: [
    { name: 'only', kind: 'value', metavar: 'TEXT', help: 'only transcripts whose name holds TEXT' },
    { name: 'skip-builds', kind: 'flag', help: 'leave transcripts that build images out' },
    { name: 'verbose', short: 'v', kind: 'flag', help: 'what differs, step by step' },
    JSON_OPTION,
  ],
  examples: ['conformance docker fixtures/docker', 'conformance docker -v --only=02-cp fixtures/docker'],
  async run(args, { output, style, signal }) {
    const [dir, ...rest] = args.positionals;
    if (dir === undefined || rest.length > 0)
      throw new CliError('usage', 'DIR, the folder with transcripts, is needed');
    const only = args.value('only') ?? '';
    const folder = join(dir, 'transcripts');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && name.includes(only)).sort();
    if (names.length === 0) throw new CliError('notFound', 'there is no transcript of that name');
    const verdicts: TranscriptVerdict[] = [];
    for (const name of names) {
      signal.throwIfAborted();
      const transcript = await readTranscript(join(folder, name));
      if (args.has('skip-builds') && isBuildTranscript(transcript)) continue;
      const verdict = await replay(transcript, join(dir, 'images'), signal);
      verdicts.push(verdict);
      if (args.has('json')) continue;
      const mark = verdict.failed.length === 0 ? style.green('ok') : style.red('FAIL');
      const build = verdict.isBuild ? ' (build)' : '';
      await output.line(`${mark} ${verdict.name}${build}: ${passedSteps(verdict)} of ${verdict.steps}`);
      for (const { index, reason } of verdict.excepted)
        await output.line(`     step ${index} is not judged: ${reason}`);
      if (args.has('verbose')) for (const line of differences(verdict)) await output.line(line);
    }
    const failed = verdicts.filter((verdict) => verdict.failed.length > 0).length;
    const passed = verdicts.length - failed;
    if (args.has('json')) await printJson(output, 'conformance docker', { dir, transcripts: verdicts, passed, failed });
    else await output.line(`${passed} passed, ${failed} failed`);
    return failed === 0 ? ExitCode.fine : ExitCode.found;
  },
};

function passedSteps({ steps, failed, excepted }: TranscriptVerdict): number {
  return steps - failed.length - excepted.length;
}

function differences({ failed }: TranscriptVerdict): string[] {
  return failed.flatMap(({ index, cmd, mismatches }) => [
    `  step ${index} $ ${safeText(cmd)}`,
    ...mismatches.flatMap(({ text }) => text.split('\n').map((line) => `    ${safeText(line)}`)),
  ]);
}
