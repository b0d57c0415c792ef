import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { guardedNetwork } from '../../src/companion/guardedFetch.ts';
import type { Digest } from '../../src/image/digest.ts';
import { RegistryConnection } from '../../src/registry/connection.ts';
import type { Credentials } from '../../src/registry/credentials.ts';
import { HostPolicy } from '../../src/registry/guard/hostPolicy.ts';
import { RegistryError } from '../../src/registry/registryError.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

export interface TestServer {
  readonly host: string;
  readonly origin: string;
  /** `METHOD path?query`, in order. */
  readonly seen: string[];
  readonly requests: IncomingMessage[];
}

/** A server on this machine that ends with the test. */
export async function serve(handler: Handler): Promise<TestServer> {
  const seen: string[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('error', () => undefined);
    request.on('end', () => {
      seen.push(`${request.method} ${request.url}`);
      requests.push(request);
      handler(request, response, Buffer.concat(pieces));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}`, seen, requests };
}

export interface ConnectOptions {
  readonly allowed?: readonly string[];
  readonly credentials?: Credentials;
  readonly waits?: number[];
  readonly idleTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A connection through the guard, with the server named; pauses are only noted. */
export function connectTo(server: TestServer, options: ConnectOptions = {}): RegistryConnection {
  const { allowed = [], credentials, waits = [], idleTimeoutMs = 5000, signal } = options;
  const guarded = guardedNetwork(new HostPolicy([server.host, ...allowed]));
  onTestFinished(() => guarded.close());
  const wait = async (durationMs: number): Promise<void> => {
    waits.push(durationMs);
  };
  return new RegistryConnection({
    endpoint: { domain: server.host, origin: server.origin },
    network: { ...guarded, wait, idleTimeoutMs },
    credentials: async () => credentials,
    signal,
  });
}

export function sha256(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
}

export async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(chunk.slice());
  return Buffer.concat(pieces);
}

/** The error that a promise rejects with, which must be ours. */
export async function faultOf(promise: Promise<unknown>): Promise<RegistryError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RegistryError) return error;
  throw new Error(`no RegistryError but ${String(error)}`);
}
