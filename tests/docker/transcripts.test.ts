import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Matcher } from '../../src/cli/conformance/transcripts/matcher.ts';
import { isBuildTranscript, readTranscript, replay } from '../../src/cli/conformance/transcripts/replay.ts';
import type { StepResult, Transcript, TranscriptStep } from '../../src/cli/conformance/transcripts/transcript.ts';
import { describeWithFixtures } from '../fixtures.ts';

/** The comparison that the recordings came with. */
interface RecordedMatcher {
  step(expected: TranscriptStep, actual: object): string[];
  state(expected: object, actual: object): string[];
}

const REPLAY_LIMIT_MS = 120_000;
/** Of every group one, so that a run of the tests stays short; `palimpsest conformance docker` replays them all. */
const REPLAYED = ['01-first-look', '02-cp', '05-commit', '08-image-inspect', '09-tag', '13-login', '14-usage-2'];

function recordedResult(step: TranscriptStep): StepResult {
  const { exit, stdout, stderr, screen_raw: screenBytes = '' } = step as TranscriptStep & { screen_raw?: string };
  return { exit, stdout: fill(stdout), stderr: fill(stderr), screenBytes: fill(screenBytes) };
}

/** Text for what stands for something. The number tells what is the same. */
function fill(text = ''): string {
  return text.replace(/\{\{(\w+)(?::(\d+))?(?::(12))?\}\}/g, (all, kind: string, n?: string, short?: string) => {
    if (n !== undefined) {
      if (kind === 'name') return `quiet_${'abcdefghij'[Number(n) % 10]}`;
      const id = [...`${kind}${n}`].map((c) => c.charCodeAt(0).toString(16)).join('');
      return id.padEnd(64, '0').slice(0, short === undefined ? 64 : 12);
    }
    return kind === 'ago' ? '3 minutes ago' : kind === 'dur' ? '3 minutes' : kind === 'now' ? '1.5' : all;
  });
}

const MUTATIONS: readonly ((result: StepResult) => StepResult)[] = [
  (result) => result,
  (result) => ({ ...result, exit: result.exit + 1 }),
  (result) => ({ ...result, stdout: `${result.stdout}more\n`, screenBytes: `${result.screenBytes}more\r\n` }),
  (result) => ({ ...result, stdout: result.stdout.split('\n').reverse().join('\n') }),
  (result) => ({ ...result, stderr: result.stderr.replace(/[a-f]/, 'x'), screenBytes: '' }),
  (result) => ({ ...result, stdout: result.stdout.replace(/[0-9]{4,}/, (digits) => `${digits}0`) }),
];

describeWithFixtures('recorded sessions of docker', (fixtures) => {
  const dir = join(fixtures, 'docker');
  const names = fixtures === '' ? [] : readdirSync(join(dir, 'transcripts')).filter((name) => name.endsWith('.json'));

  it('judges outputs as the comparison that came with them', async () => {
    const path = pathToFileURL(join(dir, 'match.mjs')).href;
    const recorded = (await import(/* @vite-ignore */ path)) as { readonly Matcher: new () => RecordedMatcher };
    const differing: string[] = [];
    let compared = 0;
    for (const name of names) {
      const transcript = await readTranscript(join(dir, 'transcripts', name));
      for (const [m, mutate] of MUTATIONS.entries()) {
        const theirs = new recorded.Matcher();
        const ours = new Matcher();
        for (const [i, step] of transcript.steps.entries()) {
          const result = mutate(recordedResult(step));
          const expected = theirs.step(step, { ...result, screen_raw: result.screenBytes }).length;
          if (ours.step(step, result).length !== expected) differing.push(`${name} step ${i} mutation ${m}`);
          compared++;
        }
      }
    }
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(1000);
  }, 60_000);

  it.each(REPLAYED)(
    'replays %s',
    async (name) => {
      const transcript: Transcript = await readTranscript(join(dir, 'transcripts', `${name}.json`));
      expect(isBuildTranscript(transcript)).toBe(false);
      const { failed } = await replay(transcript, join(dir, 'images'), new AbortController().signal);
      expect(failed).toEqual([]);
    },
    REPLAY_LIMIT_MS,
  );
});

describe('what stands for something', () => {
  const step = (stdout: string): TranscriptStep => ({ cmd: '', exit: 0, stdout, stderr: '' }) as TranscriptStep;
  const result = (stdout: string): StepResult => ({ exit: 0, stdout, stderr: '', screenBytes: '' });
  const id = 'ab'.repeat(32);

  it('is the same everywhere in a session', () => {
    const matcher = new Matcher();
    expect(matcher.step(step('{{img:1:12}}\n'), result(`${id.slice(0, 12)}\n`))).toEqual([]);
    expect(matcher.step(step('sha256:{{img:1}}\n'), result(`sha256:${id}\n`))).toEqual([]);
    expect(matcher.step(step('{{img:1}}\n'), result(`${'cd'.repeat(32)}\n`))).toHaveLength(1);
  });

  it('takes relative times as they come', () => {
    expect(new Matcher().step(step('{{ago}}\n'), result('About a minute ago\n'))).toEqual([]);
    expect(new Matcher().step(step('{{ago}}\n'), result('soon\n'))).toHaveLength(1);
  });
});
