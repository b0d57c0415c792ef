import { printableName } from '../bytes/byteName.ts';
import { SourceError } from '../bytes/byteSource.ts';
import { ArchiveError } from '../archive/archive.ts';
import { TarError } from '../tar/tarEntry.ts';
import { CliError } from './cliError.ts';

/** One line for standard error: file, layer, offset and fault, as far as each is known. */
export function describeError(error: unknown, fileName?: string): string {
  return safeText([...new Set(placesAndFault(error, fileName))].filter((part) => part !== '').join(': '));
}

/** Nothing that could steer a terminal: names from archives end up in messages. Line ends stay. */
export function safeText(text: string): string {
  return text.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu,
    (character) => printableName(character),
  );
}

/** Errors of folders whose code is loaded only by some commands; their messages say all. */
const SPEAKING_ERRORS: ReadonlySet<string> = new Set([
  'AnalysisError',
  'BuildError',
  'CompanionError',
  'DriverError',
  'ImageError',
  'RegistryError',
]);

function placesAndFault(error: unknown, fileName: string | undefined): string[] {
  const file = fileName ?? '';
  if (error instanceof CliError) {
    const cause = error.cause === undefined ? [] : placesAndFault(error.cause, undefined);
    return [error.code === 'usage' ? '' : file, error.message, ...cause];
  }
  if (error instanceof ArchiveError) {
    const fault = withoutPrefix(withoutPrefix(error.message, file), error.path);
    const path = error.path === file ? '' : error.path;
    return [file, withOffset(path, error.offset, '', fault), fault];
  }
  if (error instanceof TarError)
    return [file, withOffset('', error.offset, ' of the tar', error.message), error.message];
  if (error instanceof SourceError) return [file, withOffset('', error.offset, '', error.message), error.message];
  if (isCompressionFault(error)) {
    return [file, withOffset('', error.offset, ' of the compressed data', error.message), error.message];
  }
  if (error instanceof Error && SPEAKING_ERRORS.has(error.name)) return [file, error.message];
  if (isSystemError(error)) return systemErrorParts(error, file);
  return [file, internalText(error)];
}

// Messages of the core may begin with the file and the path that we name too.
function withoutPrefix(message: string, prefix: string): string {
  return prefix !== '' && message.startsWith(`${prefix}: `) ? message.slice(prefix.length + 2) : message;
}

/** `path at offset 512`, but for an offset that the fault tells already. */
function withOffset(place: string, offset: number | undefined, of: string, fault: string): string {
  if (offset === undefined || new RegExp(`\\b${offset}\\b`).test(fault)) return place;
  return `${place} at offset ${offset}${of}`.trim();
}

function isCompressionFault(error: unknown): error is Error & { offset: number } {
  return error instanceof Error && error.name === 'CodecError' && 'offset' in error && typeof error.offset === 'number';
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

const SYSTEM_TEXTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EEXIST: 'is there already',
  EISDIR: 'is a directory',
  ENOTDIR: 'is not a directory',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'disk quota exceeded',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long for this file system',
  EIO: 'input/output error',
};

function systemErrorParts(error: NodeJS.ErrnoException, file: string): string[] {
  const text = SYSTEM_TEXTS[error.code ?? ''];
  if (text === undefined) return [file, error.message];
  const path = error.path === undefined ? '' : String(error.path);
  return [path === '' || path.endsWith(file) ? path || file : `${file}: ${path}`, text];
}

function internalText(error: unknown): string {
  if (!(error instanceof Error)) return `internal error: ${String(error)}`;
  return `internal error: ${error.stack ?? error.message}`;
}
