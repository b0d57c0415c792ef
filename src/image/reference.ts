import type { Digest } from './digest.ts';
import { ImageError } from './imageError.ts';
import { checkDigest, isIdentifier, parseWritten } from './referenceGrammar.ts';

/** A reference to an image, normalised (distribution reference, "Grammar"): `docker.io/library/alpine:3.20`. */
export interface Reference {
  /** Registry host, with its port; rarely empty, see `repositoryName`. */
  readonly domain: string;
  /** Repository below the domain. */
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

const DEFAULT_DOMAIN = 'docker.io';
const LEGACY_DEFAULT_DOMAIN = 'index.docker.io';
const OFFICIAL_PREFIX = 'library/';
const DEFAULT_TAG = 'latest';

/** Reads a reference as the docker client does (ParseNormalizedNamed): domain and `library/` are filled in, no tag
 *  is. Throws ImageError `reference` or `digest`, with the client's words. */
export function parseReference(text: string): Reference {
  if (isIdentifier(text)) {
    throw fault(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  const { domain, rest } = splitDomain(text);
  const colon = rest.indexOf(':');
  const repository = colon < 0 ? rest : rest.slice(0, colon);
  if (repository.toLowerCase() !== repository) {
    const shown = repository.slice(0, 4096);
    throw fault(`invalid reference format: repository name (${shown}) must be lowercase`);
  }
  const { path, tag, digest, ...written } = parseWritten(`${domain}/${rest}`);
  return { domain: written.domain, path, tag, digest: digest as Digest | undefined };
}

export function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}

/** An image ID, a digest, or a reference: what `docker inspect` takes (ParseAnyReference). A bare ID is a sha256. */
export function parseAnyReference(text: string): Reference | { readonly id: Digest } {
  if (isIdentifier(text)) return { id: `sha256:${text}` as Digest };
  try {
    checkDigest(text);
    return { id: text as Digest };
  } catch {
    return parseReference(text);
  }
}

/** A reference that is written out in full already (ParseNamed). Throws ImageError `reference`. */
export function parseCanonicalReference(text: string): Reference {
  const reference = parseReference(text);
  if (fullForm(reference) !== text) throw fault('repository name must be canonical');
  return reference;
}

/** The reference with the tag `latest` when it has neither tag nor digest (TagNameOnly). */
export function withDefaultTag(reference: Reference): Reference {
  return isNameOnly(reference) ? { ...reference, tag: DEFAULT_TAG } : reference;
}

/** What an engine pulls: the digest when there is one, else the tag, else `latest` (ParseDockerRef). */
export function parseDockerReference(text: string): Reference {
  const reference = parseReference(text);
  return reference.digest === undefined ? withDefaultTag(reference) : { ...reference, tag: undefined };
}

export function isNameOnly({ tag, digest }: Reference): boolean {
  return tag === undefined && digest === undefined;
}

/** The short form that docker prints: `alpine:3.20`, `user/app:1`, `host:5000/app`. */
export function familiarForm(reference: Reference): string {
  return familiarName(reference) + suffix(reference);
}

export function familiarName({ domain, path }: Pick<Reference, 'domain' | 'path'>): string {
  if (domain !== DEFAULT_DOMAIN) return repositoryName({ domain, path });
  const rest = path.startsWith(OFFICIAL_PREFIX) ? path.slice(OFFICIAL_PREFIX.length) : path;
  return rest.includes('/') && rest !== path ? path : rest;
}

/** Domain and path. What looks like a domain and is none, `my_host.com/x`, belongs to the path: there is no domain. */
export function repositoryName({ domain, path }: Pick<Reference, 'domain' | 'path'>): string {
  return domain === '' ? path : `${domain}/${path}`;
}

/** The full form, as containerd's `io.containerd.image.name` holds it. */
export function fullForm(reference: Reference): string {
  return repositoryName(reference) + suffix(reference);
}

/** One form for all ways of writing the same reference; what is no reference stays as it is. */
export function normalForm(text: string): string {
  try {
    return fullForm(withDefaultTag(parseReference(text)));
  } catch {
    return text;
  }
}

function suffix({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

// The first part is a domain only if it looks like one: a dot, a port, `localhost`, or upper case.
function splitDomain(text: string): { domain: string; rest: string } {
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  const isDomain = first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first;
  const written = slash >= 0 && isDomain ? first : DEFAULT_DOMAIN;
  const domain = written === LEGACY_DEFAULT_DOMAIN ? DEFAULT_DOMAIN : written;
  const rest = slash >= 0 && isDomain ? text.slice(slash + 1) : text;
  return { domain, rest: domain === DEFAULT_DOMAIN && !rest.includes('/') ? OFFICIAL_PREFIX + rest : rest };
}

function fault(message: string): ImageError {
  return new ImageError('reference', undefined, message);
}
