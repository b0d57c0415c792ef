import { parseJson } from '../image/json.ts';
import { asObject, stringsField } from '../image/jsonFields.ts';
import type { RegistryConnection } from './connection.ts';
import { nextPage } from './linkHeader.ts';
import { RegistryError } from './registryError.ts';
import { readBody } from './responseBody.ts';
import { pullScope } from './scopes.ts';

const PAGE_TAGS = 1000;
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
const MAX_PAGES = 1000;
const MAX_TAGS = 200_000;

/** All tags of a repository, page after page (distribution-spec, "Listing Tags"), in the registry's order. Where a page
 *  may not read Link, the registry's first page is all there is. Throws RegistryError, `limit` for a list that does not
 *  end. */
export async function* listTags(connection: RegistryConnection, path: string): AsyncIterable<string> {
  const seen = new Set<string>();
  let count = 0;
  let next: string | undefined = `/v2/${path}/tags/list?n=${PAGE_TAGS}`;
  for (let page = 0; next !== undefined; page++) {
    if (page === MAX_PAGES || seen.has(next))
      throw new RegistryError('limit', 'the list of tags does not end', { url: next });
    seen.add(next);
    const { response, url } = await connection.expect(
      { method: 'GET', url: next, scopes: [pullScope(path)], repeat: 'idempotent' },
      [200],
    );
    const { idleTimeoutMs } = connection.network;
    const tags = parseTags(await readBody(response, url, MAX_PAGE_BYTES, idleTimeoutMs, connection.signal), url);
    count += tags.length;
    if (count > MAX_TAGS) throw new RegistryError('limit', `more than ${MAX_TAGS} tags`, { url });
    yield* tags;
    next = nextPage(response.headers.get('link'), url);
    // Login and trust end at the registry's origin.
    if (next !== undefined && new URL(next).origin !== new URL(url).origin) {
      throw new RegistryError('redirect', 'the next page of tags is at another host', { url });
    }
  }
}

function parseTags(body: Uint8Array, url: string): readonly string[] {
  try {
    const object = asObject(parseJson(body).value);
    if (object) return stringsField(object, 'tags') ?? [];
  } catch (error) {
    throw new RegistryError('protocol', 'the list of tags is no JSON', { url, cause: error });
  }
  throw new RegistryError('protocol', 'the list of tags is no JSON object', { url });
}
