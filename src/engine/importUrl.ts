import { decodeName } from '../bytes/byteName.ts';
import type { Digest } from '../image/digest.ts';
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
  const counted = async function* () {
    let currentBytes = 0;
    for await (const chunk of response.body) {
      yield chunk;
      currentBytes += chunk.length;
      onProgress({ id: '', status: 'Importing', currentBytes, ...(totalBytes > 0 && { totalBytes }) });
    }
  };
  try {
    return await finishImport(core, prepared, counted(), signal);
  } catch (error) {
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
