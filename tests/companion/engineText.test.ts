import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBuildOptions } from '../../src/companion/builds/buildOptions.ts';
import { CompanionError } from '../../src/companion/companionError.ts';
import { parseBuildkitAddress } from '../../src/companion/engines/buildkit/buildkitAddress.ts';
import { buildctlArguments } from '../../src/companion/engines/buildkit/buildctlArguments.ts';
import { buildctlFailure } from '../../src/companion/engines/buildkit/buildctlFailure.ts';
import { protobufFields, ProtobufError, protobufMessage } from '../../src/companion/engines/buildkit/protobuf.ts';
import { takeProgressLine } from '../../src/companion/engines/buildkit/rawProgress.ts';
import { contextName, sourcePolicy } from '../../src/companion/engines/buildkit/sourcePolicy.ts';
import { takeTrace } from '../../src/companion/engines/dockerApi/buildTrace.ts';
import { ClassicSteps } from '../../src/companion/engines/dockerApi/classicSteps.ts';
import { parseDockerAddress } from '../../src/companion/engines/dockerApi/dockerClient.ts';
import { dockerFrames } from '../../src/companion/engines/dockerApi/dockerFrames.ts';
import type { BuildRequest } from '../../src/companion/engines/engine.ts';
import { readLines } from '../../src/companion/engines/readLines.ts';
import { StepTracker } from '../../src/companion/engines/stepTracker.ts';
import { isAtLeast } from '../../src/companion/engines/versions.ts';
import type { StepEvent } from '../../src/companion/protocol.ts';
import { NO_NETWORK } from './harness.ts';

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[i % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 });

describe('COMP-18 what engines say, however it is cut', () => {
  it('lines', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' })), cuts, async (words, sizes) => {
        const lines = words.map((word) => word.replaceAll('\n', ' '));
        const found: string[] = [];
        for await (const line of readLines(chunked(Buffer.from(lines.map((line) => `${line}\n`).join('')), sizes))) {
          found.push(line);
        }
        expect(found).toEqual(lines);
      }),
    );
  });

  it('frames of a container’s output', async () => {
    const frame = (stream: number, text: string): Buffer => {
      const head = Buffer.alloc(8);
      head[0] = stream;
      head.writeUInt32BE(Buffer.byteLength(text), 4);
      return Buffer.concat([head, Buffer.from(text)]);
    };
    const bytes = Buffer.concat([frame(1, 'out'), frame(2, 'error text'), frame(1, ''), frame(1, 'more')]);
    await fc.assert(
      fc.asyncProperty(cuts, async (sizes) => {
        const texts = { stdout: '', stderr: '' };
        for await (const { stream, bytes: piece } of dockerFrames(chunked(bytes, sizes))) {
          texts[stream] += Buffer.from(piece).toString();
        }
        expect(texts).toEqual({ stdout: 'outmore', stderr: 'error text' });
      }),
    );
  });

  it('BuildKit’s progress: each step begins and ends once, whatever is repeated; characters are never cut', () => {
    const events: StepEvent[] = [];
    const tracker = new StepTracker((event) => events.push(event));
    const [started, completed] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01.5Z'];
    const euro = Buffer.from('€');
    const lines: object[] = [
      { vertexes: [{ digest: 'd1', name: 'RUN a' }] },
      { vertexes: [{ digest: 'd1', name: 'RUN a', started }] },
      {
        vertexes: [{ digest: 'd1', name: 'RUN a', started }],
        logs: [{ vertex: 'd1', stream: 1, data: euro.subarray(0, 1).toString('base64') }],
      },
      { logs: [{ vertex: 'd1', stream: 1, data: euro.subarray(1).toString('base64') }] },
      { vertexes: [{ digest: 'd1', name: 'RUN a', started, completed }] },
      { vertexes: [{ digest: 'd1', name: 'RUN a', started, completed }] },
      { vertexes: [{ digest: 'd2', name: 'COPY b', started, completed, cached: true }] },
      { vertexes: [{ digest: 'd3', name: 'RUN c', started, completed, error: 'exit code: 1' }] },
      { vertexes: [{ digest: 7 }, null, 'x'], statuses: 'no list', logs: [{}] },
    ];
    for (const line of lines) expect(takeProgressLine(JSON.stringify(line), tracker)).toBe(true);
    expect(takeProgressLine('error: failed', tracker)).toBe(false);
    expect(takeProgressLine('{ no json', tracker)).toBe(false);
    expect(events).toEqual([
      { type: 'step', step: '1', name: 'RUN a' },
      { type: 'log', step: '1', stream: 'stdout', text: '€' },
      { type: 'step-done', step: '1', cached: false, durationMs: 1500 },
      { type: 'step', step: '2', name: 'COPY b' },
      { type: 'step-done', step: '2', cached: true, durationMs: 1500 },
      { type: 'step', step: '3', name: 'RUN c' },
      { type: 'step-done', step: '3', cached: false, durationMs: 1500, error: 'exit code: 1' },
    ]);
  });

  it('BuildKit’s progress: a step that was not in the cache ends at once, begins again, and has one end', () => {
    const events: StepEvent[] = [];
    const tracker = new StepTracker((event) => events.push(event));
    const vertex = { digest: 'd1', name: 'RUN ls' };
    const [probed, started, completed] = [
      '2026-01-01T00:00:00.0001Z',
      '2026-01-01T00:00:00.0004Z',
      '2026-01-01T00:00:02Z',
    ];
    for (const vertexes of [
      [vertex],
      [
        { ...vertex, started: probed, completed: probed },
        { ...vertex, started },
      ],
      [{ ...vertex, started, completed, error: 'exit code: 1' }],
    ])
      takeProgressLine(JSON.stringify({ vertexes }), tracker);
    expect(events).toEqual([
      { type: 'step', step: '1', name: 'RUN ls' },
      { type: 'step-done', step: '1', cached: false, durationMs: 2000, error: 'exit code: 1' },
    ]);
  });

  it('dockerd’s trace of BuildKit', () => {
    const bytesField = (number: number, bytes: Uint8Array): Buffer =>
      Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
    const timestamp = (sec: number): Buffer => Buffer.from([8, sec]);
    const vertex = Buffer.concat([
      bytesField(1, Buffer.from('d1')),
      bytesField(3, Buffer.from('RUN x')),
      bytesField(5, timestamp(1)),
      bytesField(6, timestamp(3)),
    ]);
    const log = Buffer.concat([
      bytesField(1, Buffer.from('d1')),
      Buffer.from([24, 2]),
      bytesField(4, Buffer.from('hi')),
    ]);
    const events: StepEvent[] = [];
    const tracker = new StepTracker((event) => events.push(event));
    takeTrace(Buffer.concat([bytesField(1, vertex), bytesField(3, log)]).toString('base64'), tracker);
    expect(events).toEqual([
      { type: 'step', step: '1', name: 'RUN x' },
      { type: 'log', step: '1', stream: 'stderr', text: 'hi' },
      { type: 'step-done', step: '1', cached: false, durationMs: 2000 },
    ]);
  });

  it('protobuf: what is written is read; anything else is read or refused with its offset', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (text, flag) => {
        const fields = [...protobufFields(protobufMessage({ 1: text, 3: flag }))];
        expect(Buffer.from(fields[0]?.bytes ?? []).toString()).toBe(Buffer.from(text).toString());
        expect(fields[1]?.value).toBe(flag ? 1 : undefined);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          for (const { bytes: inner } of protobufFields(bytes)) expect(inner.length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtobufError);
        }
      }),
    );
  });

  it('the classic builder’s text as steps', () => {
    const events: StepEvent[] = [];
    let nowMs = 0;
    const steps = new ClassicSteps(
      (event) => events.push(event),
      () => (nowMs += 10),
    );
    const text =
      'Step 1/2 : FROM scratch\n ---> \nStep 2/2 : RUN x\n ---> Using cache\n ---> abc\nSuccessfully built abc\n';
    for (const piece of text.match(/.{1,7}/gs) ?? []) steps.take(piece);
    steps.end();
    expect(events.filter(({ type }) => type !== 'log')).toEqual([
      { type: 'step', step: '1', name: 'FROM scratch' },
      { type: 'step-done', step: '1', cached: false, durationMs: 10 },
      { type: 'step', step: '2', name: 'RUN x' },
      { type: 'step-done', step: '2', cached: true, durationMs: 10 },
    ]);
  });

  it.each([
    ['error: failed to solve: process "/bin/sh -c x" did not complete successfully: exit code: 1', 'failed'],
    [
      'error: failed to solve: process "/bin/sh -c echo denied by policy: connection refused" did not complete successfully: exit code: 7',
      'failed',
    ],
    ['error: failed to solve: source "http://127.0.0.1/x" denied by policy: source denied by policy', 'refused'],
    ['error: failed to solve: failed to load LLB: network.host is not allowed', 'refused'],
    ['error: failed to solve: rpc error: code = Unavailable desc = error reading from server: EOF', 'connectionLost'],
    ['error: failed to solve: write /x: no space left on device', 'limit'],
    ['', 'failed'],
  ])('%s', (line, code) => {
    const failure = buildctlFailure(['Dockerfile:3', '----', line]);
    expect(failure.code).toBe(code);
    expect(failure.message).not.toMatch(/^(error|failed to solve): /);
  });
});

describe('COMP-19 what engines are told', () => {
  it.each([
    ['v0.28.1', true],
    ['v0.28.0', false],
    ['0.30.0', true],
    ['v1.0.0', true],
    ['v0.28.1-rc1', false],
    ['v0.29.0-rc1', true],
    ['v0.5.11', false],
    ['v0.0.0+unknown', undefined],
    ['', undefined],
    ['latest', undefined],
  ])('%s against the floor', (version, expected) => {
    expect(isAtLeast(version, '0.28.1')).toBe(expected);
  });

  it('a policy denies all but what comes with the build, and what was allowed by name', () => {
    const rules = (more: object) => JSON.parse(sourcePolicy({ ...NO_NETWORK, ...more })).rules;
    const text = ({ action, selector }: { action: string; selector: { identifier: string } }) =>
      `${action} ${selector.identifier}`;
    expect(rules({}).map(text)).toEqual(['DENY *', 'ALLOW local://*', 'ALLOW oci-layout://*']);
    expect(
      rules({ images: ['alpine:3', 'ghcr.io/own/*'] })
        .map(text)
        .slice(3),
    ).toEqual([
      'ALLOW docker-image://docker.io/library/alpine:3',
      'ALLOW docker-image://docker.io/library/alpine:3@*',
      'ALLOW docker-image://ghcr.io/own/*',
    ]);
    expect(rules({ fetch: true }).map(text)).toEqual(['ALLOW *']);
    expect(() => sourcePolicy({ ...NO_NETWORK, images: ['*/*/NOT A REFERENCE'] })).toThrow();
  });

  it.each([
    ['alpine', 'alpine'],
    ['alpine:latest', 'alpine'],
    ['docker.io/library/alpine:3', 'alpine:3'],
    ['registry.example:5000/a/b', 'registry.example:5000/a/b'],
  ])('a base for %s goes by the name %s', (reference, name) => {
    expect(contextName(reference)).toBe(name);
  });

  const request: BuildRequest = {
    build: 'b',
    user: 'ann',
    contextFolder: '/c',
    contextTar: undefined,
    dockerfile: 'docker/My.Dockerfile',
    target: undefined,
    platform: undefined,
    tag: undefined,
    buildArgs: [['A', '--allow=network.host']],
    bases: [],
    noCache: false,
    sourceDateEpoch: undefined,
    resultFile: '/r',
    workFolder: '/w',
  };

  it('every value stands behind its option', () => {
    const files = { policy: '/p', reference: '/f', cgroupParent: undefined };
    const words = buildctlArguments(parseBuildkitAddress('unix:///s'), request, NO_NETWORK, files);
    const pairs = words.slice(words.indexOf('build') + 1);
    for (let i = 0; i < pairs.length; i += 2) {
      expect([
        '--frontend',
        '--progress',
        '--source-policy-file',
        '--ref-file',
        '--local',
        '--opt',
        '--output',
      ]).toContain(pairs[i]);
    }
    const options = words.filter((_, i) => words[i - 1] === '--opt');
    expect(options).toEqual([
      'filename=My.Dockerfile',
      'force-network-mode=none',
      'cmdline=palimpsest',
      'build-arg:BUILDKIT_CACHE_MOUNT_NS=ann',
      'build-arg:A=--allow=network.host',
    ]);
    expect(words).toContain('dockerfile=/c/docker');
    expect(words.join(' ')).not.toMatch(/ --allow |insecure|entitlement/);
  });

  it.each([
    ['unix:///run/x.sock', true],
    ['tcp://127.0.0.1:1234', true],
    ['tcp://build.example:1234,ca=/a,cert=/b,key=/c', true],
    ['tcp://build.example:1234', false],
    ['tcp://build.example:1234,ca=/a', false],
    ['tcp://build.example:1234,ca=/a,cert=/b,key=/c,x=/d', false],
    ['docker-container://x', false],
    ['ssh://root@host', false],
    ['unix://relative', false],
  ])('BuildKit at %s: %s', (text, isTaken) => {
    if (isTaken) expect(parseBuildkitAddress(text).name).toBe(text.split(',')[0]);
    else expect(() => parseBuildkitAddress(text)).toThrow(CompanionError);
  });

  it.each([
    ['unix:///var/run/docker.sock', true],
    ['tcp://127.0.0.1:2375', true],
    ['tcp://docker.example:2375', false],
    ['tcp://0.0.0.0:2375', false],
    ['http://127.0.0.1:2375', false],
  ])('an Engine API at %s: %s', (text, isTaken) => {
    if (isTaken) expect(parseDockerAddress(text).name).toBe(text);
    else expect(() => parseDockerAddress(text)).toThrow(CompanionError);
  });

  it.each([
    'dockerfile=/etc/passwd',
    'dockerfile=a/../../b',
    'dockerfile=a&dockerfile=b',
    'target=--opt',
    'target=a,b',
    'platform=linux/amd64,linux/arm64',
    'tag=UPPER',
    'tag=a,dest=/etc/x',
    'tag=a"b',
    'arg=NOVALUE',
    'arg=BUILDKIT_CACHE_MOUNT_NS=bob',
    'arg=buildkit_syntax=x/y',
    'arg=SOURCE_DATE_EPOCH=1',
    'arg=A%3Bx=1',
    'base=alpine',
    'base=alpine=/etc',
    'base=alpine=../x',
    'base=NOT A REF=x',
    'no-cache=yes',
    'source-date-epoch=-1',
    'output=type=local,dest=/',
    'secret=id=x,src=/etc/shadow',
    'allow=security.insecure',
  ])('the option %s is refused', (query) => {
    expect(() => parseBuildOptions(new URLSearchParams(query))).toThrow(CompanionError);
  });
});
