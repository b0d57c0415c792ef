import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { BuildRequest, BuildRules, EarlyStart, EmitStep } from '../../src/companion/engines/engine.ts';
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
  readonly ends: string[] = [];
  readonly given: (EarlyStart | undefined)[] = [];

  startEarly(request: BuildRequest): EarlyStart {
    this.begun.push(request);
    return { discard: async () => void this.ends.push(request.build) };
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
