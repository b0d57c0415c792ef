import { decodeName, encodeName } from '../../bytes/byteName.ts';

/** First bytes of every ELF file (elf(5)): 64 bits, little endian. */
const ELF = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0);
const MARK = 'palimpsest stand-in: ';
/** How much of a file is looked at before it is run. */
export const HEAD_BYTES = 256;

/** Content of a file that stands for a real program: it names the program that is simulated in its place. */
export function standIn(program: string): Uint8Array {
  const text = encodeName(`${MARK}${program}\n`);
  const bytes = new Uint8Array(ELF.length + text.length);
  bytes.set(ELF);
  bytes.set(text, ELF.length);
  return bytes;
}

export function isElf(head: Uint8Array): boolean {
  return head.length >= 4 && ELF.subarray(0, 4).every((byte, i) => head[i] === byte);
}

/** The program that a stand-in names; undefined for a real one. */
export function standInName(head: Uint8Array): string | undefined {
  const text = decodeName(head.subarray(ELF.length, HEAD_BYTES));
  return text.startsWith(MARK) ? /^[^\n\0]+/.exec(text.slice(MARK.length))?.[0] : undefined;
}
