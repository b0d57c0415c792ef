import { parseJson } from '../image/json.ts';
import { arrayField, asObject, stringField } from '../image/jsonFields.ts';
import { ImageError } from '../image/imageError.ts';
import { familiarForm, type Reference } from '../image/reference.ts';
import type { RegistryAnswer } from '../registry/connection.ts';
import { RegistryConnection } from '../registry/connection.ts';
import { RegistryError } from '../registry/registryError.ts';
import { readBody } from '../registry/responseBody.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { labNetwork, requireListener } from './labFetch.ts';
import { LAST_PORT } from './publishedPort.ts';
import type { RegistryLogin } from './systemCalls.ts';

const HUB_DOMAIN = 'docker.io';
const HUB_HOST = 'registry-1.docker.io';
const MAX_FAULT_BYTES = 64 * 1024;

/** Where a registry is reached: over plain HTTP on the loopback, as engines allow there (moby registry, insecure CIDR
 *  127.0.0.0/8), else by TLS. */
export function originOf(domain: string): string {
  const host = domain === HUB_DOMAIN ? HUB_HOST : domain;
  return `${isLoopback(host) ? 'http' : 'https'}://${host}`;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host);
}

/** A connection to a reference's registry. Throws EngineError `unavailable` where nobody answers. */
export async function connectRegistry(
  core: EngineCore,
  domain: string,
  login: RegistryLogin | undefined,
  signal?: AbortSignal,
): Promise<RegistryConnection> {
  const origin = originOf(domain);
  await requireListener(core, pingAddress(origin));
  return new RegistryConnection({
    endpoint: { domain, origin },
    network: labNetwork(core),
    credentials: async () => login && { kind: 'password', user: login.username, password: login.password },
    signal,
  });
}

/** Throws EngineError `unavailable`, in the words of Go's dialler, for an origin that no URL may have. */
function pingAddress(origin: string): URL {
  const address = `${origin}/v2/`;
  try {
    return new URL(address);
  } catch (error) {
    const { host = '', port = '' } = /\/\/(?<host>.*?)(?::(?<port>\d*))?$/.exec(origin)?.groups ?? {};
    const why = Number(port) > LAST_PORT ? `address ${port}: invalid port` : `lookup ${host}: no such host`;
    throw registryFault(`Get ${JSON.stringify(address)}: dial tcp: ${why}`, 'unavailable', error);
  }
}

/** One of a registry's own errors (distribution registry/api/errcode). */
interface RegistryWord {
  readonly code: string;
  readonly message: string;
}

/** What an answer says is wrong, in the order in which docker's client says it: OAuth errors of the challenge first. */
export async function wordsOf({ response, url }: RegistryAnswer): Promise<readonly RegistryWord[]> {
  const words: RegistryWord[] = [];
  const challenge = response.headers.get('www-authenticate') ?? '';
  if (response.status === 401 && /error="insufficient_scope"/.test(challenge))
    words.push({ code: 'DENIED', message: 'requested access to the resource is denied' });
  const body = await readBody(response, url, MAX_FAULT_BYTES, IDLE_MS).catch(() => new Uint8Array());
  try {
    const object = asObject(parseJson(body).value);
    for (const value of (object && arrayField(object, 'errors')) ?? []) {
      const error = asObject(value);
      if (error)
        words.push({ code: stringField(error, 'code') ?? 'UNKNOWN', message: stringField(error, 'message') ?? '' });
    }
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
  }
  if (words.length === 0) words.push({ code: 'UNKNOWN', message: `unexpected status ${response.status}` });
  return words;
}

const IDLE_MS = 60_000;

/** `manifest unknown: manifest unknown`: the code in words, and the message. */
function textOf({ code, message }: RegistryWord): string {
  const name = code.toLowerCase().replaceAll('_', ' ');
  return `${name}: ${message}`;
}

/** Several at once, as Go prints a list of them. */
export function allWords(words: readonly RegistryWord[]): string {
  if (words.length === 1) return textOf(words[0] as RegistryWord);
  return `errors:\n${words.map((word) => `${textOf(word)}\n`).join('')}`;
}

/** Whether a 401 asks for a name and password that nobody gave. */
export function wantsBasic({ response }: RegistryAnswer): boolean {
  return response.status === 401 && /^\s*basic/i.test(response.headers.get('www-authenticate') ?? '');
}

/** Nothing of that name is there. */
function absent(message: string, reference: Reference): EngineError {
  return new EngineError('notFound', 'registry', message, { asked: familiarForm(reference) });
}

export function registryFault(message: string, kind: EngineError['kind'] = 'system', cause?: unknown): EngineError {
  return new EngineError(kind, 'registry', message, { cause });
}

/** Why a pull of a reference failed (moby distribution/errors.go, translatePullError). */
export async function pullFault(answer: RegistryAnswer, reference: Reference, method: string): Promise<EngineError> {
  if (wantsBasic(answer)) return registryFault(`${method} ${JSON.stringify(answer.url)}: no basic auth credentials`);
  const words = await wordsOf(answer);
  const first = words[0] as RegistryWord;
  const name = familiarForm({ ...reference, tag: undefined, digest: undefined });
  switch (first.code) {
    case 'DENIED':
    case 'UNAUTHORIZED':
      return absent(
        `pull access denied for ${name}, repository does not exist or may require 'docker login': ${textOf(first)}`,
        reference,
      );
    case 'MANIFEST_UNKNOWN':
      return absent(`manifest for ${familiarForm(reference)} not found: ${textOf(first)}`, reference);
    case 'NAME_UNKNOWN':
      return registryFault(`repository ${name} not found: ${textOf(first)}`, 'notFound');
    default:
      return registryFault(allWords(words));
  }
}

/** The same fault for what the registry client threw. */
export function asEngineFault(error: unknown): unknown {
  if (!(error instanceof RegistryError)) return error;
  if (error.cause instanceof EngineError) return error.cause;
  const kind = error.code === 'notFound' ? 'notFound' : error.code === 'unauthorized' ? 'unauthorized' : 'system';
  return registryFault(error.message, kind, error);
}
