import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BuildView, visibleText } from '../../src/app/companion/buildView.svelte.ts';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { CompanionClient, CompanionClientError, type BuildEvent } from '../../src/client/companion/companionClient.ts';
import { parseCompanionLink } from '../../src/client/companion/companionLink.ts';
import { contextBlob } from '../../src/client/companion/contextBlob.ts';
import { contextEntries } from '../../src/companion/builds/contextEntries.ts';
import { DEFAULT_LIMITS } from '../../src/companion/limits.ts';

const TOKEN = 'T'.repeat(43);

describe('COMP-22 the page’s side', () => {
  it.each([
    [`http://127.0.0.1:7878/#/companion/${TOKEN}`, 'http://127.0.0.1:7878'],
    [` http://localhost:1/#/companion/${TOKEN}\n`, 'http://localhost:1'],
    [`#/companion/${TOKEN}`, 'https://lab.example'],
    [`https://lab.example/#/companion/${TOKEN}`, 'https://lab.example'],
    [`http://evil.example/#/companion/${TOKEN}`, undefined],
    [`http://127.0.0.1.evil.example/#/companion/${TOKEN}`, undefined],
    [`https://127.0.0.1:7878/?x#/companion/short`, undefined],
    ['#/a/ID/i/0', undefined],
    ['', undefined],
  ])('the link %s leads to %s', (text, origin) => {
    expect(parseCompanionLink(text, 'https://lab.example')?.origin).toBe(origin);
  });

  it('a context is the tar that a companion takes, and it is not read to be made', async () => {
    const files = [
      { path: 'Dockerfile', content: new Blob(['FROM scratch\n']), modifiedMs: 5_000_000 },
      { path: `long/${'n'.repeat(120)}/名`, content: new Blob(['#!/bin/sh\n']) },
      { path: 'empty', content: new Blob([]) },
    ];
    const tar = new Uint8Array(await (await contextBlob(files)).arrayBuffer());
    const entries = await contextEntries(new MemorySource(tar), DEFAULT_LIMITS);
    expect(entries.get('Dockerfile')).toMatchObject({ kind: 'file', mode: 0o644, sizeBytes: 13, mtimeSec: 5000 });
    expect(entries.get(`long/${'n'.repeat(120)}/名`)).toMatchObject({ mode: 0o755 });
    expect(entries.get('empty')).toMatchObject({ sizeBytes: 0 });
  });

  type Handler = (request: IncomingMessage, response: ServerResponse) => void;
  async function clientOf(handler: Handler): Promise<{ client: CompanionClient; seen: string[] }> {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      expect(request.headers.authorization).toBe(`Bearer ${TOKEN}`);
      request.resume();
      handler(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return { client: new CompanionClient({ origin: `http://127.0.0.1:${port}`, token: TOKEN }), seen };
  }

  const EVENTS: BuildEvent[] = [
    { seq: 0, timeMs: 0, type: 'queued', build: 'b', ahead: 0 },
    { seq: 1, timeMs: 0, type: 'started', engine: 'e', attempt: 1 },
    { seq: 2, timeMs: 0, type: 'step', step: '1', name: 'RUN x' },
    { seq: 3, timeMs: 0, type: 'done', result: { sizeBytes: 1, format: 'oci-layout' } },
  ];
  const lines = (events: readonly BuildEvent[]): string =>
    events.map((event) => `${JSON.stringify(event)}\n`).join('\n');

  it('a build goes on where its connection broke, each event once', async () => {
    const { client, seen } = await clientOf((request, response) => {
      if (request.method === 'POST') {
        response.writeHead(201).write(`${lines(EVENTS.slice(0, 2))}{"seq":2,"cut`);
        setTimeout(() => response.destroy(), 50);
      } else response.end(lines(EVENTS.slice(2)));
    });
    const events: BuildEvent[] = [];
    for await (const event of client.build(new Blob(['x']), { tag: 'a:1' }, new AbortController().signal))
      events.push(event);
    expect(events).toEqual(EVENTS);
    expect(seen).toEqual(['POST /v1/builds?tag=a%3A1', 'GET /v1/builds/b/events?from=2']);
  });

  it('who stops listening cancels', async () => {
    const { client, seen } = await clientOf((request, response) => {
      if (request.method === 'POST') response.writeHead(201).write(lines(EVENTS.slice(0, 2)));
      else response.writeHead(204).end();
    });
    for await (const event of client.build(new Blob([]), {}, new AbortController().signal)) {
      if (event.type === 'started') break;
    }
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('DELETE /v1/builds/b');
  });

  it('a refusal is told by its code, a companion that is gone as lost', async () => {
    const { client } = await clientOf((_, response) => {
      response.writeHead(429, { 'content-type': 'application/json' });
      response.end('{"error":{"code":"busy","message":"too many"}}');
    });
    await expect(client.info()).rejects.toMatchObject({ code: 'busy', status: 429, message: 'too many' });
    const nobody = new CompanionClient({ origin: 'http://127.0.0.1:1', token: TOKEN });
    const error = await nobody.info().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CompanionClientError);
    expect(error).toMatchObject({ code: 'lost', status: 0 });
  });

  it('what a build prints is text: escapes, markup and reversed writing', () => {
    expect(visibleText('\u001b[31mred\u0007\r\n<b>\u202eevil\tok')).toBe('\\x1b[31mred\\x07\n<b>\\u202eevil\tok');
    const view = new BuildView();
    for (const event of EVENTS.slice(0, 3)) view.take(event);
    view.take({ seq: 3, timeMs: 0, type: 'log', step: '1', stream: 'stdout', text: '\u001b]0;title\u0007' });
    expect(view.steps[0]?.log).toBe('\\x1b]0;title\\x07');
    view.take({ seq: 4, timeMs: 0, type: 'started', engine: 'other', attempt: 2 });
    expect(view.steps).toEqual([]);
    view.take({ seq: 5, timeMs: 0, type: 'step', step: '1', name: 'RUN y' });
    view.take({ seq: 6, timeMs: 0, type: 'error', code: 'failed', message: 'exit code: 1' });
    expect(view).toMatchObject({ phase: 'failed', isUnderWay: false, failure: { code: 'failed' } });
    expect(view.steps[0]?.state).toBe('failed');
  });
});
