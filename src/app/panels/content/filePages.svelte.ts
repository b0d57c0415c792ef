/** The parts of a file that are on show, read when asked for and kept a while. */

export const PAGE_BYTES = 256 * 1024;
/** 6 MiB, enough for a screen of the longest rows and the way back. */
const MAX_PAGES = 24;

export type ReadBytes = (offset: number, length: number) => Promise<Uint8Array | undefined>;

export class FilePages {
  readonly sizeBytes: number;
  /** Grows when a page has come: what depends on it asks again. */
  #arrived = $state(0);
  /** In the order of their last use. */
  readonly #pages = new Map<number, Uint8Array | 'asked' | 'failed'>();
  readonly #read: ReadBytes;

  constructor(sizeBytes: number, read: ReadBytes) {
    this.sizeBytes = sizeBytes;
    this.#read = read;
  }

  /** The bytes [offset, offset+length) clipped to the file, or undefined while they are on their way. Reactive. */
  bytes(offset: number, length: number): Uint8Array | undefined {
    void this.#arrived;
    const end = Math.min(this.sizeBytes, offset + length);
    if (end <= offset) return new Uint8Array(0);
    const pages: Uint8Array[] = [];
    const firstPage = Math.floor(offset / PAGE_BYTES);
    for (let page = firstPage; page * PAGE_BYTES < end; page++) {
      const bytes = this.#page(page);
      if (bytes) pages.push(bytes);
    }
    const wanted = Math.ceil(end / PAGE_BYTES) - firstPage;
    if (pages.length < wanted) return undefined;
    const from = offset - firstPage * PAGE_BYTES;
    if (pages.length === 1) return pages[0]?.subarray(from, from + end - offset);
    return joined(pages, from, end - offset);
  }

  #page(page: number): Uint8Array | undefined {
    const known = this.#pages.get(page);
    if (known instanceof Uint8Array) {
      this.#pages.delete(page);
      this.#pages.set(page, known);
      return known;
    }
    if (known === undefined) void this.#fetch(page);
    return undefined;
  }

  async #fetch(page: number): Promise<void> {
    this.#pages.set(page, 'asked');
    // Asked for while a row is rendered, when no state may change yet: a read announces itself as a call.
    await Promise.resolve();
    const bytes = await this.#read(page * PAGE_BYTES, PAGE_BYTES);
    this.#pages.set(page, bytes ?? 'failed');
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) break;
      this.#pages.delete(oldest);
    }
    this.#arrived++;
  }
}

function joined(pages: readonly Uint8Array[], from: number, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  let skip = from;
  for (const page of pages) {
    const part = page.subarray(skip, skip + length - at);
    out.set(part, at);
    at += part.length;
    skip = 0;
  }
  return out.subarray(0, at);
}
