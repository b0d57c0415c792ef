import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits in base64url: what an URL's fragment takes without escapes. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a token. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** Users by the hashes of their tokens. */
export class TokenTable {
  readonly #users: readonly { readonly name: string; readonly hash: Buffer }[];

  constructor(users: readonly { readonly name: string; readonly hash: Buffer }[]) {
    this.#users = users;
  }

  get isForSeveral(): boolean {
    return this.#users.length > 1;
  }

  /** Whose token an Authorization header brings. Every hash is compared, whichever fits: the time tells nothing. */
  userOf(authorization: string | undefined): string | undefined {
    const token = /^Bearer ([A-Za-z0-9_-]{1,512})$/i.exec(authorization ?? '')?.[1];
    const presented = tokenHash(token ?? '');
    let found: string | undefined;
    for (const { name, hash } of this.#users) {
      if (timingSafeEqual(hash, presented) && token !== undefined) found = name;
    }
    return found;
  }
}
