import { decodeName } from '../bytes/byteName.ts';
import { BLOCK_BYTES } from './headerBlock.ts';
import { putPlainHeader } from './plainHeader.ts';
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
  // What can be had at once is not awaited: that would cost more than to write it.
  if (Symbol.asyncIterator in members) {
    for await (const member of members) {
      if (out.addWhole(member)) continue;
      yield* writeMember(member, out);
    }
  } else {
    for (const member of members) {
      if (out.addWhole(member)) continue;
      yield* writeMember(member, out);
    }
  }
  if (out.room < 2 * BLOCK_BYTES) yield out.take();
  out.skip(2 * BLOCK_BYTES);
  yield out.take();
}

async function* writeMember({ member, content }: TarMemberWithContent, out: Gatherer): AsyncGenerator<Uint8Array> {
  yield* out.chunksOf(tarHeader(member));
  if (member.type !== 'file') return;
  let written = 0;
  for await (const piece of content ?? []) {
    written += piece.length;
    if (written > member.sizeBytes) throw wrongLength(member, `more than ${member.sizeBytes} bytes`);
    yield* out.chunksOf(piece);
  }
  if (written !== member.sizeBytes) throw wrongLength(member, `${written} of ${member.sizeBytes} bytes`);
  const padding = paddingBytes(written);
  if (out.room < padding) yield out.take();
  out.skip(padding);
}

function wrongLength(member: TarMember, found: string): TarError {
  return new TarError('contentLength', 0, `${decodeName(member.name)}: its content has ${found}`);
}

class Gatherer {
  #chunk = new Uint8Array(CHUNK_BYTES);
  #length = 0;

  get room(): number {
    return CHUNK_BYTES - this.#length;
  }

  /** Adds a member with a plain header, and no more content than one array that is there; when there is room for all of
   *  it. False: nothing was added. */
  addWhole({ member, content }: TarMemberWithContent): boolean {
    const body = bodyOf(member, content);
    if (body === undefined) return false;
    const blocks = BLOCK_BYTES + body.length + paddingBytes(body.length);
    if (blocks > this.room || !putPlainHeader(this.#chunk, this.#length, member)) return false;
    this.#chunk.set(body, this.#length + BLOCK_BYTES);
    this.#length += blocks;
    return true;
  }

  /** Copies the bytes, or hands them on when they are many; gives the chunks that are full. */
  *chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
    if (bytes.length > this.room && this.#length > 0) yield this.take();
    if (bytes.length >= CHUNK_BYTES) {
      yield bytes;
      return;
    }
    this.#chunk.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Adds zeros, for which there must be room. */
  skip(lengthBytes: number): void {
    this.#length += lengthBytes;
  }

  /** What has been gathered. */
  take(): Uint8Array {
    const taken = this.#chunk.subarray(0, this.#length);
    this.#chunk = new Uint8Array(CHUNK_BYTES);
    this.#length = 0;
    return taken;
  }
}

const NOTHING = new Uint8Array(0);

/** Undefined for a content in pieces, or of another length than the member says. */
function bodyOf(member: TarMember, content: TarMemberWithContent['content']): Uint8Array | undefined {
  const sizeBytes = member.type === 'file' ? member.sizeBytes : 0;
  if (content === undefined || member.type !== 'file') return sizeBytes === 0 ? NOTHING : undefined;
  if (!Array.isArray(content) || content.length !== 1) return undefined;
  const [body] = content as readonly Uint8Array[];
  return body?.length === sizeBytes ? body : undefined;
}
