import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { CompanionError } from '../../companionError.ts';
import { parseShape, textAt, type Shape } from '../jsonShapes.ts';

/** Where an Engine API listens: a socket of this machine, or a port of its loopback. */
export interface DockerAddress {
  readonly name: string;
  readonly socketPath: string | undefined;
  readonly host: string;
  readonly port: number;
}

/** `unix:///PATH` or `tcp://127.0.0.1:PORT`: an Engine API gives its host away, and is not spoken to over a network.
 *  Throws CompanionError `request`. */
export function parseDockerAddress(text: string): DockerAddress {
  const path = /^unix:\/\/(\/.+)$/.exec(text)?.[1];
  if (path !== undefined) return { name: text, socketPath: path, host: 'localhost', port: 0 };
  const [, host, port] = /^tcp:\/\/(127\.\d+\.\d+\.\d+|localhost):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined) throw new CompanionError('request', `“${text}” is no socket of an engine on this machine`);
  return { name: text, socketPath: undefined, host, port: Number(port) };
}

export interface DockerRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its query, below the version. */
  readonly path: string;
  readonly body?: Readable | Shape | undefined;
  readonly signal: AbortSignal;
}

const MAX_JSON_BYTES = 4 * 1024 * 1024;

/** The Docker Engine API over HTTP (docs.docker.com, "Engine API"). Engines differ in what they call themselves;
 *  requests name no version and get the engine's own. */
export class DockerClient {
  readonly #address: DockerAddress;
  readonly #agent = new Agent({ keepAlive: false });

  constructor(address: DockerAddress) {
    this.#address = address;
  }

  /** The answer, whose body is to be read or destroyed. Throws CompanionError `engine` with the engine's words,
   *  `notFound`, `connectionLost`, or the signal's reason. */
  async open({ method, path, body, signal }: DockerRequest): Promise<IncomingMessage> {
    signal.throwIfAborted();
    const answer = await this.#send({ method, path, body, signal });
    const { statusCode = 0 } = answer;
    if (statusCode < 300) return answer;
    const message = textAt(parseShape(await textOf(answer)), 'message') ?? `answered ${statusCode}`;
    throw new CompanionError(statusCode === 404 ? 'notFound' : 'engine', `${this.#address.name}: ${message.trim()}`);
  }

  async json(request: DockerRequest): Promise<unknown> {
    const text = await textOf(await this.open(request));
    if (text.trim() === '') return undefined;
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new CompanionError('engine', `${this.#address.name} did not answer in JSON`, error);
    }
  }

  #send({ method, path, body, signal }: DockerRequest): Promise<IncomingMessage> {
    const { socketPath, host, port, name } = this.#address;
    const isStream = body instanceof Readable;
    const json = body === undefined || isStream ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        ...(socketPath === undefined ? { host, port } : { socketPath }),
        agent: this.#agent,
        method,
        path,
        signal,
        headers: {
          host: 'docker',
          ...(isStream ? { 'content-type': 'application/x-tar' } : {}),
          ...(json === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }),
        },
      });
      request.once('error', (error) => {
        if (signal.aborted) reject(signal.reason);
        else reject(new CompanionError('connectionLost', `${name}: ${error.message}`, error));
      });
      request.once('response', resolve);
      if (isStream) body.once('error', (error) => request.destroy(error)).pipe(request);
      else request.end(json);
    });
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    sizeBytes += piece.length;
    if (sizeBytes > MAX_JSON_BYTES) throw new CompanionError('engine', 'the engine answers at too great a length');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
