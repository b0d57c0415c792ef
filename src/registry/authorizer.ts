import { parseChallenges, type Challenge } from './challenge.ts';
import { basicHeader, secretsOf, type Credentials } from './credentials.ts';
import type { Network } from './network.ts';
import { RegistryError } from './registryError.ts';
import { isTrustedRealm } from './tokenHost.ts';
import { fetchToken, type BearerToken } from './tokenService.ts';

/** A token is renewed so long before it ends: a request takes time. */
const RENEW_BEFORE_MS = 10_000;
/** Scopes that one challenge may make us ask for. */
const MAX_SCOPES = 16;

interface HeldToken {
  readonly scopes: readonly string[];
  readonly token: BearerToken;
}

/** Answers one registry's challenges: nobody, basic, or bearer with a token service (RFC 9110, 11; distribution docs,
 *  "Token Authentication"). It knows only the Authorization that belongs to that registry's origin; who sends it
 *  elsewhere does so on their own. */
export class Authorizer {
  readonly #origin: string;
  readonly #network: Network;
  readonly #credentials: () => Promise<Credentials | undefined>;
  readonly #namedHosts: ReadonlySet<string>;
  readonly #tokens = new Map<string, HeldToken>();
  readonly #asked = new Map<string, Promise<HeldToken>>();
  #known: Promise<Credentials | undefined> | undefined;
  #isBasic = false;
  #secrets: readonly string[] = [];

  constructor(
    origin: string,
    network: Network,
    credentials: () => Promise<Credentials | undefined>,
    namedHosts: ReadonlySet<string>,
  ) {
    this.#origin = origin;
    this.#network = network;
    this.#credentials = credentials;
    this.#namedHosts = namedHosts;
  }

  /** What must not appear in a message. */
  get secrets(): readonly string[] {
    return [...this.#secrets, ...[...this.#tokens.values()].map(({ token }) => token.value)];
  }

  /** The Authorization to begin with, once a challenge has shown what is wanted. */
  async header(scopes: readonly string[]): Promise<string | undefined> {
    const held = this.#tokenFor(scopes);
    if (held) return `Bearer ${held.token.value}`;
    if (!this.#isBasic) return undefined;
    const credentials = await this.#load();
    return credentials?.kind === 'password' ? basicHeader(credentials.user, credentials.password) : undefined;
  }

  /** The Authorization that answers a 401, or undefined where `sent` was all there is: the registry means it. Throws
   *  RegistryError `challenge`, `hidden`, or what the token service says. */
  async answer(
    response: Response,
    url: string,
    scopes: readonly string[],
    sent: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const header = response.headers.get('www-authenticate');
    if (header === null && this.#network.redirects === 'hidden') {
      // A password may be what is wanted. It was given for this registry, and goes nowhere else.
      const basic = await this.#answerBasic(sent);
      if (basic !== undefined) return basic;
      throw new RegistryError('hidden', 'asks for a login, but does not let a page read which', { status: 401, url });
    }
    const challenges = parseChallenges(header ?? '');
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer) return this.#answerBearer(bearer, url, scopes, sent, signal);
    if (challenges.some(({ scheme }) => scheme === 'basic')) return this.#answerBasic(sent);
    const offered = challenges.map(({ scheme }) => scheme).join(', ');
    const detail = offered === '' ? 'asks for a login without saying which' : `asks for a login of the kind ${offered}`;
    throw new RegistryError('challenge', detail, { status: 401, url });
  }

  async #answerBasic(sent: string | undefined): Promise<string | undefined> {
    const credentials = await this.#load();
    if (credentials?.kind !== 'password') return undefined;
    this.#isBasic = true;
    const header = basicHeader(credentials.user, credentials.password);
    return header === sent ? undefined : header;
  }

  async #answerBearer(
    { params }: Challenge,
    url: string,
    scopes: readonly string[],
    sent: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const wanted = [...new Set([...scopes, ...(params.get('scope') ?? '').split(' ')])];
    const asked = wanted.filter((scope) => scope !== '').slice(0, MAX_SCOPES);
    // Of a token that was refused nothing more can be hoped, unless the registry now names more scopes.
    const refused = this.#tokenFor(asked);
    if (refused && sent === `Bearer ${refused.token.value}`) {
      this.#tokens.delete(keyOf(refused.scopes));
      return undefined;
    }
    const held =
      refused ?? (await this.#ask(this.#realm(params.get('realm'), url), params.get('service'), asked, signal));
    const header = `Bearer ${held.token.value}`;
    return header === sent ? undefined : header;
  }

  #realm(text: string | undefined, url: string): URL {
    let realm: URL;
    try {
      realm = new URL(text ?? '');
    } catch {
      throw new RegistryError('challenge', 'names no token service', { status: 401, url });
    }
    const isPlain = realm.protocol === 'http:' && this.#origin.startsWith('http:');
    if ((realm.protocol !== 'https:' && !isPlain) || realm.username !== '' || realm.password !== '') {
      const detail = `names a token service that is not reached over https (${realm.host})`;
      throw new RegistryError('challenge', detail, { status: 401, url });
    }
    return realm;
  }

  /** One question at a time for the same scopes: several blobs begin together. */
  async #ask(
    realm: URL,
    service: string | undefined,
    scopes: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<HeldToken> {
    const key = keyOf(scopes);
    let asked = this.#asked.get(key);
    if (!asked) {
      asked = this.#fetch(realm, service, scopes, signal).finally(() => this.#asked.delete(key));
      this.#asked.set(key, asked);
    }
    return asked;
  }

  async #fetch(
    realm: URL,
    service: string | undefined,
    scopes: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<HeldToken> {
    const credentials = await this.#load();
    if (credentials?.kind === 'registryToken') {
      const token = { value: credentials.token, expiresAtMs: Number.POSITIVE_INFINITY };
      return this.#keep({ scopes, token });
    }
    if (credentials && !isTrustedRealm(realm, this.#origin, this.#namedHosts)) {
      const detail = `${this.#origin} wants its login sent to ${realm.host}, which is another’s unless you name it`;
      throw new RegistryError('challenge', detail, { status: 401, url: realm });
    }
    const token = await fetchToken(this.#network, { realm, service, scopes }, credentials, signal);
    return this.#keep({ scopes, token });
  }

  #keep(held: HeldToken): HeldToken {
    this.#tokens.set(keyOf(held.scopes), held);
    return held;
  }

  #tokenFor(scopes: readonly string[]): HeldToken | undefined {
    const nowMs = this.#network.nowMs();
    for (const [key, held] of this.#tokens) {
      if (held.token.expiresAtMs - RENEW_BEFORE_MS <= nowMs) this.#tokens.delete(key);
      else if (scopes.every((scope) => held.scopes.includes(scope))) return held;
    }
    return undefined;
  }

  async #load(): Promise<Credentials | undefined> {
    this.#known ??= this.#credentials();
    const credentials = await this.#known;
    this.#secrets = secretsOf(credentials);
    return credentials;
  }
}

function keyOf(scopes: readonly string[]): string {
  return [...scopes].sort().join(' ');
}
