/** The little of protobuf that BuildKit's control service needs (protobuf.dev, "Encoding"). Unknown fields are
 *  skipped; groups, long deprecated, are refused. */

export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(`protobuf: ${message} at offset ${offset}`);
    this.offset = offset;
  }
}

export interface ProtobufField {
  readonly number: number;
  /** Of a varint or a fixed number; 0 for bytes. Beyond 2^53 it loses digits. */
  readonly value: number;
  readonly bytes: Uint8Array;
}

const EMPTY = new Uint8Array(0);
const MAX_VARINT_BYTES = 10;

/** The fields of one message, in order. Throws ProtobufError with the offset. */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = message[at++];
      if (byte === undefined) throw new ProtobufError(at, 'ends within a number');
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new ProtobufError(at, 'a number of more than ten bytes');
  };
  const skip = (length: number): number => {
    const start = at;
    if (length > message.length - at) throw new ProtobufError(at, `${length} bytes are not there`);
    at += length;
    return start;
  };
  while (at < message.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        yield { number, value: varint(), bytes: EMPTY };
        break;
      case 1:
        yield { number, value: Number(view.getBigUint64(skip(8), true)), bytes: EMPTY };
        break;
      case 2: {
        const length = varint();
        const start = skip(length);
        yield { number, value: 0, bytes: message.subarray(start, start + length) };
        break;
      }
      case 5:
        yield { number, value: view.getUint32(skip(4), true), bytes: EMPTY };
        break;
      default:
        throw new ProtobufError(at, `wire type ${key % 8}`);
    }
  }
}

export function fieldText({ bytes }: ProtobufField): string {
  return Buffer.from(bytes).toString('utf8');
}

/** A message of texts, whole numbers from 0 and flags; what is undefined or false is left out, as proto3 does. */
export function protobufMessage(fields: Readonly<Record<number, string | number | boolean | undefined>>): Buffer {
  const parts: Buffer[] = [];
  for (const [number, value] of Object.entries(fields)) {
    if (value === true) parts.push(varintBytes(Number(number) * 8), varintBytes(1));
    if (typeof value === 'number') parts.push(varintBytes(Number(number) * 8), varintBytes(value));
    if (typeof value === 'string') {
      const text = Buffer.from(value);
      parts.push(varintBytes(Number(number) * 8 + 2), varintBytes(text.length), text);
    }
  }
  return Buffer.concat(parts);
}

function varintBytes(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
