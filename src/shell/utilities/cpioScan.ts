import { decodeName } from '../../bytes/byteName.ts';
import { joinBytes } from '../../bytes/joinBytes.ts';
import { scanTarStream } from '../../tar/scanTarStream.ts';
import { type TarEntry, TarError } from '../../tar/tarEntry.ts';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from '../../vfs/overlay/fileMode.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { chunksOf } from './codecStreams.ts';
import { alignmentOf, type CpioEntry, CpioFailure, type CpioFormat, paddingTo, TRAILER_NAME } from './cpioEntry.ts';
import { HEADER_BYTES, nameOf, plainFormatOf, readHeader } from './cpioHeader.ts';

/** Takes the members of an archive in their order. */
export interface CpioSink {
  begin(entry: CpioEntry): Promise<void>;
  /** A piece is valid during the call. */
  content(piece: Uint8Array): Promise<void>;
  end(entry: CpioEntry, format: CpioFormat): Promise<void>;
}

const BLOCK_BYTES = 512;
const SNIFF_BYTES = 512;

/** Reads an archive of any form to its trailer. Gives the bytes that were read. Throws CpioFailure. */
export async function scanCpio(process: Process, file: OpenFile, sink: CpioSink): Promise<number> {
  const input = new CpioInput(process, file);
  await input.fill(SNIFF_BYTES);
  if (isTar(input.held)) return scanTar(input, sink);
  const isBusybox = process.flavour === 'busybox';
  for (;;) {
    await input.fill(6);
    if (input.held.length === 0) throw new CpioFailure(isBusybox ? '' : 'premature end of archive');
    if (isBusybox && input.held.length < HEADER_BYTES.newc) throw new CpioFailure('short read');
    const format = plainFormatOf(input.held);
    if (format === undefined || (isBusybox && format !== 'newc' && format !== 'crc')) {
      if (isBusybox) throw new CpioFailure('unsupported cpio format, use newc or crc');
      await skipJunk(process, input);
      continue;
    }
    const fields = readHeader(await input.take(HEADER_BYTES[format]), format);
    const name = nameOf(await input.take(fields.nameBytes));
    await input.take(fields.namePadding);
    if (name === TRAILER_NAME) return input.position;
    const entry: CpioEntry = { ...fields, name };
    await sink.begin(entry);
    await input.pass(fields.sizeBytes, (piece) => sink.content(piece));
    await input.take(paddingTo(alignmentOf(format), fields.sizeBytes));
    await sink.end(entry, format);
  }
}

async function skipJunk(process: Process, input: CpioInput): Promise<void> {
  let skippedBytes = 0;
  for (;;) {
    if (!(await input.fill(6))) throw new CpioFailure('premature end of archive');
    const { held } = input;
    let at = 0;
    while (at + 6 <= held.length && plainFormatOf(held.subarray(at, at + 6)) === undefined) at++;
    await input.take(at);
    skippedBytes += at;
    if (at + 6 <= held.length) break;
    if (process.isDue) await process.pause();
  }
  await process.complain(`warning: skipped ${skippedBytes} bytes of junk`);
}

/** Whether the block's checksum is right: "Basic Tar Format" of the GNU tar manual. */
function isTar(block: Uint8Array): boolean {
  if (block.length < BLOCK_BYTES || block[0] === 0) return false;
  let sum = 0;
  for (let i = 0; i < BLOCK_BYTES; i++) sum += i >= 148 && i < 156 ? 32 : (block[i] as number);
  const field = String.fromCharCode(...block.subarray(148, 156)).replace(/[\0 ]+$/, '');
  return /^ *[0-7]+$/.test(field) && Number.parseInt(field, 8) === sum;
}

const TAR_MODES: Readonly<Record<TarEntry['type'], number>> = {
  file: S_IFREG,
  hardlink: S_IFREG,
  symlink: S_IFLNK,
  directory: S_IFDIR,
  charDevice: S_IFCHR,
  blockDevice: S_IFBLK,
  fifo: S_IFIFO,
};

async function scanTar(input: CpioInput, sink: CpioSink): Promise<number> {
  let entry: CpioEntry | undefined;
  let endOffset = 0;
  const begun = async (tar: TarEntry) => {
    if (entry) return entry;
    endOffset = tar.contentOffset + tar.storedBytes + paddingTo(BLOCK_BYTES, tar.storedBytes);
    entry = entryOfTar(tar);
    await sink.begin(entry);
    return entry;
  };
  try {
    await scanTarStream(input.rest(), () => undefined, {
      sink: {
        async onContent(tar, piece) {
          await begun(tar);
          await sink.content(piece);
        },
        async onContentEnd(tar) {
          await sink.end(await begun(tar), 'ustar');
          entry = undefined;
        },
      },
    });
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    throw new CpioFailure('premature end of file');
  }
  // The first block of zeros ends it.
  return endOffset + BLOCK_BYTES;
}

function entryOfTar(tar: TarEntry): CpioEntry {
  return {
    name: decodeName(tar.name),
    mode: TAR_MODES[tar.type] | (tar.mode & 0o7777),
    uid: tar.uid,
    gid: tar.gid,
    linkCount: 1,
    mtimeSec: tar.mtimeSec,
    sizeBytes: tar.storedBytes,
    device: 0,
    inode: 0,
    major: tar.deviceMajor,
    minor: tar.deviceMinor,
    checksum: 0,
    linkName: decodeName(tar.linkName),
    isLink: tar.type === 'hardlink',
  };
}

/** Bytes of an archive that come from a pipe or a file. */
class CpioInput {
  readonly #chunks: AsyncGenerator<Uint8Array, void, undefined>;
  readonly #isBusybox: boolean;
  #isAtEnd = false;
  /** What was read and not taken. */
  held: Uint8Array = new Uint8Array(0);
  /** Bytes that were taken. */
  position = 0;

  constructor(process: Process, file: OpenFile) {
    this.#chunks = chunksOf(process, file);
    this.#isBusybox = process.flavour === 'busybox';
  }

  /** False where there are fewer. */
  async fill(count: number): Promise<boolean> {
    while (this.held.length < count && !this.#isAtEnd) {
      const next = await this.#chunks.next();
      if (next.done) this.#isAtEnd = true;
      else this.held = joinBytes([this.held, next.value]);
    }
    return this.held.length >= count;
  }

  /** Throws CpioFailure where there are fewer. */
  async take(count: number): Promise<Uint8Array> {
    if (!(await this.fill(count))) throw this.#truncated();
    const bytes = this.held.subarray(0, count);
    this.held = this.held.subarray(count);
    this.position += count;
    return bytes;
  }

  async pass(count: number, body: (piece: Uint8Array) => Promise<void>): Promise<void> {
    for (let left = count; left > 0;) {
      if (!(await this.fill(1))) throw this.#truncated();
      const piece = await this.take(Math.min(left, this.held.length));
      left -= piece.length;
      await body(piece);
    }
  }

  #truncated(): CpioFailure {
    return new CpioFailure(this.#isBusybox ? 'short read' : 'premature end of file');
  }

  async *rest(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.held.length > 0) yield this.held;
    yield* this.#chunks;
  }
}
