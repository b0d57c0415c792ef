import { readFileSync } from 'node:fs';
import { Client, credentials, status, type ChannelCredentials, type ServiceError } from '@grpc/grpc-js';
import { CompanionError } from '../../companionError.ts';
import type { BuildkitAddress } from './buildkitAddress.ts';
import { fieldText, protobufFields, protobufMessage } from './protobuf.ts';

/** BuildKit's control service (moby/buildkit, api/services/control/control.proto): what it is, what it builds for, how
 *  busy it is. Builds themselves go through `buildctl`. */
export class BuildkitControl {
  readonly #client: Client;
  readonly #name: string;

  constructor(address: BuildkitAddress) {
    this.#name = address.name;
    this.#client = new Client(address.grpcTarget, credentialsOf(address), {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      // Sockets have no host name that a header could bear.
      ...(address.grpcTarget.startsWith('unix:') ? { 'grpc.default_authority': 'localhost' } : {}),
    });
  }

  /** As `v0.30.0`; of builds without a version, what they say instead. */
  async version(signal: AbortSignal): Promise<string> {
    const answer = await this.#ask('Info', Buffer.alloc(0), signal);
    for (const { number, bytes } of protobufFields(answer)) {
      if (number !== 1) continue;
      for (const field of protobufFields(bytes)) if (field.number === 2) return fieldText(field);
    }
    return '';
  }

  /** `os/architecture[/variant]` of every worker, each once. */
  async platforms(signal: AbortSignal): Promise<string[]> {
    const answer = await this.#ask('ListWorkers', Buffer.alloc(0), signal);
    const platforms = new Set<string>();
    for (const { number, bytes } of protobufFields(answer)) {
      if (number !== 1) continue;
      for (const field of protobufFields(bytes)) if (field.number === 3) platforms.add(platformText(field.bytes));
    }
    return [...platforms].slice(0, MAX_PLATFORMS);
  }

  /** Builds under way, whoever asked for them. */
  async activeBuilds(signal: AbortSignal): Promise<number> {
    const question = protobufMessage({ 1: true, 3: true });
    let count = 0;
    await this.#listen('ListenBuildHistory', question, signal, (event) => {
      let kind = 0;
      for (const { number, value } of protobufFields(event)) if (number === 1) kind = value;
      if (kind === EVENT_STARTED) count++;
    });
    return count;
  }

  /** Removes the record of a build, its log included, that the engine keeps for its own history. */
  async forget(reference: string, signal: AbortSignal): Promise<void> {
    await this.#ask('UpdateBuildHistory', protobufMessage({ 1: reference, 3: true }), signal);
  }

  /** Removes cache that no build uses, until so much of the engine's disk is free. */
  async prune(minFreeBytes: number, signal: AbortSignal): Promise<void> {
    await this.#listen('Prune', protobufMessage({ 6: minFreeBytes }), signal, () => undefined, PRUNE_MS);
  }

  close(): void {
    this.#client.close();
  }

  #ask(method: string, question: Buffer, signal: AbortSignal): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + TIMEOUT_MS };
      const call = this.#client.makeUnaryRequest(
        `/moby.buildkit.v1.Control/${method}`,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        question,
        options,
        (error, answer) => (error ? reject(this.#faultOf(error)) : resolve(answer ?? Buffer.alloc(0))),
      );
      signal.addEventListener('abort', () => call.cancel(), { once: true });
    });
  }

  #listen(
    method: string,
    question: Buffer,
    signal: AbortSignal,
    take: (message: Buffer) => void,
    timeoutMs = TIMEOUT_MS,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeServerStreamRequest(
        `/moby.buildkit.v1.Control/${method}`,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        question,
        { deadline: Date.now() + timeoutMs },
      );
      signal.addEventListener('abort', () => call.cancel(), { once: true });
      call.on('data', (message: Buffer) => {
        try {
          take(message);
        } catch (error) {
          call.cancel();
          reject(error);
        }
      });
      call.on('error', (error: ServiceError) => reject(this.#faultOf(error)));
      call.on('end', resolve);
    });
  }

  #faultOf(error: ServiceError): CompanionError {
    const isLost = error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED;
    const code = error.code === status.CANCELLED ? 'cancelled' : isLost ? 'connectionLost' : 'engine';
    return new CompanionError(code, `${this.#name}: ${error.details || error.message}`, error);
  }
}

const TIMEOUT_MS = 5_000;
const PRUNE_MS = 60_000;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const MAX_PLATFORMS = 64;
/** BuildHistoryEventType. */
const EVENT_STARTED = 0;

function credentialsOf({ tls }: BuildkitAddress): ChannelCredentials {
  if (!tls) return credentials.createInsecure();
  const read = (path: string | undefined): Buffer | null => (path === undefined ? null : readFileSync(path));
  return credentials.createSsl(read(tls.ca), read(tls.key), read(tls.cert));
}

function platformText(message: Uint8Array): string {
  const parts = ['', '', ''];
  for (const field of protobufFields(message)) {
    if (field.number === 1) parts[1] = fieldText(field);
    if (field.number === 2) parts[0] = fieldText(field);
    if (field.number === 3) parts[2] = fieldText(field);
  }
  return parts.filter((part) => part !== '').join('/');
}
