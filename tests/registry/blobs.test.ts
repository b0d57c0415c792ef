import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodePlatform } from '../../src/platform/node.ts';
import { downloadBlob } from '../../src/registry/downloadBlob.ts';
import { RemoteBlob } from '../../src/registry/remoteBlob.ts';
import { uploadBlob } from '../../src/registry/uploadBlob.ts';
import { connectTo, faultOf, gather, serve, sha256, type Handler, type TestServer } from './faultyRegistry.ts';

const platform = nodePlatform();
const CONTENT = randomBytes(300_000);
const BLOB = { path: 'a/b', digest: sha256(CONTENT), sizeBytes: CONTENT.length };

/** Sends `bytes` from the Range on and cuts the connection after `cutBytes`. */
function cutting(cutBytes: number, takesRange = true): Handler {
  return (request, response) => {
    const start = takesRange ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    const status = start > 0 ? 206 : 200;
    const headers = start > 0 ? { 'content-range': `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}` } : {};
    response.writeHead(status, { ...headers, 'content-length': CONTENT.length - start });
    const part = CONTENT.subarray(start, start + cutBytes);
    response.write(part, () => (start + part.length < CONTENT.length ? response.destroy() : response.end()));
  };
}

describe('downloading', () => {
  it('goes on by Range after each cut', async () => {
    const registry = await serve(cutting(100_000));
    expect(Buffer.compare(await gather(downloadBlob(connectTo(registry), BLOB, platform)), CONTENT)).toBe(0);
    expect(registry.requests.map(({ headers }) => headers.range)[0]).toBeUndefined();
    expect(registry.requests.length).toBeGreaterThanOrEqual(3);
    expect(registry.requests[1]?.headers.range).toMatch(/^bytes=\d+-$/);
  });

  it('skips what it has where Range is ignored', async () => {
    let count = 0;
    const registry = await serve((request, response, body) =>
      cutting(++count === 1 ? 120_000 : CONTENT.length, false)(request, response, body),
    );
    expect(Buffer.compare(await gather(downloadBlob(connectTo(registry), BLOB, platform)), CONTENT)).toBe(0);
  });

  it('gives up where nothing more comes', async () => {
    const registry = await serve((_, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length });
      response.flushHeaders();
      response.destroy();
    });
    expect(await faultOf(gather(downloadBlob(connectTo(registry), BLOB, platform)))).toMatchObject({ code: 'network' });
  });

  it.each([
    ['other bytes', randomBytes(CONTENT.length), 'digest'],
    ['more bytes', Buffer.concat([CONTENT, CONTENT]), 'size'],
  ] as const)('%s', async (_, bytes, code) => {
    const registry = await serve((_request, response) => void response.end(bytes));
    expect(await faultOf(gather(downloadBlob(connectTo(registry), BLOB, platform)))).toMatchObject({ code });
  });

  it('an endless blob ends at its size', async () => {
    const registry = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    expect(await faultOf(gather(downloadBlob(connectTo(registry), BLOB, platform)))).toMatchObject({ code: 'size' });
  });

  it('a wrong Content-Range is told', async () => {
    const registry = await serve((request, response, body) => {
      if (request.headers.range === undefined) return cutting(1000)(request, response, body);
      response.writeHead(206, { 'content-range': `bytes 5-9/${CONTENT.length}` }).end('xxxxx');
    });
    expect(await faultOf(gather(downloadBlob(connectTo(registry), BLOB, platform)))).toMatchObject({
      code: 'protocol',
    });
  });
});

describe('RemoteBlob', () => {
  const work = { platform };

  it('fetches nothing before it is read, then once', async () => {
    const registry = await serve(cutting(CONTENT.length));
    const blob = new RemoteBlob(connectTo(registry), BLOB, 'kept', work);
    expect(registry.seen).toEqual([]);
    expect(await gather(blob.slice(10, 5).stream())).toEqual(CONTENT.subarray(10, 15));
    expect(Buffer.compare(await gather(blob.stream()), CONTENT)).toBe(0);
    expect(Buffer.from(await blob.read(299_990, 100))).toEqual(CONTENT.subarray(299_990));
    expect(registry.seen).toHaveLength(1);
    await blob.dispose();
  });

  it('keeps what was streamed to its end, and not what was left', async () => {
    const registry = await serve(cutting(CONTENT.length));
    const blob = new RemoteBlob(connectTo(registry), BLOB, 'kept', work);
    for await (const _ of blob.stream()) break;
    expect(Buffer.compare(await gather(blob.stream()), CONTENT)).toBe(0);
    expect(Buffer.compare(await gather(blob.stream()), CONTENT)).toBe(0);
    expect(registry.seen).toHaveLength(2);
    await blob.dispose();
  });

  it('reads nothing that has another digest', async () => {
    const registry = await serve((_, response) => void response.end(randomBytes(CONTENT.length)));
    const blob = new RemoteBlob(connectTo(registry), BLOB, 'kept', work);
    expect(await faultOf(blob.read(0, 1))).toMatchObject({ code: 'digest' });
  });
});

/** A registry that stores one blob, with a fault now and then: `fails` says what happens to the nth PATCH. */
async function storing(fails: (patch: number) => 'cutAfter' | 'cutBefore' | 'refuse' | 'forget' | undefined): Promise<{
  server: TestServer;
  stored: () => Buffer | undefined;
}> {
  let received = Buffer.alloc(0);
  let stored: Buffer | undefined;
  let patches = 0;
  let uploads = 0;
  let isForgotten = false;
  const server = await serve((request, response, body) => {
    const url = new URL(request.url ?? '', 'http://x');
    if (request.method === 'HEAD') return void response.writeHead(stored ? 200 : 404).end();
    const location = `/v2/a/b/blobs/uploads/${uploads}?_state=a%2Fb==`;
    const range = received.length === 0 ? '0-0' : `0-${received.length - 1}`;
    if (request.method === 'POST') {
      received = Buffer.alloc(0);
      isForgotten = false;
      return void response.writeHead(202, { location: `/v2/a/b/blobs/uploads/${++uploads}?_state=a%2Fb==` }).end();
    }
    if (!request.url?.includes('_state=a%2Fb==')) return void response.writeHead(400).end();
    if (isForgotten) return void response.writeHead(404).end();
    if (request.method === 'GET') return void response.writeHead(204, { location, range }).end();
    if (request.method === 'PATCH') {
      const fault = fails(++patches);
      const start = Number(/^(\d+)-/.exec(request.headers['content-range'] ?? '')?.[1]);
      if (fault === 'cutBefore') return void response.destroy();
      if (fault === 'forget') isForgotten = true;
      if (fault === 'refuse' || fault === 'forget' || start !== received.length)
        return void response.writeHead(416).end();
      received = Buffer.concat([received, fault === 'cutAfter' ? body.subarray(0, body.length / 2) : body]);
      if (fault === 'cutAfter') return void response.destroy();
      return void response.writeHead(202, { location, range: `0-${received.length - 1}` }).end();
    }
    received = Buffer.concat([received, body]);
    const isRight = url.searchParams.get('digest') === sha256(received);
    if (isRight) stored = received;
    response.writeHead(isRight ? 201 : 400).end('{"errors":[{"code":"DIGEST_INVALID"}]}');
  });
  return { server, stored: () => stored };
}

async function* pieces(content: Buffer, size = 7000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

const OUTGOING = { digest: BLOB.digest, sizeBytes: CONTENT.length, open: () => pieces(CONTENT) };

describe('uploading', () => {
  it.each([
    ['in one request', 1_000_000, ['POST', 'PUT']],
    ['in chunks', 100_000, ['POST', 'PATCH', 'PATCH', 'PATCH', 'PUT']],
  ] as const)('%s', async (_, chunkBytes, methods) => {
    const { server, stored } = await storing(() => undefined);
    expect(await uploadBlob(connectTo(server), 'a/b', OUTGOING, { chunkBytes })).toBe('uploaded');
    expect(stored()?.equals(CONTENT)).toBe(true);
    expect(server.seen.map((line) => line.split(' ')[0]).filter((method) => method !== 'HEAD')).toEqual(methods);
  });

  it.each(['cutAfter', 'cutBefore', 'refuse', 'forget'] as const)('a chunk that fails: %s', async (fault) => {
    const { server, stored } = await storing((patch) => (patch === 2 ? fault : undefined));
    const connection = connectTo(server);
    expect(await uploadBlob(connection, 'a/b', OUTGOING, { chunkBytes: 64_000 })).toBe('uploaded');
    expect(stored()?.equals(CONTENT)).toBe(true);
    const begun = server.seen.filter((line) => line.startsWith('POST')).length;
    expect(begun).toBe(fault === 'forget' ? 2 : 1);
  });

  it('gives up', async () => {
    const { server } = await storing(() => 'refuse');
    const fault = await faultOf(uploadBlob(connectTo(server), 'a/b', OUTGOING, { chunkBytes: 64_000 }));
    expect(fault).toMatchObject({ code: 'network' });
    expect(server.seen.length).toBeLessThan(100);
  });

  it('of other bytes is refused by the registry, of fewer by us', async () => {
    const { server } = await storing(() => undefined);
    const other = { ...OUTGOING, digest: sha256('other') };
    expect(await faultOf(uploadBlob(connectTo(server), 'a/b', other))).toMatchObject({ code: 'digest' });
    const fewer = { ...OUTGOING, open: () => pieces(CONTENT.subarray(9)) };
    expect(await faultOf(uploadBlob(connectTo(server), 'a/b', fewer))).toMatchObject({ code: 'size' });
    const more = { ...OUTGOING, sizeBytes: 9 };
    expect((await faultOf(uploadBlob(connectTo(server), 'a/b', more))).code).toMatch(/size|digest/);
  });

  it('of nothing', async () => {
    const { server, stored } = await storing(() => undefined);
    const empty = { digest: sha256(''), sizeBytes: 0, open: () => pieces(Buffer.alloc(0)) };
    expect(await uploadBlob(connectTo(server), 'a/b', empty)).toBe('uploaded');
    expect(stored()).toHaveLength(0);
  });

  it('mounts, or uploads where the registry will not', async () => {
    const mounting = await serve(
      (request, response) => void response.writeHead(request.method === 'POST' ? 201 : 404).end(),
    );
    expect(await uploadBlob(connectTo(mounting), 'a/b', OUTGOING, { mountFrom: 'c/d' })).toBe('mounted');
    expect(mounting.seen.at(-1)).toBe(
      `POST /v2/a/b/blobs/uploads/?mount=${encodeURIComponent(BLOB.digest)}&from=c%2Fd`,
    );
    const { server } = await storing(() => undefined);
    expect(await uploadBlob(connectTo(server), 'a/b', OUTGOING, { mountFrom: 'c/d' })).toBe('uploaded');
  });
});
