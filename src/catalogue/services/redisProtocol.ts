import { decodeName, encodeName } from '../../bytes/byteName.ts';

/** A value of the Redis protocol (RESP 2). Strings as of `bytes/byteName.ts`. */
export type Reply =
  | { readonly kind: 'status' | 'error'; readonly text: string }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'bulk'; readonly text: string | undefined }
  | { readonly kind: 'array'; readonly items: readonly Reply[] };

const MAX_DEPTH = 8;

export function encodeReply(reply: Reply): string {
  switch (reply.kind) {
    case 'status':
      return `+${reply.text}\r\n`;
    case 'error':
      return `-${reply.text}\r\n`;
    case 'integer':
      return `:${reply.value}\r\n`;
    case 'bulk':
      return reply.text === undefined ? '$-1\r\n' : `$${encodeName(reply.text).length}\r\n${reply.text}\r\n`;
    default:
      return `*${reply.items.length}\r\n${reply.items.map(encodeReply).join('')}`;
  }
}

export function encodeCommand(words: readonly string[]): Uint8Array {
  return encodeName(encodeReply({ kind: 'array', items: words.map((text) => ({ kind: 'bulk', text })) }));
}

/** One reply from its bytes. Throws RangeError for what is none. */
export function decodeReply(bytes: Uint8Array): Reply {
  const place = { at: 0 };
  return readReply(bytes, place, 0);
}

function readReply(bytes: Uint8Array, place: { at: number }, depth: number): Reply {
  if (depth > MAX_DEPTH) throw new RangeError('too deep');
  const end = bytes.indexOf(13, place.at);
  if (end < 0) throw new RangeError('no end of a line');
  const line = decodeName(bytes.subarray(place.at, end));
  place.at = end + 2;
  const rest = line.slice(1);
  switch (line[0]) {
    case '+':
      return { kind: 'status', text: rest };
    case '-':
      return { kind: 'error', text: rest };
    case ':':
      return { kind: 'integer', value: Number(rest) };
    case '$': {
      const length = Number(rest);
      if (length < 0) return { kind: 'bulk', text: undefined };
      if (!(place.at + length + 2 <= bytes.length)) throw new RangeError('a string that is cut');
      const text = decodeName(bytes.subarray(place.at, place.at + length));
      place.at += length + 2;
      return { kind: 'bulk', text };
    }
    case '*': {
      const items: Reply[] = [];
      const count = Number(rest);
      // A forged count ends at the end of the bytes.
      for (let i = 0; i < count; i++) items.push(readReply(bytes, place, depth + 1));
      return { kind: 'array', items };
    }
    default:
      throw new RangeError(`no reply begins with ${JSON.stringify(line[0] ?? '')}`);
  }
}
