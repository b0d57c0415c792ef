import { EngineError } from './engineError.ts';
import type { EngineVintage } from './systemCalls.ts';

// The daemon's words, as moby writes them. Everything that the engine says of a fault is said here.

/** The first twelve digits of an ID, its algorithm left out. */
export function shortId(id: string): string {
  const colon = id.indexOf(':');
  return id.slice(colon + 1, colon + 13);
}

/** As Go's %q. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

// Images

/** `name`: familiar, with a tag or digest. */
export function noSuchImage(name: string): EngineError {
  return new EngineError('notFound', 'noSuchImage', `No such image: ${name}`);
}

/** What `image inspect` makes of it (moby daemon/images, LookupImage). */
export function inspectedImageFault(name: string, error: EngineError): EngineError {
  return new EngineError(error.kind, error.code, `no such image: ${name}: ${error.message}`);
}

export function invalidReference(message: string): EngineError {
  return new EngineError('invalidParameter', 'reference', message);
}

export function referenceDoesNotExist(): EngineError {
  return new EngineError('notFound', 'noSuchImage', 'reference does not exist');
}

/** An image ID that is not in the store, asked for as such. */
export function noSuchDigest(digest: string): EngineError {
  const path = `/var/lib/docker/image/overlay2/imagedb/content/${digest.replace(':', '/')}`;
  return new EngineError(
    'notFound',
    'noSuchImage',
    `failed to get digest ${digest}: open ${path}: no such file or directory`,
  );
}

export function ambiguousTag(): EngineError {
  return invalidReference('refusing to create an ambiguous tag using digest algorithm as name');
}

export function digestTag(): EngineError {
  return invalidReference('refusing to create a tag with a digest reference');
}

export function referenceInUse(reference: string, containerId: string, imageId: string): EngineError {
  return new EngineError(
    'conflict',
    'imageInUse',
    `conflict: unable to remove repository reference ${quoted(reference)} (must force) - container ${shortId(containerId)} is using its referenced image ${shortId(imageId)}`,
  );
}

export function imageConflict(imageId: string, force: 'must be forced' | 'cannot be forced', why: string): EngineError {
  return new EngineError(
    'conflict',
    'imageInUse',
    `conflict: unable to delete ${shortId(imageId)} (${force}) - ${why}`,
  );
}

// Archives

/** What the daemon says of a tar that it cannot unpack (moby pkg/chrootarchive): a helper process did it up to 23. */
export function tarFault(vintage: EngineVintage, why: string, cause?: unknown): EngineError {
  const message = vintage === '20.10' ? `Error processing tar file(exit status 1): ${why}` : why;
  return new EngineError('system', 'archive', message, { cause });
}

/** The same where the daemon itself reads the stream. */
export function streamFault(vintage: EngineVintage, why: string, cause?: unknown): EngineError {
  const message = vintage === '20.10' ? `Error processing tar file(${why}): ` : why;
  return new EngineError('system', 'archive', message, { cause });
}

export function archiveFault(message: string, cause?: unknown): EngineError {
  return new EngineError('invalidParameter', 'archive', message, { cause });
}

/** A file that an archive should hold, by the path where the daemon unpacked it. */
export function missingFile(path: string): EngineError {
  return archiveFault(`open ${path}: no such file or directory`);
}

export function layerCountMismatch(expected: number, actual: number): EngineError {
  return archiveFault(`invalid manifest, layers length mismatch: expected ${expected}, got ${actual}`);
}

export function diffIdMismatch(position: number, expected: string, actual: string): EngineError {
  return archiveFault(`invalid diffID for layer ${position}: expected ${quoted(expected)}, got ${quoted(actual)}`);
}

export function wrongOs(os: string): EngineError {
  return archiveFault(`cannot load ${os} image on linux`);
}

// What the simulator cannot do, told as such.

export function notSimulated(what: string): EngineError {
  return new EngineError('notImplemented', 'notSimulated', `${what} is not simulated`);
}

export function other(kind: EngineError['kind'], message: string, cause?: unknown): EngineError {
  return new EngineError(kind, 'other', message, { cause });
}
