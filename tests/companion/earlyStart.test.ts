import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { BuildRequest, BuildRules, EarlyStart, EmitStep } from '../../src/companion/engines/engine.ts';
import { CompanionError } from '../../src/companion/companionError.ts';
import { tarOf } from '../archive/buildTar.ts';
import { ask, build, eventsOf, ScriptedEngine, start, untilAborted, users, tokenOf } from './harness.ts';
import type { TestCompanion } from './harness.ts';

const CONTEXT = await tarOf([['Dockerfile', 'FROM scratch\n']]);
const TAR = { 'content-type': 'application/x-tar' };

async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(condition()).toBe(true);
}

/** Tells what was begun early, what became of it, and with what its builds began. */
class EarlyEngine extends ScriptedEngine {
  readonly begun: BuildRequest[] = [];
  readonly starts: EarlyStart[] = [];
  readonly ends: string[] = [];
  readonly given: (EarlyStart | undefined)[] = [];

  startEarly(request: BuildRequest): EarlyStart {
    this.begun.push(request);
    const begun = { discard: async () => void this.ends.push(request.build) };
    this.starts.push(begun);
    return begun;
  }

  override build(
    request: BuildRequest,
    rules: BuildRules,
    emit: EmitStep,
    signal: AbortSignal,
    early?: EarlyStart,
  ): ReturnType<ScriptedEngine['build']> {
    this.given.push(early);
    return super.build(request, rules, emit, signal);
  }
}

/** Sends the head of a build, and of its body only so much. */
function halfUpload({ port, token }: TestCompanion, body: Uint8Array, sizeBytes: number) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `POST /v1/builds HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/x-tar\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  socket.write(body.subarray(0, sizeBytes));
  return socket;
}

describe('COMP-25 a build that begins while its context is on its way', () => {
  it('is begun at once, and goes on when the context is there', async () => {
    const engine = new EarlyEngine();
    const companion = await start({ engines: [engine] });
    const socket = halfUpload(companion, CONTEXT, 100);
    await eventually(() => engine.begun.length === 1);
    expect(engine.requests).toEqual([]);
    socket.write(CONTEXT.subarray(100));
    await eventually(() => engine.requests.length === 1);
    expect(engine.given).not.toContain(undefined);
    expect(engine.requests[0]?.build).toBe(engine.begun[0]?.build);
    expect(engine.ends).toEqual([]);
    socket.destroy();
  });

  it('is ended when the sender goes away, or the context is refused; nothing is built and nothing left', async () => {
    const engine = new EarlyEngine();
    const companion = await start({ engines: [engine] });
    const socket = halfUpload(companion, CONTEXT, 100);
    await eventually(() => engine.begun.length === 1);
    socket.destroy();
    await eventually(() => engine.ends.length === 1);
    const evil = await tarOf([
      ['Dockerfile', 'FROM scratch\n'],
      ['../evil', 'x'],
    ]);
    const answer = await ask(companion, '/v1/builds', { method: 'POST', headers: TAR, body: evil });
    expect(answer.status).toBe(400);
    expect(engine.begun).toHaveLength(2);
    expect(engine.ends).toHaveLength(2);
    expect(engine.requests).toEqual([]);
    await eventually(() => companion.leftovers().length === 0);
  });

  it('is not begun where it would wait: no slot, no turn, or others before it', async () => {
    const engine = new EarlyEngine((_request, _emit, signal) => untilAborted(signal), 'one', 1);
    const companion = await start({ engines: [engine], users: users(2), limits: { abandonedMs: 60_000 } });
    const asUser = (i: number) => ({ ...companion, token: tokenOf(i) });
    const first = halfUpload(asUser(0), CONTEXT, CONTEXT.length);
    await eventually(() => engine.requests.length === 1);
    const second = halfUpload(asUser(1), CONTEXT, 100);
    const third = halfUpload(asUser(0), CONTEXT, 100);
    await eventually(() => companion.leftovers().length === 3);
    expect(engine.begun).toHaveLength(1);
    for (const socket of [first, second, third]) socket.destroy();
  });

  it('has no more than its slots begun at once, however many contexts are on their way', async () => {
    const engine = new EarlyEngine(undefined, 'two', 2);
    const companion = await start({ engines: [engine], limits: { runningPerUser: 8 } });
    const sockets = Array.from({ length: 5 }, () => halfUpload(companion, CONTEXT, 100));
    await eventually(() => companion.leftovers().length === 5);
    expect(engine.begun).toHaveLength(2);
    for (const socket of sockets) socket.write(CONTEXT.subarray(100));
    await eventually(() => engine.requests.length === 5);
    expect(engine.given.filter((early) => early !== undefined)).toHaveLength(2);
    for (const socket of sockets) socket.destroy();
  });

  it('is not begun for a large context, for one of unknown size, or with bases, whose digests are not known yet', async () => {
    const engine = new EarlyEngine();
    const companion = await start({ engines: [engine] });
    const large = await tarOf([
      ['Dockerfile', 'FROM scratch\n'],
      ['large', new Uint8Array(9 * 1024 * 1024)],
    ]);
    expect((await build(companion, large)).at(-1)?.type).toBe('done');
    const pieces = await fetch(`${companion.origin}/v1/builds`, {
      method: 'POST',
      headers: { ...TAR, authorization: `Bearer ${companion.token}` },
      body: new ReadableStream({
        start: (controller) => {
          controller.enqueue(CONTEXT);
          controller.close();
        },
      }),
      duplex: 'half',
    } as RequestInit);
    expect(eventsOf(await pieces.text()).at(-1)?.type).toBe('done');
    const withBase = await tarOf([
      ['Dockerfile', 'FROM a\n'],
      ['base/index.json', JSON.stringify({ manifests: [{ digest: `sha256:${'0'.repeat(64)}` }] })],
    ]);
    expect((await build(companion, withBase, '?base=a=base')).at(-1)?.type).toBe('done');
    expect(engine.begun).toEqual([]);
    expect(engine.given).toEqual([undefined, undefined, undefined]);
  });
});

describe('COMP-26 a build that is begun once more', () => {
  async function builtOnce(limits = {}) {
    const engine = new EarlyEngine(undefined, 'one', 1);
    const companion = await start({ engines: [engine], users: users(2), limits });
    const asUser = (i: number) => ({ ...companion, token: tokenOf(i) });
    expect((await build(asUser(0), CONTEXT)).at(-1)?.type).toBe('done');
    await eventually(() => engine.begun.length === 2);
    return { engine, companion, asUser };
  }

  it('is what the same user gets who asks for the same', async () => {
    const { engine, asUser } = await builtOnce();
    expect((await build(asUser(0), CONTEXT)).at(-1)?.type).toBe('done');
    expect(engine.requests.map(({ build: id }) => id)).toEqual(engine.begun.slice(0, 2).map(({ build: id }) => id));
    expect(engine.given[1]).toBe(engine.starts[1]);
    expect(engine.ends).toEqual([]);
  });

  it('is nothing for another user or other options, whose builds begin anew', async () => {
    const { engine, asUser } = await builtOnce();
    const likely = engine.begun[1]?.build;
    expect((await build(asUser(1), CONTEXT)).at(-1)?.type).toBe('done');
    expect(engine.requests[1]?.user).toBe('u1');
    expect(engine.requests[1]?.build).not.toBe(likely);
    // There is one at a time.
    await eventually(() => engine.ends.includes(likely ?? ''));
    await eventually(() => engine.begun.length === 4);
    expect((await build(asUser(1), CONTEXT, '?arg=A=1')).at(-1)?.type).toBe('done');
    expect(engine.requests[2]?.build).not.toBe(engine.begun[3]?.build);
    expect(engine.requests[2]?.buildArgs).toEqual([['A', '1']]);
  });

  it('goes with the build that it repeats, and with the companion', async () => {
    const { engine, companion, asUser } = await builtOnce();
    const [first] = engine.requests;
    const path = `/v1/builds/${first?.build}`;
    expect((await ask(asUser(0), path, { method: 'DELETE' })).status).toBe(204);
    await eventually(() => companion.leftovers().length === 0);
    expect(engine.ends).toEqual([engine.begun[1]?.build]);
    expect((await build(asUser(0), CONTEXT)).at(-1)?.type).toBe('done');
    await eventually(() => engine.begun.length === 4);
    await companion.close();
    expect(engine.ends).toContain(engine.begun[3]?.build);
  });

  it('is not begun after a build that failed', async () => {
    const engine = new EarlyEngine(() => Promise.reject(new CompanionError('failed', 'no')));
    const companion = await start({ engines: [engine] });
    expect((await build(companion, CONTEXT)).at(-1)?.type).toBe('error');
    await eventually(() => companion.leftovers().length === 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(engine.begun).toHaveLength(1);
  });
});
