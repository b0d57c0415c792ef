/** How a user proves who they are to a registry or its token service. */
export type Credentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** An OAuth 2 refresh token, as `docker login` may keep one. */
  | { readonly kind: 'identityToken'; readonly token: string }
  /** A token that is sent as it is. */
  | { readonly kind: 'registryToken'; readonly token: string };

/** RFC 7617: the user's name in UTF-8, a colon, the password. */
export function basicHeader(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** The parts of credentials that must never be shown. */
export function secretsOf(credentials: Credentials | undefined): readonly string[] {
  if (!credentials) return [];
  if (credentials.kind !== 'password') return [credentials.token];
  const { user, password } = credentials;
  return [password, basicHeader(user, password).slice('Basic '.length)];
}
