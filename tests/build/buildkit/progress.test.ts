import { describe, expect, it } from 'vitest';
import { excerpt } from '../../../src/build/buildkit/buildkitError.ts';
import { PlainProgress } from '../../../src/build/buildkit/plainProgress.ts';
import { Progress } from '../../../src/build/buildkit/progress.ts';
import { TtyProgress } from '../../../src/build/buildkit/ttyProgress.ts';
import { whyText } from '../../../src/build/buildkit/whyText.ts';

function recorded(
  given: { readonly showsDigests?: boolean; readonly joinsRests?: boolean; readonly nowMs?: () => number } = {},
) {
  const options = { showsDigests: false, ...given };
  let text = '';
  let nowMs = 0;
  const display = new PlainProgress((piece) => {
    text += piece;
    return undefined;
  }, options);
  const progress = new Progress(
    display,
    () => nowMs,
    () => 'd'.repeat(64),
  );
  return { progress, text: () => text, pass: (ms: number) => (nowMs += ms) };
}

const encoder = new TextEncoder();

describe('plain progress', () => {
  it('prints a block a vertex', async () => {
    const { progress, text, pass } = recorded();
    await progress.step('one', async (step) => {
      pass(1234);
      await step.output('stdout', encoder.encode('a\nb'));
      await step.output('stdout', encoder.encode('c\n'));
    });
    await (await progress.start('two')).end({ kind: 'cached' });
    expect(text()).toBe('#1 one\n#1 1.234 a\n#1 1.234 bc\n#1 DONE 1.2s\n\n#2 two\n#2 CACHED\n');
  });

  it('shows one vertex after another while they last a moment', async () => {
    const { progress, text } = recorded();
    const one = await progress.start('one');
    const two = await progress.start('two');
    const three = await progress.start('three');
    await three.end({ kind: 'done' });
    await one.output('stderr', encoder.encode('last words'));
    await one.end({ kind: 'error', message: 'no' });
    await two.end({ kind: 'canceled' });
    expect(text()).toBe('#1 one\n#1 0.000 last words\n#1 ERROR: no\n\n#3 three\n#3 DONE 0.0s\n\n#2 two\n#2 CANCELED\n');
  });

  it('says that an interrupted vertex goes on, and names it again', async () => {
    let nowMs = 0;
    const { progress, text } = recorded({ nowMs: () => (nowMs += 1000) });
    const one = await progress.start('one');
    const two = await progress.start('two');
    await one.output('stderr', encoder.encode('last words'));
    await one.end({ kind: 'error', message: 'no' });
    await two.end({ kind: 'canceled' });
    expect(text()).toBe(
      '#1 one\n#1 ...\n\n#2 two\n#2 ...\n\n#1 one\n#1 0.000 last words\n#1 ERROR: no\n\n#2 two\n#2 CANCELED\n',
    );
  });

  it('shows digests where 20.10 does', async () => {
    const { progress, text } = recorded({ showsDigests: true });
    await progress.start('one');
    expect(text()).toBe(`#1 one\n#1 sha256:${'d'.repeat(64)}\n`);
  });

  it.each([
    [true, '#1 one\n#1 0.000 rest#1 DONE 0.0s\n'],
    [false, '#1 one\n#1 0.000 rest\n#1 DONE 0.0s\n'],
  ])('ends a block behind an unfinished line as each client does: %s', async (joinsRests, expected) => {
    const { progress, text } = recorded({ joinsRests });
    await progress.step('one', (step) => step.output('stdout', encoder.encode('rest')));
    expect(text()).toBe(expected);
  });

  it('keeps characters whole that are cut between pieces', async () => {
    const { progress, text } = recorded();
    const bytes = encoder.encode('é\n');
    await progress.step('one', async (step) => {
      await step.output('stdout', bytes.subarray(0, 1));
      await step.output('stdout', bytes.subarray(1));
    });
    expect(text()).toContain('#1 0.000 é\n');
  });
});

describe('progress on a terminal', () => {
  it('paints all rows again above the last picture', async () => {
    const pictures: string[] = [];
    const print = (text: string) => {
      pictures.push(text);
      return undefined;
    };
    const display = new TtyProgress({ print, nowMs: () => 0, columns: () => 40 });
    const progress = new Progress(
      display,
      () => 0,
      () => '',
    );
    await progress.step('one', async (step) => step.status('copied 2B done'));
    await display.finished();
    expect(pictures[0]?.startsWith('\x1b[1A\x1b[1B\x1b[0G')).toBe(true);
    const last = pictures.at(-1) ?? '';
    expect(last.startsWith(`${'\x1b[1A'.repeat(3)}\x1b[0G`)).toBe(true);
    const plain = last.replace(/\x1b\[[?\d]*[a-zA-Z]/g, '').split('\n');
    expect(plain[0]?.trimEnd()).toBe('[+] Building 0.0s (1/1) FINISHED');
    expect(plain[1]).toBe(`${' => one'.padEnd(33)}  0.0s`);
    expect(plain[2]).toBe(`${' => => copied 2B'.padEnd(33)}  0.0s`);
  });
});

describe('an excerpt', () => {
  it('shows two lines around those to blame', () => {
    const text = ['FROM a', 'RUN b', 'RUN c \\', '  d', 'RUN e', 'RUN f', 'RUN g'].join('\n');
    expect(excerpt('Dockerfile', text, [{ startLine: 3, endLine: 4 }])).toBe(
      [
        'Dockerfile:3',
        '--------------------',
        '   1 |     FROM a',
        '   2 |     RUN b',
        '   3 | >>> RUN c \\',
        '   4 | >>>   d',
        '   5 |     RUN e',
        '   6 |     RUN f',
        '--------------------',
        '',
      ].join('\n'),
    );
    expect(excerpt('Dockerfile', text, [])).toBe('');
  });
});

describe('why', () => {
  it.each([
    [{ outcome: 'hit', createdAt: 'T' }, 'cached: the same was built at T'],
    [{ outcome: 'miss', reason: 'disabled' }, 'not looked up: the cache is off'],
    [{ outcome: 'miss', reason: 'neverBuilt' }, 'built: nothing like it was built before'],
    [
      { outcome: 'miss', reason: 'differs', parts: [{ part: 'files', cached: 'x', wanted: 'y' }] },
      'built: other than last time: the files',
    ],
    [
      {
        outcome: 'miss',
        reason: 'differs',
        parts: [
          { part: 'user', cached: 'a', wanted: 'b' },
          { part: 'base', cached: 'x', wanted: 'y' },
        ],
      },
      'built: other than last time: USER (a → b), what it stands on',
    ],
  ] as const)('%o', (decision, text) => {
    expect(whyText(decision)).toBe(text);
  });
});
