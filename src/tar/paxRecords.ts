import { decodeName } from '../bytes/byteName.ts';
import { TarError } from './tarEntry.ts';

/** Keys whose values engines refuse to see a NUL in. */
const TEXT_KEYS = new Set(['path', 'linkpath', 'uname', 'gname']);

const SPARSE_OFFSET = 'GNU.sparse.offset';
const SPARSE_LENGTH = 'GNU.sparse.numbytes';
export const SPARSE_MAP = 'GNU.sparse.map';

/** Records of a PAX extended header: `LENGTH KEY=VALUE\n`, LENGTH counting the whole record (POSIX.1-2017 pax,
 *  "pax Extended Header"). A later record of a key replaces an earlier one; the repeated keys of GNU's sparse
 *  format 0.0 are gathered into the one of 0.1. Values are copies. Throws TarError `pax`. */
export function readPaxRecords(bytes: Uint8Array, offset: number): Map<string, Uint8Array> {
  const records = new Map<string, Uint8Array>();
  const sparse: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const record = readRecord(bytes, at, offset);
    const key = decodeName(bytes.subarray(record.keyStart, record.valueStart - 1));
    const value = bytes.slice(record.valueStart, record.end - 1);
    if (key === '' || key.includes('\0') || (TEXT_KEYS.has(key) && value.includes(0)))
      throw new TarError('pax', offset, `extended header at ${offset}: record “${key}” holds a NUL or has no key`);
    if (key === SPARSE_OFFSET || key === SPARSE_LENGTH) {
      if (key !== (sparse.length % 2 === 0 ? SPARSE_OFFSET : SPARSE_LENGTH) || value.includes(0x2c))
        throw new TarError('pax', offset, `extended header at ${offset}: sparse offsets and lengths do not alternate`);
      sparse.push(value);
    } else records.set(key, value);
    at = record.end;
  }
  if (sparse.length > 0) records.set(SPARSE_MAP, joinByCommas(sparse));
  return records;
}

function readRecord(bytes: Uint8Array, start: number, offset: number) {
  const fail = (why: string) => new TarError('pax', offset, `extended header at ${offset}: record at ${start} ${why}`);
  let at = start;
  let length = 0;
  for (; at < bytes.length && bytes[at] !== 0x20; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) throw fail('does not begin with its length');
    length = length * 10 + digit;
    if (length > bytes.length) throw fail('is longer than the header');
  }
  const end = start + length;
  const keyStart = at + 1;
  if (at === start || end > bytes.length || end <= keyStart) throw fail('has a length that cannot be');
  if (bytes[end - 1] !== 0x0a) throw fail('does not end in a newline');
  const equals = bytes.indexOf(0x3d, keyStart);
  if (equals < 0 || equals >= end - 1) throw fail('has no “=”');
  return { keyStart, valueStart: equals + 1, end };
}

function joinByCommas(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, -1));
  let at = 0;
  for (const part of parts) {
    if (at > 0) joined[at++] = 0x2c;
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** As Go reads it: a sign of either kind, any number of zeros before. */
const DECIMAL = /^([+-]?)0*(\d{1,19})(?:\.(\d*))?$/;

/** A decimal integer, as sizes and IDs have it. Throws TarError `number`. */
export function paxInteger(key: string, value: Uint8Array, offset: number): number {
  const match = DECIMAL.exec(decodeName(value));
  if (!match || match[3] !== undefined || BigInt(match[2] as string) > 0x7fff_ffff_ffff_ffffn)
    throw new TarError('number', offset, `extended header before ${offset}: ${key} is no number`);
  return match[1] === '-' ? 0 - Number(match[2]) : Number(match[2]);
}

/** A time as seconds and nanoseconds counted upwards; further digits are cut off. Throws TarError `number`. */
export function paxTime(key: string, value: Uint8Array, offset: number): { sec: number; nsec: number } {
  const match = DECIMAL.exec(decodeName(value));
  if (!match || BigInt(match[2] as string) > 0x7fff_ffff_ffff_ffffn)
    throw new TarError('number', offset, `extended header before ${offset}: ${key} is no time`);
  const sec = Number(match[2]);
  const nsec = Number((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
  if (match[1] !== '-') return { sec, nsec };
  return nsec === 0 ? { sec: 0 - sec, nsec } : { sec: -sec - 1, nsec: 1e9 - nsec };
}
