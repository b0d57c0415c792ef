import { decodeName } from '../bytes/byteName.ts';
import { ImageError } from '../image/imageError.ts';
import { type JsonDocument, type JsonValue, parseJson } from '../image/json.ts';
import { EngineError } from './engineError.ts';
import { archiveFault } from './messages.ts';

const WORDS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

/** Reads a JSON document as encoding/json's Decoder does: what follows the first value is not looked at.
 *  Throws EngineError `archive` with Go's words. */
export function readGoJson(bytes: Uint8Array): JsonValue {
  return readValue(bytes).value;
}

/** The same as json.Unmarshal does: the document is all there is. */
export function readWholeGoJson(bytes: Uint8Array): JsonValue {
  try {
    const { value, hasTrailingBytes } = readValue(bytes);
    if (!hasTrailingBytes) return value;
  } catch (error) {
    if (!(error instanceof EngineError) || !/^(unexpected )?EOF$/.test(error.message)) throw error;
    throw archiveFault('unexpected end of JSON input', error);
  }
  throw archiveFault(`invalid character ${shown(trailingByte(bytes))} after top-level value`);
}

function readValue(bytes: Uint8Array): JsonDocument {
  try {
    const document = parseJson(bytes);
    if (document.hasBom) throw archiveFault("invalid character 'ï' looking for beginning of value");
    return document;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw archiveFault(goJsonFault(bytes, error), error);
  }
}

/** The first byte behind a whole object or array. */
function trailingByte(bytes: Uint8Array): number {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at++) {
    const character = String.fromCharCode(bytes[at] as number);
    if (isText) {
      if (character === '\\') at++;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    const next = bytes[at + 1];
    if (depth === 0 && !isText && next !== undefined && '}]"'.includes(character)) {
      const rest = bytes.subarray(at + 1).find((byte) => byte > 0x20);
      if (rest !== undefined) return rest;
    }
  }
  return bytes.at(-1) ?? 0;
}

function goJsonFault(bytes: Uint8Array, error: ImageError): string {
  if (error.code === 'limit' || error.offset === undefined) return error.message;
  const at = error.offset;
  if (bytes.subarray(0, at).every((byte) => byte <= 0x20) && at >= bytes.length) return 'EOF';
  if (at >= bytes.length) return 'unexpected EOF';
  const character = decodeName(bytes.subarray(at, at + 1));
  const word = WORDS[character];
  if (word !== undefined) {
    for (let i = 1; i < word.length; i++) {
      const found = bytes[at + i];
      if (found === undefined) return 'unexpected EOF';
      if (found !== word.charCodeAt(i))
        return `invalid character ${shown(found)} in literal ${word} (expecting ${shown(word.charCodeAt(i))})`;
    }
  }
  const expected = /expected (.*) at byte/.exec(error.message)?.[1] ?? '';
  const where: Readonly<Record<string, string>> = {
    'a value': 'looking for beginning of value',
    'a key in quotes': 'looking for beginning of object key string',
    '":"': 'after object key',
    '","': 'after array element',
    'an escaped control character': 'in string literal',
    'an escape': 'in string escape code',
  };
  return `invalid character ${shown(bytes[at] as number)} ${where[expected] ?? 'looking for beginning of value'}`;
}

function shown(byte: number): string {
  if (byte === 0x27) return `'\\''`;
  if (byte >= 0x20 && byte < 0x7f) return `'${String.fromCharCode(byte)}'`;
  if (byte === 0x0a) return `'\\n'`;
  return `'\\x${byte.toString(16).padStart(2, '0')}'`;
}
