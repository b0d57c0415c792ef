import { BlobWriter } from './blobWriter.ts';
import type { CallWork } from './calls.ts';
import { WorkerError } from './faults.ts';

/** The largest file that is fetched: beyond it a browser's own download and then opening the file is wiser,
 *  since a download cannot be taken up again where it broke. */
const MAX_DOWNLOAD_BYTES = 16 * 1024 ** 3;

/** Fetches a URL into a Blob, with progress. Credentials are never sent.
 *  Throws WorkerError `network` with its reason. */
export async function download(url: string, work: CallWork): Promise<{ readonly fileName: string; blob: Blob }> {
  const address = parseUrl(url);
  const response = await request(address, work.signal);
  if (!response.ok) {
    throw new WorkerError('network', `${address.href} answered ${response.status} ${response.statusText}`, {
      path: address.href,
      reason: 'http',
      status: response.status,
    });
  }
  const blob = await readBody(response, address, work);
  return { fileName: fileNameOf(address), blob };
}

function parseUrl(url: string): URL {
  if (URL.canParse(url)) {
    const address = new URL(url);
    if (address.protocol === 'https:' || address.protocol === 'http:') return address;
  }
  throw new WorkerError('network', 'only http and https addresses can be fetched', { path: url, reason: 'url' });
}

async function request(address: URL, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, { signal, credentials: 'omit', referrerPolicy: 'no-referrer' });
  } catch (error) {
    signal.throwIfAborted();
    // fetch tells a refusal by CORS and an unreachable host alike: a TypeError that says nothing.
    const reason = globalThis.navigator?.onLine === false ? 'offline' : 'crossOrigin';
    throw new WorkerError('network', `${address.href} cannot be read from here`, { path: address.href, reason }, error);
  }
}

async function readBody(response: Response, address: URL, work: CallWork): Promise<Blob> {
  const totalBytes = contentLength(response);
  const tooLarge = () =>
    new WorkerError('network', `more than ${MAX_DOWNLOAD_BYTES} bytes`, { path: address.href, reason: 'tooLarge' });
  if (totalBytes !== undefined && totalBytes > MAX_DOWNLOAD_BYTES) {
    void response.body?.cancel();
    throw tooLarge();
  }
  const writer = new BlobWriter();
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const chunk = await reader?.read();
      if (!chunk || chunk.done) break;
      writer.write(chunk.value);
      if (writer.doneBytes > MAX_DOWNLOAD_BYTES) throw tooLarge();
      work.onProgress({ phase: 'download', doneBytes: writer.doneBytes, totalBytes });
    }
  } catch (error) {
    await reader?.cancel().catch(() => undefined);
    if (error instanceof WorkerError) throw error;
    work.signal.throwIfAborted();
    const message = `the download of ${address.href} broke off`;
    throw new WorkerError(
      'network',
      message,
      { path: address.href, offset: writer.doneBytes, reason: 'interrupted' },
      error,
    );
  }
  return writer.finish();
}

/** Undefined where it would mislead: it counts the bytes before a content coding is undone. */
function contentLength(response: Response): number | undefined {
  const header = response.headers.get('content-length');
  if (header === null || response.headers.has('content-encoding') || !/^\d+$/.test(header)) return undefined;
  return Number(header);
}

function fileNameOf(address: URL): string {
  const last = address.pathname.split('/').filter(Boolean).at(-1) ?? address.hostname;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
