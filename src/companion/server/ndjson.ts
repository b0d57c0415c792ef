import { Readable } from 'node:stream';

export const NDJSON_TYPE = 'application/x-ndjson; charset=utf-8';

/** Values as lines of JSON, no faster than they are read; `undefined` gives an empty line, which keeps a connection
 *  alive and means nothing. */
export function ndjsonStream(values: AsyncIterable<unknown>): Readable {
  const lines = async function* (): AsyncGenerator<string> {
    for await (const value of values) yield value === undefined ? '\n' : `${JSON.stringify(value)}\n`;
  };
  return Readable.from(lines(), { objectMode: false, highWaterMark: 64 * 1024 });
}
