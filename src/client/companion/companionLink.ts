/** Where a companion is, and the token that opens it. */
export interface CompanionLink {
  readonly origin: string;
  readonly token: string;
}

const FRAGMENT = /^#\/companion\/([A-Za-z0-9_-]{20,512})$/;
/** Hosts that a page's policy lets it reach. */
const LOCAL = /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;

/** The link that a companion prints, or only its end where the page is the companion's own. Undefined for anything
 *  else, and for a companion that a page of this origin could not reach. */
export function parseCompanionLink(text: string, ownOrigin: string): CompanionLink | undefined {
  let url: URL;
  try {
    url = new URL(text.trim(), ownOrigin);
  } catch {
    return undefined;
  }
  const token = FRAGMENT.exec(url.hash)?.[1];
  const isReachable = url.origin === ownOrigin || LOCAL.test(url.origin);
  return token !== undefined && isReachable ? { origin: url.origin, token } : undefined;
}
