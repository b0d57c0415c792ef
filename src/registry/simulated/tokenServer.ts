import { toHex } from '../../bytes/hex.ts';
import { basicCredentials } from './access.ts';
import { respondError, respondJson, type ServerRequest, type ServerResponse } from './http.ts';

/** More tokens than a lab ever has: the oldest go. */
const MAX_TOKENS = 1000;
const LIFETIME_SEC = 300;

export interface TokenServerSetup {
  /** User to password. */
  readonly users: ReadonlyMap<string, string>;
  /** Whether somebody (undefined: anybody) may do that with a repository. */
  readonly allows: (user: string | undefined, repository: string, action: string) => boolean | Promise<boolean>;
  readonly random: (length: number) => Uint8Array;
}

/** A token service (distribution docs, "Token Authentication"): tells who may do what, for registries that ask. */
export class TokenServer {
  readonly #setup: TokenServerSetup;
  readonly #tokens = new Map<string, ReadonlySet<string>>();

  constructor(setup: TokenServerSetup) {
    this.#setup = setup;
  }

  isKnown(token: string): boolean {
    return this.#tokens.has(token);
  }

  /** `scope` with several actions: all of them. */
  allows(token: string, scope: string): boolean {
    const granted = this.#tokens.get(token);
    return granted !== undefined && actionsOf(scope).every((action) => granted.has(action));
  }

  async http(request: ServerRequest): Promise<ServerResponse> {
    const credentials = basicCredentials(request);
    const isKnown = credentials !== undefined && this.#setup.users.get(credentials.user) === credentials.password;
    if (credentials && !isKnown) return respondError(401, 'UNAUTHORIZED', 'incorrect username or password');
    const granted = new Set<string>();
    for (const scope of request.url.searchParams.getAll('scope')) {
      for (const action of actionsOf(scope)) {
        const [repository = '', verb = ''] = action.split('\n');
        if (await this.#setup.allows(credentials?.user, repository, verb)) granted.add(action);
      }
    }
    const token = toHex(this.#setup.random(24));
    this.#tokens.set(token, granted);
    if (this.#tokens.size > MAX_TOKENS) this.#tokens.delete(this.#tokens.keys().next().value as string);
    return respondJson(200, { token, access_token: token, expires_in: LIFETIME_SEC });
  }
}

/** `repository:library/alpine:pull,push` as single rights. */
function actionsOf(scope: string): string[] {
  const match = /^repository:(.+):([a-z*,]*)$/.exec(scope);
  return (match?.[2] ?? '')
    .split(',')
    .filter(Boolean)
    .map((verb) => `${match?.[1]}\n${verb}`);
}
