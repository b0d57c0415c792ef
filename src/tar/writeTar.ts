import { decodeName } from '../bytes/byteName.ts';
import { BLOCK_BYTES } from './headerBlock.ts';
import { TarError } from './tarEntry.ts';
import { type TarMember, paddingBytes, tarHeader } from './tarHeader.ts';

/** A member and, for a file of more than 0 bytes, its content: exactly `sizeBytes` of it. */
export interface TarMemberWithContent {
  readonly member: TarMember;
  readonly content?: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined;
}

/** Headers are gathered to chunks of this size: one small chunk a member would cost more than its bytes. */
const CHUNK_BYTES = 64 * 1024;

/** A tar as a stream of chunks: members in the order given, contents padded, two zero blocks at the end. A chunk is
 *  valid until the next is asked for. Throws TarError: see `tarHeader`; `contentLength` when a content is not as
 *  long as its member says. */
export async function* writeTar(
  members: AsyncIterable<TarMemberWithContent> | Iterable<TarMemberWithContent>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const out = new Gatherer();
  for await (const { member, content } of members) {
    if (out.add(tarHeader(member))) yield* out.flush();
    if (member.type !== 'file') continue;
    let written = 0;
    for await (const piece of content ?? []) {
      written += piece.length;
      if (written > member.sizeBytes) throw wrongLength(member, `more than ${member.sizeBytes} bytes`);
      if (piece.length < CHUNK_BYTES) {
        if (out.add(piece)) yield* out.flush();
      } else {
        yield* out.flush();
        yield piece;
      }
    }
    if (written !== member.sizeBytes) throw wrongLength(member, `${written} of ${member.sizeBytes} bytes`);
    if (out.add(new Uint8Array(paddingBytes(written)))) yield* out.flush();
  }
  out.add(new Uint8Array(2 * BLOCK_BYTES));
  yield* out.flush();
}

function wrongLength(member: TarMember, found: string): TarError {
  return new TarError('contentLength', 0, `${decodeName(member.name)}: its content has ${found}`);
}

class Gatherer {
  #parts: Uint8Array[] = [];
  #length = 0;

  /** Copies the bytes. True when it is time to flush. */
  add(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return false;
    this.#parts.push(bytes.slice());
    this.#length += bytes.length;
    return this.#length >= CHUNK_BYTES;
  }

  *flush(): Generator<Uint8Array> {
    if (this.#length === 0) return;
    const chunk = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      chunk.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#length = 0;
    yield chunk;
  }
}
