import { decodeName } from '../bytes/byteName.ts';
import { FindingLog } from '../bytes/finding.ts';
import { BlockSum } from './blockSum.ts';
import { BLOCK_BYTES, Field, NO_BYTES, isZeroBlock } from './headerBlock.ts';
import { MemberEntry, type PendingExtensions, Typeflag, readMember } from './memberHeader.ts';
import { readNumericField } from './numericField.ts';
import { SPARSE_MAP, paxInteger, readPaxRecords } from './paxRecords.ts';
import { OLD_GNU_EXTENSION_FLAG, OLD_GNU_EXTENSION_PAIRS, OLD_GNU_HEADER_PAIRS, SparseMapReader } from './sparseMap.ts';
import { TarError } from './tarEntry.ts';
import { DEFAULT_MAX_ENTRIES, MAX_EXTENSION_BYTES, type TarScanOptions, type TarVisitor } from './tarScan.ts';

type State = 'header' | 'extension' | 'oldSparse' | 'sparseLines' | 'secondZeroBlock' | 'resync' | 'done';

/** Reads a tar as a sequence of wants: the driver brings the bytes at `wantOffset`, `wantLength` of them, and asks
 *  again. Between two wants lies content, which the driver skips or hands on. It is the one place that knows the
 *  format's order, for drivers that hop and that stream. */
export class TarMachine {
  wantOffset = 0;
  wantLength = BLOCK_BYTES;
  entryCount = 0;
  endOffset = 0;
  endBlocks: 0 | 1 | 2 = 0;
  error: TarError | undefined;
  readonly findings = new FindingLog();

  #state: State = 'header';
  readonly #visit: TarVisitor;
  readonly #partial: boolean;
  readonly #maxEntries: number;
  #pending: PendingExtensions = { pax: undefined, longName: undefined, longLink: undefined };
  #hasPending = false;
  /** Where the first header of the member being read is; -1 between members. */
  #memberOffset = -1;
  #extensionFlag = 0;
  #extensionLength = 0;
  readonly #entry = new MemberEntry();
  readonly #blockSum = new BlockSum();
  #sparse: { entry: MemberEntry; map: SparseMapReader; headEnd: number } | undefined;
  /** End of the last member's content, without padding. */
  #contentEnd = 0;
  readonly #fault = (error: TarError) => this.#fail(error);

  constructor(visit: TarVisitor, options: Pick<TarScanOptions, 'partial' | 'maxEntries'>) {
    this.#visit = visit;
    this.#partial = options.partial === true;
    this.#maxEntries = options.maxEntries ?? DEFAULT_MAX_ENTRIES;
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Takes exactly the bytes wanted, at `at` of `buffer`. They may be reused once the call returns. */
  feed(buffer: Uint8Array, at: number): void {
    switch (this.#state) {
      case 'header':
        this.#header(buffer, at);
        break;
      case 'extension':
        this.#extension(buffer.subarray(at, at + this.#extensionLength));
        break;
      case 'oldSparse':
        this.#oldSparse(buffer, at);
        break;
      case 'sparseLines':
        this.#sparseLines(buffer, at);
        break;
      case 'secondZeroBlock':
        this.#secondZeroBlock(isZeroBlock(buffer, at));
        break;
      case 'resync':
        if (isZeroBlock(buffer, at) || this.#blockSum.fits(buffer, at)) {
          this.#state = 'header';
          this.#header(buffer, at);
        } else this.#want(this.wantOffset + BLOCK_BYTES);
        break;
      case 'done':
        throw new Error('fed after the end');
    }
  }

  /** The archive ends at `totalBytes`, before all that was wanted; `rest` is what there is of it. */
  finish(totalBytes: number, rest: Uint8Array): void {
    const state = this.#state;
    this.#state = 'done';
    if (state === 'secondZeroBlock') {
      this.#state = state;
      this.#secondZeroBlock(isZeroBlock(rest, 0, rest.length));
      this.endBlocks = 1;
      return;
    }
    this.endOffset = Math.min(this.wantOffset, totalBytes);
    if (state === 'resync') return;
    if (state !== 'header') this.#truncated(totalBytes, 'within a header');
    else if (this.#contentEnd > totalBytes) this.#truncated(totalBytes, 'within the content of its last member');
    else if (rest.length > 0) this.#partOfHeader(totalBytes, rest);
    else {
      // Engines take an extended header that nothing follows for the end.
      if (this.#hasPending) this.findings.add('warning', 'extensionWithoutMember', { offset: this.endOffset });
      if (totalBytes > 0) this.findings.add('info', 'noEndBlocks', { offset: this.endOffset });
    }
  }

  #partOfHeader(totalBytes: number, rest: Uint8Array): void {
    if (isZeroBlock(rest, 0, rest.length)) this.findings.add('info', 'noEndBlocks', { offset: this.endOffset });
    else if (this.wantOffset === 0) throw notTar();
    else this.#truncated(totalBytes, 'within a header');
  }

  #header(buffer: Uint8Array, at: number): void {
    const blockOffset = this.wantOffset;
    const typeflag = buffer[at + Field.typeflag[0]] as number;
    if (buffer[at] === 0 && isZeroBlock(buffer, at)) {
      this.#firstZeroBlock();
      return;
    }
    if (!this.#blockSum.fits(buffer, at)) {
      if (blockOffset === 0) throw notTar();
      this.#resync(new TarError('checksum', blockOffset, `header at ${blockOffset}: the checksum is wrong`));
      return;
    }
    if (this.#memberOffset < 0) this.#memberOffset = blockOffset;
    try {
      if (isExtension(typeflag)) this.#beginExtension(buffer, at, typeflag);
      else this.#member(buffer, at, blockOffset);
    } catch (error) {
      if (!(error instanceof TarError) || error.code !== 'number') throw error;
      this.#resync(error);
    }
  }

  #beginExtension(buffer: Uint8Array, at: number, typeflag: number): void {
    const size = readNumericField(buffer, at + Field.size[0], Field.size[1], this.wantOffset);
    if (size < 0) throw new TarError('number', this.wantOffset, `header at ${this.wantOffset}: the size is negative`);
    const contentOffset = this.wantOffset + BLOCK_BYTES;
    if (size > MAX_EXTENSION_BYTES) {
      this.#fail(
        new TarError('tooLong', this.wantOffset, `header at ${this.wantOffset}: an extended header of ${size} bytes`),
      );
      this.#skipTo(contentOffset, size);
      return;
    }
    this.#extensionFlag = typeflag;
    this.#extensionLength = size;
    this.#hasPending = true;
    this.#want(contentOffset, size);
    this.#state = 'extension';
    if (size === 0) this.#extension(buffer.subarray(0, 0));
  }

  #extension(bytes: Uint8Array): void {
    const flag = this.#extensionFlag;
    const offset = this.wantOffset - BLOCK_BYTES;
    if (flag === Typeflag.gnuLongName) this.#pending.longName = cutAtNul(bytes);
    else if (flag === Typeflag.gnuLongLink) this.#pending.longLink = cutAtNul(bytes);
    else {
      try {
        const records = readPaxRecords(bytes, offset);
        if (flag === Typeflag.paxGlobal) this.#globalRecords(records, offset);
        else this.#pending.pax = records;
      } catch (error) {
        if (!(error instanceof TarError)) throw error;
        this.#fail(error);
      }
    }
    this.#state = 'header';
    this.#want(roundUp(this.wantOffset + bytes.length));
    if (flag === Typeflag.paxGlobal) this.#clearPending();
  }

  #globalRecords(records: ReadonlyMap<string, Uint8Array>, offset: number): void {
    if (records.has('GNU.volume.label')) this.entryCount++; // as a label of the old form
    const keys = [...records.keys()].filter((key) => key !== 'comment');
    if (keys.length > 0)
      this.findings.add('warning', 'paxGlobalIgnored', { offset, keys: keys.join(' ').slice(0, 200) });
  }

  #member(buffer: Uint8Array, at: number, blockOffset: number): void {
    if (++this.entryCount > this.#maxEntries)
      throw new TarError('tooLong', blockOffset, `more than ${this.#maxEntries} members`);
    const entry = this.#entry;
    try {
      readMember(entry, buffer, at, this.#memberOffset, blockOffset, this.#pending, this.findings, this.#fault);
    } catch (error) {
      this.entryCount--;
      throw error;
    }
    const { typeflag } = entry;
    if (typeflag === Typeflag.gnuVolumeLabel || typeflag === Typeflag.gnuContinuation) {
      this.#skipTo(entry.contentOffset, entry.storedBytes);
      this.#clearPending();
    } else if (typeflag === Typeflag.gnuSparse) this.#beginOldSparse(entry, buffer, at);
    else if (entry.pax && entry.type === 'file' && paxSparseMap(entry.pax)) this.#beginPaxSparse(entry, entry.pax);
    else this.#emit(entry);
  }

  #emit(entry: MemberEntry): void {
    this.#skipTo(entry.contentOffset, entry.storedBytes);
    this.#clearPending();
    this.#visit(entry);
  }

  #beginOldSparse(entry: MemberEntry, buffer: Uint8Array, at: number): void {
    const map = new SparseMapReader(entry.headerOffset);
    entry.sizeBytes = readNumericField(buffer, at + Field.gnuRealSize[0], Field.gnuRealSize[1], this.wantOffset);
    this.#sparse = { entry, map, headEnd: 0 };
    try {
      map.addOldGnuPairs(buffer, at + Field.gnuSparse[0], OLD_GNU_HEADER_PAIRS);
    } catch (error) {
      this.#sparseFault(error);
      return;
    }
    if (buffer[at + Field.gnuIsExtended[0]] === 0) this.#endSparse(false);
    else {
      entry.keepTexts(); // the member is emitted after further blocks
      this.#state = 'oldSparse';
      this.#hasPending = true;
      this.#want(this.wantOffset + BLOCK_BYTES);
    }
  }

  #oldSparse(buffer: Uint8Array, at: number): void {
    const sparse = this.#sparse;
    if (!sparse) throw new Error('no sparse member');
    sparse.entry.contentOffset = this.wantOffset + BLOCK_BYTES;
    try {
      sparse.map.addOldGnuPairs(buffer, at, OLD_GNU_EXTENSION_PAIRS);
    } catch (error) {
      this.#sparseFault(error);
      return;
    }
    if (buffer[at + OLD_GNU_EXTENSION_FLAG] === 0) this.#endSparse(false);
    else this.#want(this.wantOffset + BLOCK_BYTES);
  }

  #beginPaxSparse(entry: MemberEntry, pax: ReadonlyMap<string, Uint8Array>): void {
    const map = new SparseMapReader(entry.headerOffset);
    this.#sparse = { entry, map, headEnd: 0 };
    try {
      const size = pax.get('GNU.sparse.size') ?? pax.get('GNU.sparse.realsize');
      if (size) entry.sizeBytes = paxInteger('GNU.sparse.realsize', size, entry.headerOffset);
      const name = pax.get('GNU.sparse.name');
      if (name && name.length > 0) entry.name = name;
      const list = paxSparseMap(pax) === 'records' ? pax.get(SPARSE_MAP) : undefined;
      if (list) {
        map.addCommaList(list);
        this.#endSparse(false);
        return;
      }
    } catch (error) {
      this.#sparseFault(error);
      return;
    }
    entry.keepTexts();
    this.#sparse.headEnd = entry.contentOffset + Math.min(entry.storedBytes, MAX_EXTENSION_BYTES);
    this.#state = 'sparseLines';
    this.#hasPending = true;
    this.#want(this.wantOffset + BLOCK_BYTES);
    if (entry.storedBytes < BLOCK_BYTES)
      this.#sparseFault(new TarError('sparse', entry.headerOffset, `sparse map at ${entry.headerOffset} is missing`));
  }

  #sparseLines(buffer: Uint8Array, at: number): void {
    const sparse = this.#sparse;
    if (!sparse) throw new Error('no sparse member');
    const end = this.wantOffset + BLOCK_BYTES;
    try {
      sparse.map.addLines(buffer, at);
      if (!sparse.map.isComplete && end + BLOCK_BYTES > sparse.headEnd)
        throw new TarError('sparse', sparse.entry.headerOffset, `sparse map at ${this.wantOffset} does not end`);
    } catch (error) {
      this.#sparseFault(error);
      return;
    }
    if (!sparse.map.isComplete) {
      this.#want(end);
      return;
    }
    sparse.entry.storedBytes -= end - sparse.entry.contentOffset;
    sparse.entry.contentOffset = end;
    this.#endSparse(true);
  }

  #endSparse(hasCount: boolean): void {
    const sparse = this.#sparse;
    if (!sparse) throw new Error('no sparse member');
    const { entry, map } = sparse;
    try {
      if (!Number.isSafeInteger(entry.sizeBytes) || entry.sizeBytes < 0)
        throw new TarError('sparse', entry.headerOffset, `sparse member at ${entry.headerOffset}: impossible size`);
      entry.sparse = map.finish(entry.sizeBytes, entry.storedBytes, hasCount);
    } catch (error) {
      this.#sparseFault(error);
      return;
    }
    this.#sparse = undefined;
    this.#emit(entry);
  }

  /** A member whose map cannot be read is shown as the bytes that are stored. */
  #sparseFault(error: unknown): void {
    const sparse = this.#sparse;
    if (!(error instanceof TarError) || !sparse) throw error;
    this.#fail(error);
    this.#sparse = undefined;
    sparse.entry.sizeBytes = sparse.entry.storedBytes;
    this.#emit(sparse.entry);
  }

  #firstZeroBlock(): void {
    if (this.#hasPending) this.findings.add('warning', 'extensionWithoutMember', { offset: this.wantOffset });
    this.endOffset = this.wantOffset;
    this.endBlocks = 1;
    this.#state = 'secondZeroBlock';
    this.#want(this.wantOffset + BLOCK_BYTES);
  }

  #secondZeroBlock(isZero: boolean): void {
    this.#state = 'done';
    if (isZero) this.endBlocks = 2;
    else this.findings.add('error', 'loneZeroBlock', { offset: this.endOffset });
  }

  /** Headers cannot be read from here: when partial, the next block that has a valid checksum is looked for. */
  #resync(error: TarError): void {
    this.#fail(error);
    this.#state = 'resync';
    this.#clearPending();
    this.#want(this.wantOffset + BLOCK_BYTES);
  }

  #truncated(totalBytes: number, where: string): void {
    this.#fail(new TarError('truncated', totalBytes, `the archive ends at ${totalBytes}, ${where}`));
  }

  #fail(error: TarError): void {
    if (!this.#partial) throw error;
    this.error ??= error;
    this.findings.add('error', 'tarDamaged', { fault: error.code, offset: error.offset, message: error.message });
  }

  #skipTo(contentOffset: number, sizeBytes: number): void {
    this.#state = 'header';
    this.#contentEnd = contentOffset + sizeBytes;
    this.#want(roundUp(this.#contentEnd));
  }

  #want(offset: number, length = BLOCK_BYTES): void {
    this.wantOffset = offset;
    this.wantLength = length;
  }

  #clearPending(): void {
    this.#memberOffset = -1;
    if (!this.#hasPending) return;
    this.#hasPending = false;
    this.#pending = { pax: undefined, longName: undefined, longLink: undefined };
  }
}

function isExtension(typeflag: number): boolean {
  return (
    typeflag === Typeflag.paxExtended ||
    typeflag === Typeflag.paxGlobal ||
    typeflag === Typeflag.gnuLongName ||
    typeflag === Typeflag.gnuLongLink ||
    typeflag === Typeflag.solarisExtended
  );
}

/** Where the map of a sparse file lies: in its records, or in lines before its content. 0.0 has no version, 0.1 may
 *  have one, 1.0 has; a file of any other is a plain one, as to Go. */
function paxSparseMap(pax: ReadonlyMap<string, Uint8Array>): 'records' | 'lines' | undefined {
  const version = ['major', 'minor'].map((part) => decodeName(pax.get(`GNU.sparse.${part}`) ?? NO_BYTES)).join('.');
  if (version === '1.0') return 'lines';
  return ['.', '0.0', '0.1'].includes(version) && pax.has(SPARSE_MAP) ? 'records' : undefined;
}

/** GNU long names end in a NUL; an empty one has no effect. */
function cutAtNul(bytes: Uint8Array): Uint8Array | undefined {
  const end = bytes.indexOf(0);
  const text = bytes.slice(0, end < 0 ? bytes.length : end);
  return text.length > 0 ? text : undefined;
}

function roundUp(offset: number): number {
  return Math.ceil(offset / BLOCK_BYTES) * BLOCK_BYTES;
}

function notTar(): TarError {
  return new TarError('notTar', 0, 'the first block is no tar header');
}
