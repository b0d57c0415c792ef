import { afterEach, describe, expect, it } from 'vitest';
import { RpcClient, ServiceError } from '../../src/client/rpc.ts';
import { WorkerError } from '../../src/worker/faults.ts';
import { hostService, sendEvent } from '../../src/worker/rpcHost.ts';
import { transfer } from '../../src/worker/transfer.ts';
import type { Endpoint } from '../../src/worker/wire.ts';

interface Echo {
  echo(value: unknown): Promise<unknown>;
  fail(): Promise<never>;
  hang(): Promise<never>;
  bytes(): Promise<Uint8Array>;
  unclonable(): Promise<unknown>;
}

const channels: MessageChannel[] = [];
let moved: Uint8Array | undefined;

function connect() {
  const channel = new MessageChannel();
  channels.push(channel);
  const host = channel.port1 as unknown as Endpoint;
  const service: Echo = {
    echo: async (value) => value,
    fail: async () => {
      throw new WorkerError('network', 'no answer', { path: 'https://example.org/a.tar', reason: 'http', status: 404 });
    },
    hang: () => new Promise<never>(() => {}),
    bytes: async () => {
      moved = new Uint8Array([1, 2, 3]);
      return transfer(moved, [moved.buffer]);
    },
    unclonable: async () => () => 1,
  };
  hostService(host, service);
  const client = new RpcClient<Echo, { n: number }>(channel.port2 as unknown as Endpoint);
  return { client, host };
}

afterEach(() => {
  for (const channel of channels.splice(0)) channel.port1.close();
});

async function faultOf(call: Promise<unknown>) {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ServiceError);
  return (error as ServiceError).fault;
}

describe('WORK-1 the calls between page and worker', () => {
  it('answer each caller, whatever the order', async () => {
    const { client } = connect();
    const values = [1, 'two', { three: 3 }, undefined, new Uint16Array([4])];
    await expect(Promise.all(values.map((value) => client.service.echo(value)))).resolves.toEqual(values);
  });

  it('reject with the fault as it was thrown', async () => {
    const { client } = connect();
    expect(await faultOf(client.service.fail())).toEqual({
      code: 'network',
      message: 'no answer',
      path: 'https://example.org/a.tar',
      reason: 'http',
      status: 404,
    });
  });

  it('move buffers that are marked', async () => {
    const { client } = connect();
    expect([...(await client.service.bytes())]).toEqual([1, 2, 3]);
    expect(moved?.byteLength).toBe(0);
  });

  it('reject a result that cannot be cloned, and go on', async () => {
    const { client } = connect();
    expect((await faultOf(client.service.unclonable())).message).toContain('DataCloneError');
    expect(await client.service.echo(1)).toBe(1);
  });

  it('reject arguments that cannot be cloned, and go on', async () => {
    const { client } = connect();
    await expect(client.service.echo(() => 1)).rejects.toThrow();
    expect(await client.service.echo(2)).toBe(2);
  });

  it.each(['missing', 'constructor', 'toString', '__proto__'])('refuse the method %s', async (name) => {
    const { client } = connect();
    const service = client.service as unknown as Record<string, () => Promise<unknown>>;
    expect((await faultOf(service[name]?.() ?? Promise.resolve())).code).toBe('internal');
  });

  it('tell events to every listener until it ends', async () => {
    const { client, host } = connect();
    const heard: string[] = [];
    const end = client.onEvent(({ n }) => heard.push(`a${n}`));
    client.onEvent(({ n }) => heard.push(`b${n}`));
    sendEvent(host, { n: 1 });
    await client.service.echo(0);
    end();
    sendEvent(host, { n: 2 });
    await client.service.echo(0);
    expect(heard).toEqual(['a1', 'b1', 'b2']);
  });

  it('all reject when the worker is lost, and so do later ones', async () => {
    const { client } = connect();
    const waiting = faultOf(client.service.hang());
    client.lose({ code: 'internal', message: 'gone' });
    expect((await waiting).message).toBe('gone');
    expect((await faultOf(client.service.echo(1))).message).toBe('gone');
  });
});
