/** Bytes in memory as a stream of one piece, or of none where there are no bytes. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
