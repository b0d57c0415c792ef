import { describe, expect, it } from 'vitest';
import { HOST_PROGRAMS } from '../../../src/machine/hostPrograms.ts';
import { standIn } from '../../../src/shell/kernel/standIn.ts';
import { buildkitBuild, type ContextFile } from '../../support/buildkitBuild.ts';
import { type TestEngine, testEngine } from '../../support/testEngine.ts';

const TOOLS = ['sh', 'cat', 'touch', 'sleep', 'id'];
const FILES: Readonly<Record<string, ContextFile>> = {
  ...Object.fromEntries(TOOLS.map((name) => [`bin/${name}`, { text: standIn(name), mode: 0o755 }])),
  'a.txt': { text: 'alpha\n', mtimeSec: 1000 },
  'sub/b.txt': { text: 'b\n' },
  'sub/b.log': { text: 'log\n' },
};
/** A base with a few programs. */
const BASE = 'FROM scratch AS base\nCOPY bin /bin/\n';

function machine(): TestEngine {
  return testEngine({ programs: HOST_PROGRAMS });
}

function document(engine: TestEngine['engine'], id: string) {
  return engine.images.inspect(id) as {
    readonly Created: string;
    readonly Config: Record<string, unknown>;
    readonly RootFS: { readonly Layers: readonly string[] };
  };
}

describe('BK-1 a graph of stages', () => {
  it('builds only what the target needs', async () => {
    const host = machine();
    const text = `${BASE}FROM base AS broken\nRUN exit 1\nFROM base\nCOPY a.txt /\n`;
    const { id, log, error } = await buildkitBuild(host, text, FILES);
    expect(error).toBeUndefined();
    expect(id).toMatch(/^sha256:/);
    expect(log).not.toContain('broken');
    const { error: failure, log: broken } = await buildkitBuild(host, text, FILES, { target: 'broken' });
    expect(failure?.message).toBe(
      'failed to solve: process "/bin/sh -c exit 1" did not complete successfully: exit code: 1',
    );
    expect(broken).toMatch(/#\d+ \[broken 1\/1\] RUN exit 1\n/);
  });

  it('makes nothing when a step fails, and ends what runs beside it', async () => {
    const host = machine();
    const text = `${BASE}FROM base AS slow\nRUN sleep 100000; touch /slow\nFROM base AS bad\nRUN exit 7\nFROM base\nCOPY --from=slow /slow /\nCOPY --from=bad /x /\n`;
    const { error, log } = await buildkitBuild(host, text, FILES);
    expect(error?.message).toContain('exit code: 7');
    expect(log).toMatch(/\[slow 1\/1\][^\n]*\n#\d+ CANCELED/);
    expect([...host.engine.images.all()]).toEqual([]);
    expect([...host.engine.containers.list({ isAll: true })]).toEqual([]);
  });

  it('is ended by whoever asked', async () => {
    const host = machine();
    const abort = new AbortController();
    const building = buildkitBuild(host, `${BASE}RUN touch /begun; sleep 100000000\n`, FILES, {}, abort.signal);
    abort.abort();
    const { id, error } = await building;
    expect(id).toBeUndefined();
    expect(error?.name).toBe('AbortError');
    expect([...host.engine.images.all()]).toEqual([]);
  });

  it('refuses stages that copy from each other in a circle', async () => {
    const text = 'FROM scratch AS a\nCOPY --from=b / /\nFROM scratch AS b\nCOPY --from=a / /\n';
    const { error } = await buildkitBuild(machine(), text);
    expect(error?.message).toContain('circular dependency detected on stage: a');
  });
});

describe('BK-2 the cache', () => {
  const text = `${BASE}WORKDIR /app\nCOPY a.txt .\nRUN cat a.txt\n`;
  const outcomes = async (host: TestEngine, files: typeof FILES, options = {}) => {
    const { decisions, id } = await buildkitBuild(host, text, files, options);
    return { id, outcomes: [...decisions.values()].map(({ outcome }) => outcome).join(' ') };
  };

  it('goes by content: not by times, and names what differs', async () => {
    const host = machine();
    const first = await outcomes(host, FILES);
    expect(first.outcomes).toBe('miss miss miss miss');
    expect(await outcomes(host, FILES)).toEqual({ id: first.id, outcomes: 'hit hit hit hit' });
    const touched = { ...FILES, 'a.txt': { text: 'alpha\n', mtimeSec: 2000 } };
    expect(await outcomes(host, touched)).toEqual({ id: first.id, outcomes: 'hit hit hit hit' });
    const changed = { ...FILES, 'a.txt': { text: 'beta\n', mtimeSec: 2000 } };
    const { decisions } = await buildkitBuild(host, text, changed);
    const copy = [...decisions].find(([name]) => name.includes('COPY a.txt'))?.[1];
    expect(copy).toMatchObject({ outcome: 'miss', reason: 'differs', parts: [{ part: 'files' }] });
    const run = [...decisions].find(([name]) => name.includes('RUN'))?.[1];
    expect(run).toEqual({ outcome: 'miss', reason: 'earlierMiss' });
  });

  it('minds modes and names', async () => {
    const host = machine();
    await outcomes(host, FILES);
    const { outcomes: found } = await outcomes(host, { ...FILES, 'a.txt': { text: 'alpha\n', mode: 0o600 } });
    expect(found).toBe('hit hit miss miss');
  });

  it('is not asked with --no-cache, but for WORKDIR', async () => {
    const host = machine();
    await outcomes(host, FILES);
    expect((await outcomes(host, FILES, { usesCache: false })).outcomes).toBe('miss hit miss miss');
    const plain = 'FROM scratch\nWORKDIR /app\n';
    await buildkitBuild(host, plain);
    const { log } = await buildkitBuild(host, plain, {}, { usesCache: false });
    expect(log).toMatch(/WORKDIR \/app\n#\d+ CACHED/);
  });

  it('keeps layers when their image goes', async () => {
    const host = machine();
    const { id } = await outcomes(host, FILES);
    const removed = host.engine.images.remove(String(id));
    expect(removed).toEqual([{ deleted: id }]);
    expect(await outcomes(host, FILES)).toEqual({ id, outcomes: 'hit hit hit hit' });
  });
});

describe('BK-2 pruning the cache', () => {
  it('spares what images are made of, unless all shall go', async () => {
    const host = machine();
    const { images } = host.engine;
    const { id } = await buildkitBuild(host, `${BASE}COPY a.txt /\n`, FILES);
    const { length } = images.pruneBuildCache({ which: 'dangling' }).ids;
    expect(length, 'what the client sent').toBe(3);
    expect(images.pruneBuildCache({ which: 'dangling' })).toEqual({ ids: [], reclaimedBytes: 0 });
    images.remove(String(id));
    expect(images.pruneBuildCache({ which: 'dangling' }).ids).toHaveLength(2);
    expect([...images.buildCache()]).toEqual([]);
    const { decisions } = await buildkitBuild(host, `${BASE}COPY a.txt /\n`, FILES);
    expect([...decisions.values()].map(({ outcome }) => outcome)).toEqual(['miss', 'miss']);
    expect(images.pruneBuildCache({ which: 'all' }).ids, 'what images keep is told too').toHaveLength(5);
  });
});

describe('BK-3 the image', () => {
  it('has BuildKit’s config', async () => {
    const host = machine();
    const text =
      `${BASE}ENV A=1 B=2\nENV A=3\nCMD ["x"]\nENTRYPOINT ["e"]\nEXPOSE 80 53/udp\nVOLUME /v\nUSER 5\n` +
      'LABEL k=v\nSTOPSIGNAL TERM\nSHELL ["/bin/sh","-ec"]\nONBUILD RUN x\nMAINTAINER me\n';
    const { id } = await buildkitBuild(host, text, FILES, { labels: { l: '1' } });
    const image = host.engine.images.find(String(id));
    const json = JSON.parse(new TextDecoder().decode(image.configBytes)) as Record<string, unknown>;
    expect(Object.keys(json)).toEqual(['architecture', 'author', 'config', 'created', 'history', 'os', 'rootfs']);
    expect(json.config).toEqual({
      User: '5',
      ExposedPorts: { '53/udp': {}, '80/tcp': {} },
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'A=3', 'B=2'],
      Entrypoint: ['e'],
      Cmd: ['x'],
      Volumes: { '/v': {} },
      WorkingDir: '/',
      Labels: { k: 'v', l: '1' },
      StopSignal: 'TERM',
      ArgsEscaped: true,
      OnBuild: ['RUN x'],
      Shell: ['/bin/sh', '-ec'],
    });
    const history = json.history as readonly { readonly created: string; readonly created_by: string }[];
    expect(new Set(history.map(({ created }) => created))).toEqual(new Set([json.created]));
    expect(history[0]?.created_by).toBe('COPY bin /bin/ # buildkit');
  });

  it('runs triggers of its base, and does not hand them on', async () => {
    const host = machine();
    await buildkitBuild(host, `${BASE}ONBUILD RUN touch /t\n`, FILES, { tags: ['parent'] });
    const { id, log } = await buildkitBuild(host, 'FROM parent\n', FILES);
    expect(log).toContain('[2/2] ONBUILD RUN touch /t');
    expect(document(host.engine, String(id)).Config.OnBuild).toBeNull();
  });
});

describe('BK-4 newer instructions', () => {
  const run = (text: string, options = {}) => buildkitBuild(machine(), `${BASE}${text}`, FILES, options);

  it.each([
    ['a here-document as script', 'RUN <<E\ncat a /nothing\ntouch /x\nE\nRUN cat /x\n', /nothing/],
    ['a here-document as file', 'COPY <<E /f\nhello\nE\nRUN cat /f\n', /hello/],
    ['--mount=type=bind', 'RUN --mount=type=bind,source=a.txt,target=/m cat /m\n', /alpha/],
    ['--mount from a stage', 'COPY a.txt /o\nFROM base\nRUN --mount=from=base,source=/o,target=/m cat /m\n', /alpha/],
    ['--parents', 'COPY --parents sub/b.txt /p/\nRUN cat /p/sub/b.txt\n', /\d b\n/],
    ['--exclude', 'COPY --exclude=*.log sub /p/\nRUN cat /p/b.txt; cat /p/b.log || true\n', /b\.log: No such/],
    ['a source above the context', 'COPY ../../a.txt /z\nRUN cat /z\n', /alpha/],
  ])('%s', async (_, text, expected) => {
    const { log, error } = await run(text);
    expect(error).toBeUndefined();
    expect(log).toMatch(expected);
  });

  it('shows a secret to one command, and leaves it in no layer', async () => {
    const secrets = new Map([['s', new TextEncoder().encode('hush')]]);
    const host = machine();
    const text = `${BASE}RUN --mount=type=secret,id=s cat /run/secrets/s\nRUN cat /run/secrets/s || true\n`;
    const { log, error } = await buildkitBuild(host, text, FILES, { secrets });
    expect(error).toBeUndefined();
    expect(log.match(/\d hush/g)).toHaveLength(1);
    const { error: missing } = await run('RUN --mount=type=secret,id=s,required cat /run/secrets/s\n');
    expect(missing?.message).toContain('secret s: not found');
  });

  it('keeps a cache from build to build', async () => {
    const host = machine();
    const text = (file: string) => `${BASE}RUN --mount=type=cache,target=/c cat /c/*; touch /c/${file}\n`;
    await buildkitBuild(host, text('one'), FILES);
    const { error } = await buildkitBuild(host, `${BASE}RUN --mount=type=cache,target=/c cat /c/one\n`, FILES);
    expect(error).toBeUndefined();
  });
});

describe('BK-5 errors', () => {
  it('tells what 0.8 told', async () => {
    const run = async (text: string) =>
      (await buildkitBuild(machine(), text, FILES, { vintage: '0.8' })).error?.message;
    const prefix = 'failed to solve with frontend dockerfile.v0: failed to create LLB definition: ';
    expect(await run('FROM scratch\nFOO\n')).toBe(`${prefix}dockerfile parse error line 2: unknown instruction: FOO`);
    expect(await run('FROM scratch\nCOPY nosuch /\n')).toBe(
      'failed to compute cache key: "/nosuch" not found: not found',
    );
    expect(await run('FROM scratch\nRUN <<E\necho\nE\n')).toContain('unknown instruction: ECHO');
    expect(await run(`${BASE}RUN exit 3\n`)).toBe('executor failed running [/bin/sh -c exit 3]: exit code: 3');
    expect(await run(`${BASE}USER nobody\nRUN id\n`)).toContain('unable to find user nobody: no matching entries');
  });

  it('names the lines', async () => {
    const { error } = await buildkitBuild(machine(), `${BASE}RUN exit 1\n`, FILES);
    expect(error).toMatchObject({ vertexName: '[2/2] RUN exit 1', lines: [{ startLine: 3, endLine: 3 }] });
  });
});
