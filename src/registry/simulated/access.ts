import { respondError, type ServerRequest, type ServerResponse } from './http.ts';
import type { TokenServer } from './tokenServer.ts';

/** Who may do what at a registry. */
export type RegistryAccess =
  | { readonly kind: 'open' }
  /** User to password (RFC 7617). */
  | { readonly kind: 'basic'; readonly realm: string; readonly users: ReadonlyMap<string, string> }
  /** Bearer tokens of a token service. */
  | { readonly kind: 'token'; readonly service: string; readonly realm: string; readonly tokens: TokenServer };

/** The refusal, or undefined where the request may go on. `scope`: `repository:NAME:pull`, undefined for `/v2/` alone. */
export function refusal(
  access: RegistryAccess,
  request: ServerRequest,
  scope: string | undefined,
): ServerResponse | undefined {
  switch (access.kind) {
    case 'open':
      return undefined;
    case 'basic':
      return isUser(access.users, request) ? undefined : unauthorized(`Basic realm="${access.realm}"`);
    case 'token': {
      const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
      const challenge = `Bearer realm="${access.realm}",service="${access.service}"`;
      if (token === undefined || !access.tokens.isKnown(token))
        return unauthorized(scope === undefined ? challenge : `${challenge},scope="${scope}"`);
      if (scope === undefined || access.tokens.allows(token, scope)) return undefined;
      return unauthorized(`${challenge},scope="${scope}",error="insufficient_scope"`);
    }
  }
}

function unauthorized(challenge: string): ServerResponse {
  return respondError(401, 'UNAUTHORIZED', 'authentication required', { 'www-authenticate': challenge });
}

function isUser(users: ReadonlyMap<string, string>, request: ServerRequest): boolean {
  const credentials = basicCredentials(request);
  return credentials !== undefined && users.get(credentials.user) === credentials.password;
}

/** User and password of a request; undefined where it brings none. */
export function basicCredentials(
  request: ServerRequest,
): { readonly user: string; readonly password: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  let text: string;
  try {
    text = new TextDecoder().decode(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
