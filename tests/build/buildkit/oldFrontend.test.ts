// biome-ignore-all lint/suspicious/noTemplateCurlyInString: words of a Dockerfile look like that
import { describe, expect, it } from 'vitest';
import { HOST_PROGRAMS } from '../../../src/machine/hostPrograms.ts';
import { standIn } from '../../../src/shell/kernel/standIn.ts';
import { buildkitBuild, type ContextFile } from '../../support/buildkitBuild.ts';
import { testEngine } from '../../support/testEngine.ts';

const FILES: Readonly<Record<string, ContextFile>> = {
  ...Object.fromEntries(['sh', 'echo', 'id'].map((name) => [`bin/${name}`, { text: standIn(name), mode: 0o755 }])),
  f: { text: 'f\n' },
};
const BASE = 'FROM scratch AS base\nCOPY bin /bin/\n';
const CANNOT = 'failed to solve with frontend dockerfile.v0: failed to create LLB definition: ';

async function build(text: string, vintage: '0.8' | 'current' = '0.8', host = testEngine({ programs: HOST_PROGRAMS })) {
  const { log, error } = await buildkitBuild(host, text, FILES, { vintage });
  const names = [...log.matchAll(/^#\d+ ((?:\[|[A-Z]+ |http).*)$/gm)].map(([, name = '']) => name);
  const vertices = names.filter((name) => !name.startsWith('[internal] load') && !/^(?:DONE|ERROR)/.test(name));
  return { vertices: [...new Set(vertices)], count: vertices.length, error: error?.message, log };
}

describe('BK-5 what the frontend of 0.8 refuses', () => {
  it.each([
    ['ENV A=${B-c}', 'failed to process "${B-c}": missing \':\' in substitution'],
    ['ENV A=${B', 'failed to process "${B": missing \':\' in substitution'],
    ['ENV A=${B/x/y}', 'failed to process "${B/x/y}": missing \':\' in substitution'],
    ['ENV A=${B?unset}', 'failed to process "${B?unset}": B: unset'],
    ['RUN --mount=type=bogus,target=/c ls', 'dockerfile parse error line 4: unsupported mount type "bogus"'],
    [
      'RUN --mount=type=tmpfs,target=/t,size=1m ls',
      "dockerfile parse error line 4: unexpected key 'size' in 'size=1m'",
    ],
    ['RUN --mount=foo ls', "dockerfile parse error line 4: invalid field 'foo' must be a key=value pair"],
    ['COPY --from=a --from=b f /x', 'dockerfile parse error line 4: Duplicate flag specified: from'],
  ])('%s', async (line, words) => {
    expect((await build(`${BASE}FROM base\n${line}\n`)).error).toBe(CANNOT + words);
  });

  it.each([
    ['0.8', 'failed to solve with frontend dockerfile.v0: failed to marshal LLB definition: arguments are required'],
    ['current', 'failed to solve: failed to marshal LLB definition: arguments are required'],
  ] as const)('RUN of nothing, in the words of %s', async (vintage, words) => {
    expect((await build(`${BASE}FROM base\nRUN []\n`, vintage)).error).toBe(words);
  });
});

describe('BK-1 names of vertices', () => {
  const steps = (count: number) => 'RUN echo 1\n'.repeat(count);

  it.each([
    ['are numbered as wide as their count', `${BASE}${steps(9)}`, '[ 2/10] RUN echo 1'],
    ['leave WORKDIR / out, and count it', `${BASE}WORKDIR /\nRUN id\n`, '[2/3] RUN id'],
    ['of RUN keep quotes', `${BASE}RUN echo "a"\n`, '[2/2] RUN echo "a"'],
    ['of COPY lose them', `${BASE}COPY "f" /f\n`, '[2/2] COPY f /f'],
    [
      'tell the stage where a cache is mounted',
      `${BASE}RUN --mount=type=cache,target=/c id\n`,
      '[base 1/2] COPY bin /bin/',
    ],
  ])('%s', async (_name, text, expected) => {
    expect((await build(text)).vertices).toContain(expected);
  });

  it('are the last one’s where stages do the same, which is done once', async () => {
    const text = `${BASE}FROM base AS a\nRUN id\nFROM base AS b\nRUN id\nFROM base\nCOPY --from=a /f* /\nCOPY --from=b /f* /\n`;
    const { vertices, log } = await build(text);
    expect(vertices.filter((name) => name.includes('RUN id'))).toEqual(['[b 1/1] RUN id']);
    expect(log.match(/RUN id$/gm)).toHaveLength(1);
  });

  it.each([
    ['0.8', ['[1/2] FROM docker.io/library/parent', '[2/2] RUN echo trigger', '[3/2] RUN echo own']],
    ['current', ['[1/3] FROM docker.io/library/parent', '[2/3] ONBUILD RUN echo trigger', '[3/3] RUN echo own']],
  ] as const)('count triggers as %s does', async (vintage, expected) => {
    const host = testEngine({ programs: HOST_PROGRAMS });
    await buildkitBuild(host, `${BASE}ONBUILD RUN echo trigger\n`, FILES, { vintage, tags: ['parent'] });
    const text = 'FROM parent\nRUN echo own\n';
    expect((await build(text, vintage, host)).vertices).toEqual(expected);
  });
});

describe('BK-1 bases', () => {
  it('are DONE the first time, CACHED when a step needs them again, and DONE where none does', async () => {
    const host = testEngine({ programs: HOST_PROGRAMS });
    await buildkitBuild(host, BASE, FILES, { vintage: '0.8', tags: ['parent'] });
    const outcome = async (line: string) => {
      const { log } = await build(`FROM parent\n${line}\n`, '0.8', host);
      return /FROM docker\.io\/library\/parent\n(?:#\d+ sha256.*\n)?#\d+ (\w+)/.exec(log)?.[1];
    };
    const lines = ['RUN echo 1', 'RUN echo 2', 'RUN echo 2', 'LABEL a=b'];
    const seen: (string | undefined)[] = [];
    for (const line of lines) seen.push(await outcome(line));
    expect(seen).toEqual(['DONE', 'CACHED', 'DONE', 'CACHED']);
  });

  it('are looked for before what is wrong in a stage is told', async () => {
    const host = testEngine({ programs: HOST_PROGRAMS });
    await buildkitBuild(host, BASE, FILES, { vintage: '0.8', tags: ['parent'] });
    const { log, error } = await build('FROM parent\nEXPOSE x\n', '0.8', host);
    expect(error).toBe(`${CANNOT}Invalid containerPort: x`);
    expect(log).toContain('[internal] load metadata for docker.io/library/parent:latest');
  });
});

describe('BK-5 history', () => {
  it.each([
    ['0.8', ['ARG A=1', 'RUN |2 A=9 A=9 /bin/sh -c id # buildkit']],
    ['current', ['ARG A=9', 'RUN |1 A=9 /bin/sh -c id # buildkit']],
  ] as const)('tells arguments as %s does', async (vintage, expected) => {
    const host = testEngine({ programs: HOST_PROGRAMS });
    const options = { vintage, buildArgs: new Map([['A', '9']]) };
    const { id } = await buildkitBuild(host, `${BASE}ARG A=1\nARG A=1\nRUN id\n`, FILES, options);
    const lines = host.engine.images.history(String(id)).map(({ createdBy }) => createdBy);
    expect([lines[1], lines[0]]).toEqual(expected);
  });
});
