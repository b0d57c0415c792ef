import { BLOCK_BYTES, Field } from '../tar/headerBlock.ts';
import { paddingBytes, tarHeader, type TarMember } from '../tar/tarHeader.ts';

// Fields of GNU's old sparse format (tar manual, "Storing Sparse Files").
const SPARSE_AT = 386;
const NUMBER_BYTES = 12;
const REAL_SIZE_AT = 483;
const MAGIC_AT = 257;
const PREFIX_AT = 345;
const CHECKSUM_AT = 148;
const TYPE_SPARSE = 0x53;
const TYPE_LONG_NAME = 0x4c;
const NAME_BYTES = 100;
const GNU_MAGIC = 'ustar  \0';

/** A file of which only the first bytes are stored, with its header, as the blocks of a tar: what follows up to
 *  `member.sizeBytes` is a hole. Every tar reader since 1990 knows the form. */
export function sparseMember(member: TarMember, stored: Uint8Array): Uint8Array {
  const longName = member.name.length > NAME_BYTES ? longNameBlocks(member.name) : new Uint8Array(0);
  const header = tarHeader({ ...member, name: member.name.subarray(0, NAME_BYTES), sizeBytes: stored.length }).slice(
    -BLOCK_BYTES,
  );
  header[Field.typeflag[0]] = TYPE_SPARSE;
  put(header, MAGIC_AT, GNU_MAGIC);
  header.fill(0, PREFIX_AT, SPARSE_AT);
  const extents =
    stored.length === 0
      ? [[member.sizeBytes, 0]]
      : [
          [0, stored.length],
          [member.sizeBytes, 0],
        ];
  for (const [i, value] of extents.flat().entries()) put(header, SPARSE_AT + i * NUMBER_BYTES, octal(value));
  put(header, REAL_SIZE_AT, octal(member.sizeBytes));
  seal(header);
  const out = new Uint8Array(longName.length + BLOCK_BYTES + stored.length + paddingBytes(stored.length));
  out.set(longName);
  out.set(header, longName.length);
  out.set(stored, longName.length + BLOCK_BYTES);
  return out;
}

function longNameBlocks(name: Uint8Array): Uint8Array {
  const sizeBytes = name.length + 1;
  const out = new Uint8Array(BLOCK_BYTES + sizeBytes + paddingBytes(sizeBytes));
  put(out, 0, '././@LongLink');
  for (const [at, value] of [
    [100, '0000644'],
    [108, '0000000'],
    [116, '0000000'],
    [124, octal(sizeBytes)],
    [136, octal(0)],
  ] as const)
    put(out, at, value);
  out[Field.typeflag[0]] = TYPE_LONG_NAME;
  put(out, MAGIC_AT, GNU_MAGIC);
  seal(out.subarray(0, BLOCK_BYTES));
  out.set(name, BLOCK_BYTES);
  return out;
}

/** Eleven digits, enough for 8 GiB. */
function octal(value: number): string {
  return value.toString(8).padStart(NUMBER_BYTES - 1, '0');
}

function put(block: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) block[at + i] = text.charCodeAt(i);
}

function seal(header: Uint8Array): void {
  header.fill(0x20, CHECKSUM_AT, CHECKSUM_AT + 8);
  let sum = 0;
  for (const byte of header) sum += byte;
  put(header, CHECKSUM_AT, `${sum.toString(8).padStart(6, '0')}\0 `);
}
