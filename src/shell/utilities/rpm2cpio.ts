import { joinBytes } from '../../bytes/joinBytes.ts';
import { CodecError } from '../../codec/codecError.ts';
import { sniffCompression, SNIFF_BYTES } from '../../codec/sniff.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { open } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { chunksOf, decoded } from './codecStreams.ts';
import { causeOf } from './failure.ts';
import { utility } from './utility.ts';

/** RPM package format (rpm.org, "RPM V4 Package format"): a lead, two headers, and a compressed cpio archive. */
const LEAD_BYTES = 96;
const HEADER_START_BYTES = 16;
const INDEX_ENTRY_BYTES = 16;
const LEAD_MAGIC = [0xed, 0xab, 0xee, 0xdb];
const HEADER_MAGIC = [0x8e, 0xad, 0xe8];
/** rpm's own bounds of a header. */
const MAX_INDEX_ENTRIES = 0xffff;
const MAX_STORE_BYTES = 256 * 1024 * 1024;

/** rpm2cpio(8). */
export const rpm2cpio: Program = utility({ usage: 'file.rpm', options: {} }, async (process, options) => {
  const [path] = options.operands;
  const isInput = path === undefined || path === '-';
  if (isInput && process.file(0).isTerminal) {
    await process.write(2, `Usage: ${process.name} file.rpm\n`);
    return 1;
  }
  let file: OpenFile;
  try {
    file = isInput ? process.file(0) : await open(process, path, O_RDONLY);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    await process.complain(`open of ${path} failed: ${causeOf(error)}`);
    return 1;
  }
  try {
    const input = new PackageInput(process, file);
    const fault = await skipHeaders(input);
    if (fault !== undefined) {
      await process.complain(fault);
      return 1;
    }
    await writePayload(process, input);
    return 0;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    await process.complain('cannot read payload');
    return 1;
  } finally {
    if (!isInput) file.close();
  }
});

/** Undefined when the payload follows; words for what is wrong otherwise. */
async function skipHeaders(input: PackageInput): Promise<string | undefined> {
  const lead = await input.take(LEAD_BYTES);
  if (!lead || !startsWith(lead, LEAD_MAGIC)) return 'argument is not an RPM package';
  for (const kind of ['signature', 'main'] as const) {
    const start = await input.take(HEADER_START_BYTES);
    if (!start || !startsWith(start, HEADER_MAGIC)) return 'error reading header from package';
    const view = new DataView(start.buffer, start.byteOffset, start.length);
    const entries = view.getUint32(8);
    const storeBytes = view.getUint32(12);
    if (entries > MAX_INDEX_ENTRIES || storeBytes > MAX_STORE_BYTES) return 'error reading header from package';
    const sizeBytes = entries * INDEX_ENTRY_BYTES + storeBytes;
    // The signature is padded to eight bytes, the header behind it is not.
    const padding = kind === 'signature' ? (8 - (sizeBytes % 8)) % 8 : 0;
    if (!(await input.skip(sizeBytes + padding))) return 'error reading header from package';
  }
  return undefined;
}

async function writePayload(process: Process, input: PackageInput): Promise<void> {
  await input.fill(SNIFF_BYTES);
  const compression = sniffCompression(input.held);
  for await (const piece of decoded(compression, input.rest())) await process.print(piece.slice());
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

class PackageInput {
  readonly #chunks: AsyncGenerator<Uint8Array, void, undefined>;
  held: Uint8Array = new Uint8Array(0);

  constructor(process: Process, file: OpenFile) {
    this.#chunks = chunksOf(process, file);
  }

  async fill(count: number): Promise<boolean> {
    while (this.held.length < count) {
      const next = await this.#chunks.next();
      if (next.done) return false;
      this.held = joinBytes([this.held, next.value]);
    }
    return true;
  }

  async take(count: number): Promise<Uint8Array | undefined> {
    if (!(await this.fill(count))) return undefined;
    const bytes = this.held.slice(0, count);
    this.held = this.held.subarray(count);
    return bytes;
  }

  async skip(count: number): Promise<boolean> {
    let left = count;
    while (left > this.held.length) {
      left -= this.held.length;
      this.held = new Uint8Array(0);
      if (!(await this.fill(1))) return false;
    }
    this.held = this.held.subarray(left);
    return true;
  }

  async *rest(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.held.length > 0) yield this.held;
    yield* this.#chunks;
  }
}
