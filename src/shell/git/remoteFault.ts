import { HttpFault, OUTSIDE_NOTE } from '../utilities/httpRequest.ts';
import { fatal, GitFault } from './gitFault.ts';

/** What went wrong on the way to another repository, in git's words. What is no such fault is given back. */
export function remoteFault(error: unknown, url: string): unknown {
  if (error instanceof GitFault) return error;
  if (error instanceof HttpFault) {
    const why =
      error.code === 'resolve'
        ? `Could not resolve host: ${error.host}`
        : `Failed to connect to ${error.host} port ${error.port} after 0 ms: Couldn't connect to server`;
    const note = error.code === 'resolve' ? `\n${OUTSIDE_NOTE}` : '';
    return fatal(`unable to access '${url}/': ${why}${note}`.replace("//':", "/':"));
  }
  const { code, data } = error as { code?: string; data?: { statusCode?: number; what?: string } };
  const status = data?.statusCode;
  if (code === 'HttpError' && status === 404) return fatal(`repository '${url}/' not found`.replace("//'", "/'"));
  if (code === 'HttpError' && (status === 401 || status === 403))
    return fatal(`Authentication failed for '${url}/'`.replace("//'", "/'"));
  if (code === 'HttpError')
    return fatal(`unable to access '${url}/': The requested URL returned error: ${status}`.replace("//'", "/'"));
  if (code === 'SmartHttpError') return fatal(`${url}/info/refs not valid: is this a git repository?`);
  if (code === 'NotFoundError') return fatal(`couldn't find remote ref ${data?.what ?? ''}`.trimEnd());
  if (code === 'ParseError' || code === 'InternalError' || code === 'EmptyServerResponseError')
    return fatal('the remote end hung up unexpectedly');
  return error;
}
