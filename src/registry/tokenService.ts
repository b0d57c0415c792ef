import { parseJson } from '../image/json.ts';
import { asObject, numberField, textField } from '../image/jsonFields.ts';
import { basicHeader, secretsOf, type Credentials } from './credentials.ts';
import { dropBody, fetchWithRetries } from './fetchWithRetries.ts';
import type { Network } from './network.ts';
import { RegistryError } from './registryError.ts';
import { readBody } from './responseBody.ts';
import { responseFault } from './responseFault.ts';

/** A bearer token for a registry. */
export interface BearerToken {
  readonly value: string;
  readonly expiresAtMs: number;
}

export interface TokenQuestion {
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
}

const MAX_TOKEN_BYTES = 256 * 1024;
/** Where the service does not say (distribution, "Token Response Fields"). */
const DEFAULT_LIFETIME_SEC = 60;
const MAX_LIFETIME_SEC = 24 * 60 * 60;
const CLIENT_ID = 'palimpsest';

/** Asks a token service (distribution docs, "Token Authentication Specification"; with a refresh token the OAuth 2
 *  form of it). Its answer is never a redirect to another origin. Throws RegistryError. */
export async function fetchToken(
  network: Network,
  question: TokenQuestion,
  credentials: Credentials | undefined,
  signal: AbortSignal | undefined,
): Promise<BearerToken> {
  const { url, init } = tokenRequest(question, credentials);
  const response = await fetchWithRetries(network, url, init, 'idempotent', signal);
  if (response.status >= 300 && response.status < 400) {
    await dropBody(response);
    throw new RegistryError('redirect', 'the token service redirects', { status: response.status, url });
  }
  if (response.status !== 200) throw await responseFault(response, url, network.idleTimeoutMs, secretsOf(credentials));
  const body = await readBody(response, url, MAX_TOKEN_BYTES, network.idleTimeoutMs, signal);
  return parseToken(body, url, network.nowMs());
}

function tokenRequest(
  { realm, service, scopes }: TokenQuestion,
  credentials: Credentials | undefined,
): { url: string; init: RequestInit } {
  if (credentials?.kind === 'identityToken') {
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: credentials.token });
    form.set('client_id', CLIENT_ID);
    if (service !== undefined) form.set('service', service);
    form.set('scope', scopes.join(' '));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { url: realm.href, init: { method: 'POST', headers, body: form.toString() } };
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credentials?.kind !== 'password') return { url: url.href, init: { method: 'GET' } };
  const { user, password } = credentials;
  url.searchParams.set('account', user);
  return { url: url.href, init: { method: 'GET', headers: { authorization: basicHeader(user, password) } } };
}

function parseToken(body: Uint8Array, url: string, nowMs: number): BearerToken {
  let value: string | undefined;
  let lifetimeSec: number | undefined;
  try {
    const object = asObject(parseJson(body).value);
    value = object && (textField(object, 'token') ?? textField(object, 'access_token'));
    lifetimeSec = object && numberField(object, 'expires_in');
  } catch (error) {
    throw new RegistryError('protocol', 'the token service does not answer in JSON', { url, cause: error });
  }
  // A token becomes a header.
  if (value === undefined || !/^[\x21-\x7e]+$/.test(value)) {
    throw new RegistryError('protocol', 'the token service gives no token', { url });
  }
  const sec = Math.min(Math.max(lifetimeSec ?? 0, DEFAULT_LIFETIME_SEC), MAX_LIFETIME_SEC);
  return { value, expiresAtMs: nowMs + sec * 1000 };
}
