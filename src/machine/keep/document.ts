import { KeepError } from './keepError.ts';

/** Plain data with bytes in it as one piece: the length of a JSON text (u32, little endian), the text, and behind it the
 *  bytes that it points to by `{"$bytes": [offset, length]}`. Other keys that begin with `$` have one more. */
export type Plain =
  null | undefined | boolean | number | string | Uint8Array | readonly Plain[] | { readonly [key: string]: Plain };

const BYTES = '$bytes';
const LENGTH_BYTES = 4;
/** Values within values: the engine's records have some ten. */
const MAX_DEPTH = 64;

const encoder = new TextEncoder();

export function encodeDocument(value: Plain): Uint8Array {
  const pieces: Uint8Array[] = [];
  let offset = 0;
  const toJson = (one: Plain): unknown => {
    if (one instanceof Uint8Array) {
      const at = offset;
      pieces.push(one);
      offset += one.length;
      return { [BYTES]: [at, one.length] };
    }
    if (Array.isArray(one)) return one.map(toJson);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, field]) => [escaped(key), toJson(field)]));
  };
  const text = encoder.encode(JSON.stringify(toJson(value)));
  const whole = new Uint8Array(LENGTH_BYTES + text.length + offset);
  new DataView(whole.buffer).setUint32(0, text.length, true);
  whole.set(text, LENGTH_BYTES);
  let at = LENGTH_BYTES + text.length;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Throws KeepError `corrupt`. Bytes in the result are copies. */
export function decodeDocument(whole: Uint8Array, path: string): Plain {
  const corrupt = (fault: string) => new KeepError('corrupt', path, fault);
  if (whole.length < LENGTH_BYTES) throw corrupt(`its ${whole.length} bytes have no length`);
  const textBytes = new DataView(whole.buffer, whole.byteOffset).getUint32(0, true);
  if (textBytes > whole.length - LENGTH_BYTES) throw corrupt('its text ends behind its last byte');
  const bytes = whole.subarray(LENGTH_BYTES + textBytes);
  const fromJson = (one: unknown, depth: number): Plain => {
    if (depth > MAX_DEPTH) throw corrupt(`it is more than ${MAX_DEPTH} deep`);
    if (Array.isArray(one)) return one.map((field) => fromJson(field, depth + 1));
    if (typeof one !== 'object' || one === null) return one as Plain;
    if (BYTES in one) return pointedTo(one[BYTES], bytes, corrupt);
    return Object.fromEntries(
      Object.entries(one).map(([key, field]) => [key.replace(/^\$\$/, '$'), fromJson(field, depth + 1)]),
    );
  };
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(whole.subarray(LENGTH_BYTES, LENGTH_BYTES + textBytes)));
  } catch {
    throw corrupt('its text is not JSON');
  }
  return fromJson(json, 0);
}

function escaped(key: string): string {
  return key.startsWith('$') ? `$${key}` : key;
}

function pointedTo(pointer: unknown, bytes: Uint8Array, corrupt: (fault: string) => KeepError): Uint8Array {
  const [offset, length] = Array.isArray(pointer) ? (pointer as unknown[]) : [];
  const isSound = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  const [start, size] = [offset as number, length as number];
  if (!isSound || start < 0 || size < 0 || start + size > bytes.length)
    throw corrupt('it points to bytes that are not there');
  return bytes.slice(start, start + size);
}
