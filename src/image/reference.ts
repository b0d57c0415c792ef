import { isDigest, type Digest } from './digest.ts';
import { ImageError } from './imageError.ts';

/** A reference to an image, normalised (distribution reference, "Grammar"): `docker.io/library/alpine:3.20`. */
export interface Reference {
  /** Registry host, with its port. */
  readonly domain: string;
  /** Repository below the domain. */
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

const DEFAULT_DOMAIN = 'docker.io';
const OFFICIAL_PREFIX = 'library/';
/** distribution reference.go, `RepositoryNameTotalLengthMax`. */
const MAX_NAME_LENGTH = 255;
/** The longest name, tag and sha512 digest. */
const MAX_REFERENCE_LENGTH = MAX_NAME_LENGTH + 1 + 128 + 1 + 135;

const DOMAIN_LABEL = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = new RegExp(`^(?:${DOMAIN_LABEL}(?:\\.${DOMAIN_LABEL})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?$`);
const PATH_PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${PATH_PART}(?:/${PATH_PART})*$`);
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Reads a reference as the docker client does (ParseNormalizedNamed): domain and `library/` are filled in, no tag
 *  is. Throws ImageError `reference`. */
export function parseReference(text: string): Reference {
  if (/^[0-9a-f]{64}$/.test(text)) throw fault(text, 'cannot be 64 hex digits, which name an image ID');
  if (text.length > MAX_REFERENCE_LENGTH) throw fault(text, `is longer than ${MAX_REFERENCE_LENGTH}`);
  const { name, tag, digest } = split(text);
  const { domain, path } = splitDomain(name);
  if (path !== path.toLowerCase()) throw fault(text, 'the repository must be lower case');
  if (!DOMAIN.test(domain) || !PATH.test(path)) throw fault(text, 'is no repository name');
  if (domain.length + 1 + path.length > MAX_NAME_LENGTH) throw fault(text, `is longer than ${MAX_NAME_LENGTH}`);
  if (tag !== undefined && !TAG.test(tag)) throw fault(text, 'has no valid tag');
  if (digest !== undefined && !isDigest(digest)) throw fault(text, 'has no valid digest');
  return { domain, path, tag, digest };
}

export function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}

/** The short form that docker prints: `alpine:3.20`, `user/app:1`, `host:5000/app`. */
export function familiarForm(reference: Reference): string {
  return familiarName(reference) + suffix(reference);
}

export function familiarName({ domain, path }: Reference): string {
  if (domain !== DEFAULT_DOMAIN) return `${domain}/${path}`;
  const rest = path.startsWith(OFFICIAL_PREFIX) ? path.slice(OFFICIAL_PREFIX.length) : path;
  return rest.includes('/') && rest !== path ? path : rest;
}

/** The full form, as containerd's `io.containerd.image.name` holds it. */
export function fullForm(reference: Reference): string {
  return `${reference.domain}/${reference.path}${suffix(reference)}`;
}

/** One form for all ways of writing the same reference; what is no reference stays as it is. */
export function normalForm(text: string): string {
  try {
    const reference = parseReference(text);
    const tag = reference.tag ?? (reference.digest === undefined ? 'latest' : undefined);
    return fullForm({ ...reference, tag });
  } catch {
    return text;
  }
}

function suffix({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

function split(text: string): { name: string; tag: string | undefined; digest: string | undefined } {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const rest = at < 0 ? text : text.slice(0, at);
  const colon = rest.lastIndexOf(':');
  const hasTag = colon > rest.lastIndexOf('/');
  return { name: hasTag ? rest.slice(0, colon) : rest, tag: hasTag ? rest.slice(colon + 1) : undefined, digest };
}

// The first part is a domain only if it looks like one: a dot, a port, `localhost`, or upper case.
function splitDomain(name: string): { domain: string; path: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isDomain = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const domain = slash >= 0 && isDomain ? first : DEFAULT_DOMAIN;
  const path = slash >= 0 && isDomain ? name.slice(slash + 1) : name;
  if (domain === 'index.docker.io') return splitDomain(`${DEFAULT_DOMAIN}/${path}`);
  return { domain, path: domain === DEFAULT_DOMAIN && !path.includes('/') ? OFFICIAL_PREFIX + path : path };
}

function fault(text: string, why: string): ImageError {
  return new ImageError('reference', undefined, `"${text.slice(0, 300)}" ${why}`);
}
