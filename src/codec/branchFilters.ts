/** Filters of executables (xz-file-format 5.3.2): the same function is called by the same bytes wherever the call
 *  stands. They were read in xz's own files; there is no specification but them. */

export type BranchKind = 'x86' | 'PowerPC' | 'ARM' | 'ARM-Thumb' | 'SPARC' | 'ARM64';

/** Branch instructions begin at multiples of that. */
export const BRANCH_ALIGNMENT_BYTES: Readonly<Record<BranchKind, number>> = {
  x86: 1,
  PowerPC: 4,
  ARM: 4,
  'ARM-Thumb': 2,
  SPARC: 4,
  ARM64: 4,
};

/** Turns absolute targets of branches back into relative ones, in place. `position` is the address of the first byte,
 *  of 32 bits. Returns how many bytes are done; the rest is to be given again with what follows it. */
export type BranchUndo = (bytes: Uint8Array, position: number) => number;

export function createBranchUndo(kind: BranchKind): BranchUndo {
  switch (kind) {
    case 'x86':
      return new X86Branches().undo;
    case 'ARM-Thumb':
      return undoThumb;
    case 'ARM':
      return (bytes, position) => undoWords(bytes, position, 'little', armBranch);
    case 'ARM64':
      return (bytes, position) => undoWords(bytes, position, 'little', arm64Branch);
    case 'PowerPC':
      return (bytes, position) => undoWords(bytes, position, 'big', powerPcBranch);
    case 'SPARC':
      return (bytes, position) => undoWords(bytes, position, 'big', sparcBranch);
  }
}

/** The instruction with a relative target; itself when it is no branch. */
type WordBranch = (word: number, address: number) => number;

function undoWords(bytes: Uint8Array, position: number, order: 'little' | 'big', branch: WordBranch): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isLittle = order === 'little';
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    const word = view.getUint32(at, isLittle);
    const undone = branch(word, (position + at) >>> 0) >>> 0;
    if (undone !== word) view.setUint32(at, undone, isLittle);
  }
  return at;
}

// BL, always: the condition is the highest byte's upper half. The processor counts from two instructions on.
const armBranch: WordBranch = (word, address) => {
  if (word >>> 24 !== 0xeb) return word;
  const target = ((word & 0xff_ffff) << 2) - (address + 8);
  return 0xeb00_0000 | ((target >>> 2) & 0xff_ffff);
};

// BL counts instructions; ADRP counts pages, and is only touched within 512 MiB.
const arm64Branch: WordBranch = (word, address) => {
  if (word >>> 26 === 0x25) return 0x9400_0000 | ((word - (address >>> 2)) & 0x3ff_ffff);
  if ((word & 0x9f00_0000) >>> 0 !== 0x9000_0000) return word;
  const page = ((word >>> 29) & 3) | ((word >>> 3) & 0x1f_fffc);
  if ((page + 0x2_0000) & 0x1c_0000) return word;
  const relative = page - (address >>> 12);
  const sign = relative & 0x2_0000 ? 0xe0_0000 : 0;
  return (word & 0x9000_001f) | ((relative & 3) << 29) | ((relative & 0x3_fffc) << 3) | sign;
};

// BL with a relative address (AA 0, LK 1)
const powerPcBranch: WordBranch = (word, address) =>
  (word & 0xfc00_0003) >>> 0 === 0x4800_0001 ? 0x4800_0001 | (((word & 0x3ff_fffc) - address) & 0x3ff_fffc) : word;

// CALL with a target that 23 bits with their sign hold
const sparcBranch: WordBranch = (word, address) => {
  const top = word >>> 22;
  if (top !== 0x100 && top !== 0x1ff) return word;
  const target = ((word << 2) - address) >>> 2;
  const sign = target & 0x40_0000 ? 0x3fc0_0000 : 0;
  return 0x4000_0000 | sign | (target & 0x3f_ffff);
};

// A pair of half-words: BL of the first Thumb.
const undoThumb: BranchUndo = (bytes, position) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at + 4 <= bytes.length) {
    const high = view.getUint16(at, true);
    const low = view.getUint16(at + 2, true);
    if ((high & 0xf800) !== 0xf000 || (low & 0xf800) !== 0xf800) {
      at += 2;
      continue;
    }
    const stored = (((high & 0x7ff) << 11) | (low & 0x7ff)) << 1;
    const target = (stored - (position + at + 4)) >>> 1;
    view.setUint16(at, 0xf000 | ((target >>> 11) & 0x7ff), true);
    view.setUint16(at + 2, 0xf800 | (target & 0x7ff), true);
    at += 4;
  }
  return at;
};

/** CALL and JMP take five bytes, and begin anywhere: bytes that look like opcodes within the last four are remembered,
 *  for they may be parts of a target. */
class X86Branches {
  /** Bit n: n + 1 bytes before lay an opcode that was not converted; bit n + 4 beside it: its last byte looked like
   *  the top of an address. */
  #recent = 0;
  #lastOpcodeAt = -5;

  readonly undo: BranchUndo = (bytes, position) => {
    if (bytes.length < 5) return 0;
    const lastStart = bytes.length - 5;
    let at = 0;
    while (at <= lastStart) {
      if (((bytes[at] as number) & 0xfe) !== 0xe8) {
        at++;
        continue;
      }
      this.#age(at);
      at += this.#convert(bytes, at, position) ? 5 : 1;
    }
    this.#lastOpcodeAt -= at;
    return at;
  };

  #age(at: number): void {
    const distance = at - this.#lastOpcodeAt;
    this.#lastOpcodeAt = at;
    if (distance > 5) this.#recent = 0;
    else for (let i = 0; i < distance; i++) this.#recent = (this.#recent & 0x77) << 1;
  }

  #convert(bytes: Uint8Array, at: number, position: number): boolean {
    const recent = this.#recent >>> 1;
    const opcodes = recent & 7;
    const mayConvert = recent < 16 && (opcodes === 0 || opcodes === 1 || opcodes === 2 || opcodes === 4);
    const top = bytes[at + 4] as number;
    if (!isAddressTop(top) || !mayConvert) {
      this.#recent |= isAddressTop(top) ? 0x11 : 1;
      return false;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const target = relativeTarget(view.getUint32(at + 1, true), (position + at + 5) >>> 0, recent);
    // 25 bits count; the top byte is their sign.
    view.setUint32(at + 1, (target & 0x1ff_ffff) | (target & 0x100_0000 ? 0xff00_0000 : 0), true);
    this.#recent = 0;
    return true;
  }
}

/** An opcode shortly before could have been taken for one by the encoder: it then turned the bits below round. */
function relativeTarget(stored: number, next: number, recent: number): number {
  let source = stored;
  for (;;) {
    const target = (source - next) >>> 0;
    if (recent === 0) return target;
    const shift = 24 - 8 * (recent >= 4 ? 3 : recent === 1 ? 1 : 2);
    if (!isAddressTop((target >>> shift) & 0xff)) return target;
    source = (target ^ (2 ** (shift + 8) - 1)) >>> 0;
  }
}

function isAddressTop(byte: number): boolean {
  return byte === 0 || byte === 0xff;
}
