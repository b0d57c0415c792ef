import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { RpcClient } from '../../src/client/rpc.ts';
import type { ExplorerEvent, ExplorerService } from '../../src/worker/protocol.ts';
import { hostService, sendEvent } from '../../src/worker/rpcHost.ts';
import type { Endpoint } from '../../src/worker/wire.ts';
import { buildDockerArchive } from '../support/buildArchive.ts';
import { memoryStore, PLAIN_QUERY, rowsOf, startExplorer } from './harness.ts';

const ARCHIVE = buildDockerArchive('demo:1', [[{ path: 'a', body: 'first' }], [{ path: 'b', body: 'second' }]]);

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** The service behind a port, as the page talks to its worker. */
function connect() {
  const channel = new MessageChannel();
  const worker = channel.port1 as unknown as Endpoint;
  const { service } = startExplorer(memoryStore(), { onEvent: (event) => sendEvent(worker, event) });
  hostService(worker, service);
  ends.push(() => channel.port1.close());
  return new RpcClient<ExplorerService, ExplorerEvent>(channel.port2 as unknown as Endpoint);
}

async function serveArchive(): Promise<string> {
  const server = createServer((_, response) => response.end(ARCHIVE));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/demo.tar`;
}

it('an archive at an address is opened, browsed and read through a port', async () => {
  const { service } = connect();
  const summary = await service.open({ kind: 'url', url: await serveArchive() }, 'open');
  expect(summary).toMatchObject({ fileName: 'demo.tar', origin: 'url', sizeBytes: ARCHIVE.length });
  const query = { ...PLAIN_QUERY, archiveId: summary.id, layer: 1 };
  const [first, again] = [await service.treeView(query), await service.treeView(query)];
  expect(rowsOf(first).map(({ path }) => path)).toEqual(['a', 'b']);
  expect(again).toEqual(first);
  const file = { archiveId: summary.id, image: 0, layer: 0, entry: 1 };
  expect(new TextDecoder().decode(await service.readFile(file, 0, 9))).toBe('first');
  expect(new TextDecoder().decode(await service.readFile(file, 1, 2))).toBe('ir');
});

it('events reach the page', async () => {
  const client = connect();
  const indexed = new Promise<ExplorerEvent>((resolve) => {
    client.onEvent((event) => event.type === 'indexed' && resolve(event));
  });
  const { id } = await client.service.open({ kind: 'url', url: await serveArchive() }, 'open');
  expect(await indexed).toEqual({ type: 'indexed', archiveId: id });
});

it('a fault keeps its code and its place', async () => {
  const { service } = connect();
  await expect(service.open({ kind: 'url', url: 'ftp://example.org/a.tar' }, 'open')).rejects.toMatchObject({
    name: 'ServiceError',
    code: 'network',
    fault: { reason: 'url', path: 'ftp://example.org/a.tar' },
  });
});

it('a call that is cancelled rejects as such', async () => {
  const { service } = connect();
  const opening = service.open({ kind: 'url', url: await serveArchive() }, 'open');
  const cancelled = service.cancel('open');
  await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
  await cancelled;
});
