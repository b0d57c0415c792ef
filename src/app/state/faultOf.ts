import { ServiceError } from '../../client/explorerClient.ts';
import type { ServiceFault } from '../../client/protocol.ts';

/** Whatever was thrown, as a fault with a code; what the service did not send is `internal`. */
export function faultOf(error: unknown): ServiceFault {
  if (error instanceof ServiceError) return error.fault;
  if (error instanceof DOMException && error.name === 'AbortError')
    return { code: 'cancelled', message: error.message };
  if (error instanceof DOMException && error.name === 'NotAllowedError') {
    return { code: 'permission', message: error.message };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}
