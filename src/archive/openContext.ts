import type { ByteSource } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';
import { type DocumentKind, typeFault } from '../image/documentTypes.ts';
import { ImageError } from '../image/imageError.ts';
import { JSON_LIMITS, parseJson, type JsonValue } from '../image/json.ts';
import { ArchiveError } from './archive.ts';
import type { ArchiveFindings } from './finding.ts';
import type { MemberTable } from './memberTable.ts';
import type { ReadConfig } from './readConfig.ts';

/** What the openers of the formats work on. */
export interface OpenContext {
  readonly fileName: string;
  readonly members: MemberTable;
  readonly work: Work;
  /** Findings about the archive as a whole; openers add to it. */
  readonly findings: ArchiveFindings;
  /** Set when the container ends early or is damaged: what is missing may have been there. */
  readonly isCut: boolean;
  /** Configs that were read, by their real path: any number of images may name one. */
  readonly configs: Map<string, ReadConfig>;
}

/** The bytes of a document in the archive, or undefined when there is none at that path. Throws ArchiveError `limit`
 *  when it is larger than any real document. */
export async function readDocument(context: OpenContext, path: string): Promise<Uint8Array | undefined> {
  const hit = context.members.lookup(path);
  if (hit.status !== 'found') return undefined;
  if (hit.isLink) context.findings.info('memberIsLink', { path, target: hit.path });
  return readWhole(hit.source, context.fileName, path);
}

/** A copy of all bytes of a small source. Throws ArchiveError `limit`. */
export async function readWhole(source: ByteSource, fileName: string, path: string): Promise<Uint8Array> {
  if (source.sizeBytes > JSON_LIMITS.maxBytes) {
    const limit = JSON_LIMITS.maxBytes;
    throw new ArchiveError(
      'limit',
      path,
      undefined,
      `${fileName}: ${path} has ${source.sizeBytes} bytes, over ${limit}`,
    );
  }
  return (await source.read(0, source.sizeBytes)).slice();
}

/** A document as JSON, its oddities reported. Throws ArchiveError `malformed` or `limit`. */
export function readJson(context: OpenContext, path: string, bytes: Uint8Array): JsonValue {
  try {
    return parseReported(bytes, path, context.findings);
  } catch (error) {
    throw asArchiveError(error, context.fileName, path);
  }
}

/** As `readJson`, of bytes that another document names. Throws ImageError. */
export function parseReported(bytes: Uint8Array, path: string, findings: ArchiveFindings): JsonValue {
  const document = parseJson(bytes);
  if (document.hasBom) findings.warning('jsonBom', { path });
  if (document.hasTrailingBytes) findings.warning('jsonTrailing', { path });
  return document.value;
}

/** Reports what in a document is of a type that engines refuse. */
export function reportTypes(kind: DocumentKind, document: JsonValue, path: string, findings: ArchiveFindings): void {
  const fault = typeFault(kind, document);
  if (fault !== undefined) findings.warning('documentTypes', { path, fault });
}

/** ImageError as the ArchiveError that names the file; anything else as it is. */
export function asArchiveError(error: unknown, fileName: string, path: string): unknown {
  if (!(error instanceof ImageError)) return error;
  const code = error.code === 'limit' ? 'limit' : 'malformed';
  return new ArchiveError(code, path, error.offset, `${fileName}: ${path}: ${error.message}`, error);
}

/** The message of a document's fault, or rethrows what is none (cancelled, the file vanished). */
export function documentFault(error: unknown): string {
  if (error instanceof ImageError || error instanceof ArchiveError) return error.message;
  throw error;
}
