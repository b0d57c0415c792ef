import { RegistryError } from '../../registry/registryError.ts';
import { CompanionError, type CompanionErrorCode } from '../companionError.ts';
import type { CompanionFault } from '../protocol.ts';

const STATUS: Readonly<Record<CompanionErrorCode, number>> = {
  credentialHelper: 500,
  config: 500,
  platform: 400,
  request: 400,
  context: 400,
  mediaType: 415,
  limit: 413,
  busy: 429,
  forbidden: 403,
  notFound: 404,
  unsupported: 422,
  noEngine: 503,
  engine: 502,
  connectionLost: 502,
  failed: 422,
  refused: 403,
  timeout: 504,
  cancelled: 409,
  listen: 500,
};

/** How an error is answered. What nobody foresaw is told to the log, not to the page. */
export function answerOf(error: unknown): { readonly status: number; readonly body: CompanionFault } {
  if (error instanceof CompanionError) return answer(STATUS[error.code], error.code, error.message);
  if (error instanceof RegistryError) {
    return answer(error.code === 'address' ? 403 : 502, `registry.${error.code}`, error.message);
  }
  const status = statusOf(error);
  if (status !== undefined) return answer(status, 'request', (error as Error).message);
  return answer(500, 'internal', 'the companion failed; its log tells more');
}

/** Of the framework's own errors: a malformed body, a body that is too large. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}

function answer(status: number, code: string, message: string): { status: number; body: CompanionFault } {
  return { status, body: { error: { code, message } } };
}
