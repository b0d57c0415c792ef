import { joinBytes } from '../bytes/joinBytes.ts';
import { Inflate } from 'pako';
import { CodecError } from './codecError.ts';

/** Deflate without a frame (RFC 1951), as zip archives hold it. All of it in memory. */

/** The content. Throws CodecError `corrupt`, and `limit` when more than `limitBytes` come out. */
export function inflateRaw(packed: Uint8Array, limitBytes: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const inflate = new Inflate({ raw: true });
  inflate.onData = (piece: Uint8Array) => {
    length += piece.length;
    if (length > limitBytes) throw new CodecError('limit', 0, `more than ${limitBytes} bytes come out`);
    pieces.push(piece);
  };
  inflate.push(packed, true);
  if (inflate.err !== 0)
    throw new CodecError('corrupt', 0, `the deflated data is wrong: ${inflate.msg || inflate.err}`);
  return joinBytes(pieces);
}
