import type { FaultCode, NetworkReason, ServiceFault, WorkerFaultCode } from './protocol.ts';

/** A failure of the worker's own. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
  readonly code: WorkerFaultCode;
  readonly details: FaultDetails;

  constructor(code: WorkerFaultCode, message: string, details: FaultDetails = {}, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.details = details;
  }
}

export interface FaultDetails {
  readonly fileName?: string;
  readonly path?: string;
  readonly offset?: number;
  readonly reason?: NetworkReason;
  readonly status?: number;
}

/** By `name`, not by class, so that the first script needs none of the folders that throw them. */
const SOURCES: Readonly<Record<string, NonNullable<ServiceFault['source']>>> = {
  ArchiveError: 'archive',
  TarError: 'tar',
  CodecError: 'codec',
  ImageError: 'image',
  AnalysisError: 'analysis',
  PersistenceError: 'store',
  KeepError: 'machine',
  RegistryError: 'registry',
};

/** What the browser itself throws (DOMException names; WebIDL "Error names"). */
const BROWSER_CODES: Readonly<Record<string, WorkerFaultCode>> = {
  AbortError: 'cancelled',
  QuotaExceededError: 'quota',
  NotFoundError: 'gone',
  NotReadableError: 'read',
  NotAllowedError: 'permission',
  SecurityError: 'permission',
};

/** Any thrown value as plain data for the page. */
export function toFault(error: unknown, fileName?: string): ServiceFault {
  const named = fileName === undefined ? {} : { fileName };
  if (error instanceof WorkerError) return { ...named, ...error.details, code: error.code, message: error.message };
  if (!isErrorLike(error)) return { ...named, code: 'internal', message: String(error) };

  const source = SOURCES[error.name];
  if (source) return { ...named, code: String(error.code), source, ...place(error), message: error.message };
  if (error.name === 'SourceError') {
    return { ...named, code: sourceCode(error.code), source: 'file', ...place(error), message: error.message };
  }
  const code: FaultCode = BROWSER_CODES[error.name] ?? 'internal';
  return { ...named, code, message: `${error.name}: ${error.message}` };
}

export function isCancelled(error: unknown): boolean {
  return toFault(error).code === 'cancelled';
}

interface ErrorLike {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly path?: unknown;
  readonly offset?: unknown;
}

/** DOMException is no subclass of Error everywhere. */
function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null && 'name' in value && 'message' in value;
}

function sourceCode(code: unknown): WorkerFaultCode {
  if (code === 'changed') return 'changed';
  return code === 'closed' ? 'gone' : 'read';
}

function place(error: ErrorLike): { path?: string; offset?: number } {
  return {
    ...(typeof error.path === 'string' && error.path !== '' ? { path: error.path } : {}),
    ...(typeof error.offset === 'number' ? { offset: error.offset } : {}),
  };
}
