/** Rows of a hex view: offset in hex, bytes in groups of eight, printable ASCII. */
export type BytesPerRow = 8 | 16;

export interface HexRow {
  readonly offset: string;
  readonly cells: readonly string[];
  readonly ascii: readonly string[];
}

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Digits that offsets of a file of this size need, at least 8. */
export function offsetDigits(sizeBytes: number): number {
  return Math.max(8, Math.max(0, sizeBytes - 1).toString(16).length);
}

export function hexRow(bytes: Uint8Array, offset: number, digits: number): HexRow {
  const cells: string[] = [];
  const ascii: string[] = [];
  for (const byte of bytes) {
    cells.push(PAIRS[byte] as string);
    ascii.push(byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·');
  }
  return { offset: offset.toString(16).padStart(digits, '0'), cells, ascii };
}

/** An offset as a person types it: `1234`, `0x4d2`, `4d2h`; undefined when it is none or lies outside. */
export function parseOffset(text: string, sizeBytes: number): number | undefined {
  const trimmed = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_,]/g, '');
  const hex = /^0x([0-9a-f]{1,13})$/.exec(trimmed) ?? /^([0-9a-f]{1,13})h$/.exec(trimmed);
  const value = hex ? Number.parseInt(hex[1] as string, 16) : /^\d{1,16}$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  return Number.isSafeInteger(value) && value < sizeBytes ? value : undefined;
}

export interface ByteReading {
  readonly name: string;
  readonly little: string;
  readonly big: string;
}

/** What the bytes from a position mean as numbers; only as many as are there. */
export function readNumbers(bytes: Uint8Array): ByteReading[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return NUMBER_FORMS.filter((form) => bytes.length >= form.bytes).map((form) => ({
    name: form.name,
    little: form.read(view, true),
    big: form.read(view, false),
  }));
}

interface NumberForm {
  readonly name: string;
  readonly bytes: number;
  readonly read: (view: DataView, littleEndian: boolean) => string;
}

const NUMBER_FORMS: readonly NumberForm[] = [
  { name: 'u8', bytes: 1, read: (view) => String(view.getUint8(0)) },
  { name: 'i8', bytes: 1, read: (view) => String(view.getInt8(0)) },
  { name: 'u16', bytes: 2, read: (view, little) => String(view.getUint16(0, little)) },
  { name: 'i16', bytes: 2, read: (view, little) => String(view.getInt16(0, little)) },
  { name: 'u32', bytes: 4, read: (view, little) => String(view.getUint32(0, little)) },
  { name: 'i32', bytes: 4, read: (view, little) => String(view.getInt32(0, little)) },
  { name: 'f32', bytes: 4, read: (view, little) => float(view.getFloat32(0, little), 7) },
  { name: 'u64', bytes: 8, read: (view, little) => String(view.getBigUint64(0, little)) },
  { name: 'i64', bytes: 8, read: (view, little) => String(view.getBigInt64(0, little)) },
  { name: 'f64', bytes: 8, read: (view, little) => float(view.getFloat64(0, little), 15) },
];

function float(value: number, digits: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : String(value);
}
