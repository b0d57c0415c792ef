/** Output of a container without a terminal: frames of 8 bytes, of which the first tells the stream and the last four,
 *  big-endian, the length, and what they announce (Engine API, "Attach to a container"). */
export async function* dockerFrames(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }> {
  let header: number[] = [];
  let left = 0;
  let stream: 'stdout' | 'stderr' = 'stdout';
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        header.push(chunk[at++] as number);
        if (header.length < 8) continue;
        const [kind, , , , a = 0, b = 0, c = 0, d = 0] = header;
        stream = kind === 2 ? 'stderr' : 'stdout';
        left = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
        header = [];
      } else {
        // A frame is handed on in the pieces that it comes in: its length is the engine's word.
        const end = Math.min(chunk.length, at + left);
        yield { stream, bytes: chunk.subarray(at, end) };
        left -= end - at;
        at = end;
      }
    }
  }
}
