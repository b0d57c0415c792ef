const MAX_LINE_CHARACTERS = 4 * 1024 * 1024;

/** Values of a stream of JSON lines; empty lines mean nothing. Throws SyntaxError for what is no JSON. */
export async function* readNdjson(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_CHARACTERS) throw new SyntaxError('a line without an end');
      for (const line of lines) if (line !== '') yield JSON.parse(line) as unknown;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
