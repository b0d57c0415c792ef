export type RegistryErrorCode =
  | 'network' // no connection, or one that was cut and could not be resumed
  | 'address' // an address or host that the guard refuses
  | 'redirect' // too many, to plain http, or to nowhere
  | 'hidden' // a page may not read a header that is needed (CORS)
  | 'crossOrigin' // a page may not read anything at all (CORS)
  | 'challenge' // the registry asks for a login of a kind, or at a host, that we do not answer
  | 'unauthorized' // 401 in spite of what was sent
  | 'denied' // 403
  | 'notFound' // 404
  | 'throttled' // 429, and for longer than we wait
  | 'server' // 5xx
  | 'status' // any other answer that the distribution-spec does not foresee
  | 'protocol' // an answer without what it must have
  | 'limit' // more bytes, pages or entries than a bound of ours
  | 'digest' // not the bytes that were asked for
  | 'size' // fewer or more bytes than the descriptor says
  | 'manifest' // bytes that are no manifest
  | 'schema1' // a manifest of schema 1, which registries no longer have to keep
  | 'platform'; // an index without the platform that was asked for

/** A registry did not do what was asked. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;
  /** Of the HTTP answer, where there was one. */
  readonly status: number | undefined;
  /** Without user info, query and fragment: signed addresses carry credentials there. */
  readonly url: string | undefined;
  /** What the registry itself said, or what was wrong; never holds a credential of ours. */
  readonly detail: string;

  constructor(
    code: RegistryErrorCode,
    detail: string,
    place: {
      readonly status?: number | undefined;
      readonly url?: string | URL | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    const url = place.url === undefined ? undefined : shownUrl(place.url);
    super([url, detail].filter((part) => part !== undefined).join(': '), { cause: place.cause });
    this.code = code;
    this.status = place.status;
    this.url = url;
    this.detail = detail;
  }
}

const SHOWN_URL_LENGTH = 300;

/** An address as it may be shown and logged. */
export function shownUrl(url: string | URL): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`.slice(0, SHOWN_URL_LENGTH);
  } catch {
    return '(no URL)';
  }
}
