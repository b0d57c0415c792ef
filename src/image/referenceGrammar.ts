// The grammar of references, without the docker client's defaults (distribution reference, regexp.go and reference.go).
import { ImageError } from './imageError.ts';

/** A reference as it is written. */
export interface WrittenReference {
  /** Empty when the first part is no domain: `ubuntu`, but also `test.com` alone. */
  readonly domain: string;
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Digest algorithms and the hex digits of each. A program knows those that it was linked with. */
export type KnownAlgorithms = Readonly<Record<string, number>>;
const DOCKER_ALGORITHMS: KnownAlgorithms = { sha256: 64, sha384: 96, sha512: 128 };

/** distribution reference.go, `RepositoryNameTotalLengthMax`. */
const MAX_PATH_LENGTH = 255;
/** A bound of ours: the grammar's cost grows with the square. */
const MAX_LENGTH = 4096;

const LABEL = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])`;
const DOMAIN = `${HOST}(?::[0-9]+)?`;
const PATH_PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const PATH = `${PATH_PART}(?:/${PATH_PART})*`;
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';

const DOMAIN_ONLY = new RegExp(`^${DOMAIN}$`);
const NAME = new RegExp(`^(?:(${DOMAIN})/)?(${PATH})$`);
const REFERENCE = new RegExp(`^((?:${DOMAIN}/)?${PATH})(?::(${TAG}))?(?:@(${DIGEST}))?$`);
const TAG_ONLY = new RegExp(`^${TAG}$`);
const DIGEST_ONLY = new RegExp(`^${DIGEST}$`);

export function isDomain(text: string): boolean {
  return text.length <= MAX_LENGTH && DOMAIN_ONLY.test(text);
}

/** 64 hex digits: an image ID, which cannot be a repository. */
export function isIdentifier(text: string): boolean {
  return /^[a-f0-9]{64}$/.test(text);
}

/** Domain and path of a name without tag; undefined when it is none. */
export function splitName(text: string): { domain: string; path: string } | undefined {
  const match = text.length > MAX_LENGTH ? null : NAME.exec(text);
  return match ? { domain: match[1] ?? '', path: match[2] as string } : undefined;
}

/** Name, tag and digest; undefined when the text does not follow the grammar. */
export function splitReference(text: string): { name: string; tag: string; digest: string } | undefined {
  const match = text.length > MAX_LENGTH ? null : REFERENCE.exec(text);
  return match ? { name: match[1] as string, tag: match[2] ?? '', digest: match[3] ?? '' } : undefined;
}

/** Throws ImageError `reference` or `digest` with the real library's words. */
export function parseWritten(text: string, algorithms = DOCKER_ALGORITHMS): WrittenReference {
  if (text === '') throw fault('repository name must have at least one component');
  const parts = splitReference(text);
  if (!parts) {
    const lower = text.toLowerCase();
    const onlyCase = lower !== text && splitReference(lower) !== undefined;
    throw fault(onlyCase ? 'repository name must be lowercase' : 'invalid reference format');
  }
  const name = splitName(parts.name) ?? { domain: '', path: parts.name };
  if (name.path.length > MAX_PATH_LENGTH) throw tooLong();
  if (parts.digest !== '') checkDigest(parts.digest, algorithms);
  return { ...name, tag: parts.tag || undefined, digest: parts.digest || undefined };
}

/** A name without tag or digest. Throws ImageError `reference`. */
export function parseName(text: string): WrittenReference {
  const name = splitName(text);
  if (!name) throw fault('invalid reference format');
  if (name.path.length > MAX_PATH_LENGTH) throw tooLong();
  return { ...name, tag: undefined, digest: undefined };
}

export function withTag(reference: WrittenReference, tag: string): WrittenReference {
  if (!TAG_ONLY.test(tag)) throw fault('invalid tag format');
  return { ...reference, tag };
}

/** The digest's form is judged, not its algorithm or length. */
export function withDigest(reference: WrittenReference, digest: string): WrittenReference {
  if (!DIGEST_ONLY.test(digest)) throw fault('invalid digest format');
  return { ...reference, digest };
}

/** Throws ImageError `digest` with go-digest's words. */
export function checkDigest(digest: string, algorithms = DOCKER_ALGORITHMS): void {
  const colon = digest.indexOf(':');
  const algorithm = digest.slice(0, Math.max(colon, 0));
  const hex = digest.slice(colon + 1);
  if (algorithm === '' || hex === '') throw digestFault('invalid checksum digest format');
  const length = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined;
  if (length === undefined) {
    const wellFormed = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/.test(digest.slice(0, MAX_LENGTH));
    throw digestFault(wellFormed ? 'unsupported digest algorithm' : 'invalid checksum digest format');
  }
  if (hex.length !== length) throw digestFault('invalid checksum digest length');
  if (!/^[a-f0-9]+$/.test(hex)) throw digestFault('invalid checksum digest format');
}

export function nameOf({ domain, path }: WrittenReference): string {
  return domain === '' ? path : `${domain}/${path}`;
}

export function writtenForm(reference: WrittenReference): string {
  const { tag, digest } = reference;
  return nameOf(reference) + (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

function tooLong(): ImageError {
  return fault(`repository name must not be more than ${MAX_PATH_LENGTH} characters`);
}

function fault(message: string): ImageError {
  return new ImageError('reference', undefined, message);
}

function digestFault(message: string): ImageError {
  return new ImageError('digest', undefined, message);
}
