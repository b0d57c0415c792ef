import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Platform, Progress } from '../../src/bytes/platform.ts';
import { download } from '../../src/worker/download.ts';

const BODY = new Uint8Array(400_000).map((_, i) => i % 253);

const answers: Record<string, RequestListener> = {
  '/files/my%20image.tar': (_, response) => {
    response.setHeader('content-length', BODY.length);
    response.end(BODY);
  },
  '/unsized.tar': (_, response) => {
    response.write(BODY.subarray(0, 1000));
    response.end(BODY.subarray(1000));
  },
  '/missing.tar': (_, response) => {
    response.statusCode = 404;
    response.end();
  },
  '/huge.tar': (_, response) => {
    response.setHeader('content-length', 1e15);
    response.flushHeaders();
  },
  '/broken.tar': (_, response) => {
    response.setHeader('content-length', BODY.length);
    response.write(BODY.subarray(0, 1000), () => response.destroy());
  },
  '/slow.tar': (_, response) => {
    response.write(BODY.subarray(0, 1000));
  },
};

let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => answers[request.url ?? '']?.(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function work(signal = new AbortController().signal) {
  const seen: Progress[] = [];
  return { platform: {} as Platform, signal, onProgress: (progress: Progress) => void seen.push(progress), seen };
}

describe('WORK-3 fetching an archive', () => {
  it.each([
    ['/files/my%20image.tar', 'my image.tar', BODY.length],
    ['/unsized.tar', 'unsized.tar', undefined],
  ])('%s gives its bytes, its name and its progress', async (path, fileName, totalBytes) => {
    const task = work();
    const result = await download(`${base}${path}`, task);
    expect(result.fileName).toBe(fileName);
    expect(Buffer.from(await result.blob.arrayBuffer()).equals(BODY)).toBe(true);
    expect(task.seen.at(-1)).toEqual({ phase: 'download', doneBytes: BODY.length, totalBytes });
  });

  it.each([
    ['/missing.tar', { reason: 'http', status: 404 }],
    ['/huge.tar', { reason: 'tooLarge' }],
    ['/broken.tar', { reason: 'interrupted' }],
  ])('%s says why it failed', async (path, details) => {
    await expect(download(`${base}${path}`, work())).rejects.toMatchObject({ code: 'network', details });
  });

  it.each(['file:///etc/passwd', 'data:,x', 'javascript:1', 'no address', ''])(
    '%j is no address to fetch',
    async (url) => {
      await expect(download(url, work())).rejects.toMatchObject({ code: 'network', details: { reason: 'url' } });
    },
  );

  it('says so when nobody answers', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(download(`http://127.0.0.1:${port}/a.tar`, work())).rejects.toMatchObject({
      code: 'network',
      details: { reason: 'crossOrigin' },
    });
  });

  it('can be cancelled midway', async () => {
    const controller = new AbortController();
    const task = work(controller.signal);
    const stop = { ...task, onProgress: () => controller.abort() };
    await expect(download(`${base}/slow.tar`, stop)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
