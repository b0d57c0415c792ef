import { ImageError } from './imageError.ts';
import { parseJson, type JsonValue } from './json.ts';
import { asObject } from './jsonFields.ts';

/** One line of a `repositories` file: `name:tag` and what it points to (a v1 image ID; from docker 25 on the hex of
 *  a layer's digest). */
export interface RepositoryTag {
  readonly reference: string;
  readonly target: string;
}

/** Docker's `repositories`: name → tag → ID. Sorted by reference. Throws ImageError. */
export function parseRepositories(bytes: Uint8Array): RepositoryTag[] {
  return repositoryTagsOf(parseJson(bytes).value);
}

/** As `parseRepositories`, of a document that was read. */
export function repositoryTagsOf(document: JsonValue): RepositoryTag[] {
  const names = asObject(document);
  if (!names) throw new ImageError('malformed', 0, 'repositories is no JSON object');
  const found: RepositoryTag[] = [];
  for (const [name, value] of names) {
    for (const [tag, target] of asObject(value) ?? []) {
      if (typeof target === 'string') found.push({ reference: `${name}:${tag}`, target });
    }
  }
  return found.sort((a, b) => (a.reference < b.reference ? -1 : a.reference > b.reference ? 1 : 0));
}
