import { beforeAll, describe, expect, it } from 'vitest';
import { HOST_PROGRAMS } from '../../../src/machine/hostPrograms.ts';
import { standIn } from '../../../src/shell/kernel/standIn.ts';
import { classicBuild } from '../../support/classicBuild.ts';
import type { RawMember } from '../../support/contextTar.ts';
import { type TestEngine, testEngine } from '../../support/testEngine.ts';

const TOOLS = ['sh', 'stat', 'ls', 'chown', 'chmod', 'ln', 'mkdir', 'cat'];
const BASE: readonly RawMember[] = TOOLS.map((name) => ({ name: `bin/${name}`, text: standIn(name), mode: 0o755 }));
const FILES: readonly RawMember[] = [
  { name: 'suid', text: 'x\n', mode: 0o4755 },
  { name: 'a', text: 'a\n' },
];

// What recordings of the classic builder of 20.10 show.
describe('CB-2 where COPY puts files, and whose they are', () => {
  let host: TestEngine;
  beforeAll(async () => {
    host = testEngine({ programs: HOST_PROGRAMS });
    const { error } = await classicBuild(host, 'FROM scratch\nCOPY bin /bin/\nENV PATH=/bin\n', BASE, {
      tags: ['base'],
    });
    if (error) throw error;
  });

  it.each([
    ['an owner takes set-ID bits away', 'COPY suid /s\nRUN stat -c "%a %u" /s', '755 0'],
    [
      'a link that leads nowhere is followed',
      'RUN ln -s nowhere /l\nCOPY a /l\nRUN cat /nowhere; stat -c %F /l',
      'a\nsymbolic link',
    ],
    ['a link to a file is followed', 'RUN ln -s /bin/cat /l\nCOPY a /l\nRUN stat -c %s /bin/cat', '2'],
  ])('%s', async (_, body, expected) => {
    const { log, error } = await classicBuild(host, `FROM base\n${body}\n`, FILES);
    expect(error).toBeUndefined();
    expect(log).toContain(`\n${expected}\n`);
  });

  it.each([
    ['FROM base AS a\nFROM base AS a\n', 'a stage name already used'],
    ['FROM scratch:latest\nENV A=1\n', "'scratch' is a reserved name"],
    [
      'FROM base\nADD ftp://x/y /o/\n',
      'ADD failed: file not found in build context or excluded by .dockerignore: stat ftp://x/y: file does not exist',
    ],
  ])('%j is refused', async (text, expected) => {
    expect((await classicBuild(host, text, FILES)).error?.message).toBe(expected);
  });

  it('names the Dockerfile that holds nothing', async () => {
    const { error } = await classicBuild(host, '# nothing\n', FILES, { dockerfile: 'sub/File' });
    expect(error?.message).toBe('failed to parse sub/File: file with no instructions');
  });

  it('what comes from a stage keeps owners and bits', async () => {
    const text =
      'FROM base AS one\nCOPY a /f\nRUN chown 5:6 /f && chmod 4711 /f && mkdir /d && chown 7 /d\n' +
      'FROM base\nCOPY --from=one /f /f\nCOPY --from=one /d /d\nCOPY --from=one --chown=9 /f /g\n' +
      'RUN stat -c "%a %u:%g" /f /g; stat -c %u /d\n';
    const { log, error } = await classicBuild(host, text, FILES);
    expect(error).toBeUndefined();
    expect(log).toContain('\n4711 5:6\n711 9:9\n');
  });

  it.each([
    ['COPY a/x /y', 'COPY failed: forbidden path outside the build context: a/x ()'],
    ['HEALTHCHECK --retries=0 CMD x', 'dockerfile parse error line 2: --retries must be at least 1 (not 0)'],
    ['COPY --chown=1 --chown=2 a /x', 'dockerfile parse error line 2: Duplicate flag specified: chown'],
  ])('refuses %s', async (body, message) => {
    const { error } = await classicBuild(host, `FROM base\n${body}\n`, FILES);
    expect(error?.message).toBe(message);
  });

  it('CMD of nothing is the shell, ENTRYPOINT of nothing none, and is never found again', async () => {
    const text = 'FROM base\nENTRYPOINT ["x"]\nENTRYPOINT\nCMD\n';
    const first = await classicBuild(host, text, FILES);
    const { config } = host.engine.images.find(first.id ?? '');
    expect([config.config?.entrypoint ?? null, config.config?.cmd]).toEqual([null, ['/bin/sh', '-c']]);
    const second = await classicBuild(host, text, FILES);
    expect(second.log.match(/Using cache/g)).toHaveLength(1);
  });
});
