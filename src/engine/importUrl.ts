import { decodeName } from '../bytes/byteName.ts';
import type { Digest } from '../image/digest.ts';
import { SNIFF_BYTES, sniffCompression } from '../codec/sniff.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import type { ImportOptions } from './imageCalls.ts';
import { finishImport, prepareImport } from './importImage.ts';
import { labRequest, wholeBody } from './labFetch.ts';
import { other } from './messages.ts';
import type { OnProgress } from './progress.ts';

/** As much of a refusal's body as the daemon shows. */
const MAX_FAULT_BYTES = 16 * 1024;

/** `docker import URL`: the daemon fetches it; what goes wrong after the first line is told in the stream. */
export async function importUrl(
  core: EngineCore,
  address: string,
  options: ImportOptions,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<Digest> {
  const prepared = prepareImport(core, options);
  const url = parseUrl(address);
  const response = await labRequest(core, 'GET', url);
  if (response.status >= 400) {
    const body = decodeName(await wholeBody(response.body, MAX_FAULT_BYTES));
    const status = `${response.status} ${response.statusText}`.trim();
    throw other('invalidParameter', `failed to GET ${address} with status ${status}: ${body.trim()}`);
  }
  onProgress({ status: `Downloading from ${address}` });
  const totalBytes = Number(response.headers['content-length']);
  let isXz = false;
  let sizeBytes = 0;
  const counted = async function* () {
    let currentBytes = 0;
    for await (const chunk of response.body) {
      if (currentBytes === 0) isXz = sniffCompression(chunk) === 'xz';
      sizeBytes += chunk.length;
      yield chunk;
      currentBytes += chunk.length;
      onProgress({ id: '', status: 'Importing', currentBytes, ...(totalBytes > 0 && { totalBytes }) });
    }
  };
  // Who reads to the very end is told of it by a message without text: xz, which another program undoes, and who
  // looks for a mark at the beginning of what is too short for one (moby pkg/progress, Reader).
  const tellEnd = () => onProgress({ stream: '' });
  try {
    const id = await finishImport(core, prepared, counted(), signal);
    if (isXz) tellEnd();
    return id;
  } catch (error) {
    if (sizeBytes < SNIFF_BYTES) tellEnd();
    throw error instanceof EngineError ? error.inStream() : error;
  }
}

function parseUrl(address: string): URL {
  try {
    return new URL(address);
  } catch (error) {
    throw other('invalidParameter', `parse ${JSON.stringify(address)}: invalid URL`, error);
  }
}
