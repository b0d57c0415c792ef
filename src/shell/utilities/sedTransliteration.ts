import type { SedReader } from './sedReader.ts';

/** What stands behind `y`: what each character becomes. */
export function parseTransliteration(reader: SedReader): ReadonlyMap<string, string> {
  const delimiter = reader.take();
  const from = delimiter === undefined ? undefined : reader.delimited(delimiter, 'replacement');
  const to = from === undefined ? undefined : reader.delimited(delimiter as string, 'replacement');
  if (from === undefined || to === undefined) throw reader.error("unterminated `y' command");
  const [source, target] = [[...unescaped(from)], [...unescaped(to)]];
  if (source.length !== target.length) throw reader.error("strings for `y' command are different lengths");
  const table = new Map<string, string>();
  for (const [i, character] of source.entries()) if (!table.has(character)) table.set(character, target[i] as string);
  return table;
}

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, character: string) =>
    character === 'n'
      ? '\n'
      : character === 't'
        ? '\t'
        : character === '\\'
          ? '\\'
          : character === 'r'
            ? '\r'
            : character,
  );
}
