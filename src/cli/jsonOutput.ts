import type { Output } from './output.ts';
import { encodeName } from '../bytes/byteName.ts';
import { toHex } from '../bytes/hex.ts';

/** Version of the shapes in docs/json.md; counts up when a field changes its meaning or goes. */
export const JSON_SCHEMA = 1;

/** Prints one JSON document. `undefined` fields are left out. */
export async function printJson(output: Output, command: string, fields: object): Promise<void> {
  await output.line(JSON.stringify({ schema: JSON_SCHEMA, command, ...fields }, undefined, 2));
}

/** Prints a document whose last field is a long array, an element a line, as it is made: a listing of a million
 *  entries never lies in memory as a whole. */
export async function printJsonStream(
  output: Output,
  command: string,
  head: object,
  listName: string,
  items: Iterable<object> | AsyncIterable<object>,
): Promise<void> {
  const opening = JSON.stringify({ schema: JSON_SCHEMA, command, ...head });
  await output.text(`${opening.slice(0, -1)},${JSON.stringify(listName)}:[`);
  let separator = '\n';
  for await (const item of items) {
    await output.text(separator + JSON.stringify(item));
    separator = ',\n';
  }
  await output.line('\n]}');
}

/** A path or name for JSON: as text, lone surrogates U+DC80..U+DCFF standing for bytes that are not UTF-8 (they
 *  appear as `\udcXX`), and then also the bytes themselves in hex, for readers that cannot hold lone surrogates. */
export function jsonName<K extends string>(key: K, text: string): Record<string, string> {
  if (!/[\udc80-\udcff]/u.test(text)) return { [key]: text };
  return { [key]: text, [`${key}Hex`]: toHex(encodeName(text)) };
}
