import { parseJson } from '../image/json.ts';
import { arrayField, asObject, textField } from '../image/jsonFields.ts';
import { printableName } from '../bytes/byteName.ts';
import { RegistryError, type RegistryErrorCode } from './registryError.ts';
import { readBody } from './responseBody.ts';

const MAX_ERROR_BYTES = 64 * 1024;
const MAX_DETAIL_LENGTH = 300;

/** The error for an answer that is not what was asked for (distribution-spec, "Error Codes"): its first code and
 *  message, in one printable line, without the `secrets`. */
export async function responseFault(
  response: Response,
  url: string,
  idleTimeoutMs: number,
  secrets: readonly string[] = [],
): Promise<RegistryError> {
  const body = await readBody(response, url, MAX_ERROR_BYTES, idleTimeoutMs).catch(() => new Uint8Array());
  const said = withoutSecrets(errorText(body), secrets);
  const { status } = response;
  const detail = [`answered ${status}`, said].filter((part) => part !== '').join(': ');
  return new RegistryError(codeOf(status), detail, { status, url });
}

function codeOf(status: number): RegistryErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'denied';
  if (status === 404) return 'notFound';
  if (status === 429) return 'throttled';
  return status >= 500 ? 'server' : 'status';
}

function errorText(body: Uint8Array): string {
  try {
    const object = asObject(parseJson(body, { maxBytes: MAX_ERROR_BYTES, maxDepth: 20 }).value);
    const first = object && asObject(arrayField(object, 'errors')?.[0]);
    const parts = first ? [textField(first, 'code'), textField(first, 'message')] : [];
    const text = parts.filter((part) => part !== undefined).join(', ');
    return printableName(text.slice(0, MAX_DETAIL_LENGTH));
  } catch {
    return ''; // a proxy's page of HTML, or nothing
  }
}

/** A server may send back what it was sent. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret.length > 0) clean = clean.replaceAll(secret, '***');
  return clean;
}
