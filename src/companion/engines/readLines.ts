/** A line that is longer is cut: engines write what builds print. */
const MAX_LINE_CHARACTERS = 8 * 1024 * 1024;

/** Lines of a text stream, without their ends. Throws what the stream throws. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    for (const [i, part] of parts.entries()) {
      if (i > 0) {
        yield pieces.join('');
        pieces = [];
        length = 0;
      }
      const kept = part.slice(0, MAX_LINE_CHARACTERS - length);
      length += kept.length;
      if (kept !== '') pieces.push(kept);
    }
  }
  if (length > 0) yield pieces.join('');
}
