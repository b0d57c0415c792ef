/** A source as decoders meet it: each chunk lies in the same buffer and is overwritten by the next. */
export async function* inChunks(bytes: Uint8Array, chunkBytes: number): AsyncIterable<Uint8Array> {
  const shared = new Uint8Array(chunkBytes);
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    const chunk = shared.subarray(0, Math.min(chunkBytes, bytes.length - offset));
    chunk.set(bytes.subarray(offset, offset + chunkBytes));
    yield chunk;
  }
}

/** All pieces of a stream in one array. */
export async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const copies: Uint8Array[] = [];
  for await (const piece of pieces) copies.push(piece.slice());
  return new Uint8Array(Buffer.concat(copies));
}
