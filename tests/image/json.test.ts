import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageError } from '../../src/image/imageError.ts';
import { parseJson, type JsonValue } from '../../src/image/json.ts';
import { asObject, field, stringField } from '../../src/image/jsonFields.ts';
import { writeJson, type JsonWritable } from '../../src/image/writeJson.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function plain(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [key, plain(one)]));
  return value;
}

function caught(text: string | Uint8Array, limits?: { maxBytes: number; maxDepth: number }): ImageError {
  try {
    parseJson(typeof text === 'string' ? bytes(text) : text, limits);
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('parseJson', () => {
  it('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(plain(parseJson(bytes(text)).value)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('IMG-4 throws ImageError alone, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
        try {
          parseJson(data);
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError);
        }
      }),
    );
  });

  it.each([
    ['', 0],
    ['{', 1],
    ['{"a" 1}', 5],
    ['{"ä":x}', 6],
    ['[1,]', 3],
    ['"\u0001"', 1],
    ['"a', 2],
    ['"\\x"', 1],
    ['"\\u12g4"', 1],
    ['nul', 0],
    ['01x', undefined],
    ['{a:1}', 1],
  ])('tells the byte where %j breaks', (text, offset) => {
    if (offset === undefined) expect(parseJson(bytes(text)).hasTrailingBytes).toBe(true);
    else expect(caught(text)).toMatchObject({ code: 'json', offset });
  });

  it('counts the byte order mark', () => {
    expect(caught('\ufeff{').offset).toBe(4);
    expect(parseJson(bytes('\ufeff[]')).hasBom).toBe(true);
  });

  it('IMG-3 takes the last of equal keys, as Go does', () => {
    const document = parseJson(bytes('{"os":"linux","OS":"x","os":"windows"}'));
    expect(document.hasDuplicateKeys).toBe(true);
    const object = asObject(document.value);
    expect(object && stringField(object, 'Os')).toBe('windows');
    const other = asObject(parseJson(bytes('{"os":"linux","OS":"x"}')).value);
    expect(other && field(other, 'os')).toBe('x');
  });

  it('IMG-4 has bounds', () => {
    expect(caught('['.repeat(100_000)).code).toBe('limit');
    expect(caught(`${'{"a":'.repeat(201)}1`).code).toBe('limit');
    expect(caught(`[${'{},'.repeat(600_000)}{}]`).code).toBe('limit');
    expect(caught('[1,2,3]', { maxBytes: 4, maxDepth: 9 }).code).toBe('limit');
  });

  it('knows no magic keys', () => {
    const object = asObject(parseJson(bytes('{"__proto__":{"a":1}}')).value);
    expect([...(object?.keys() ?? [])]).toEqual(['__proto__']);
  });
});

describe('writeJson', () => {
  it('escapes as Go does', () => {
    expect(writeJson('<a href="x">&\u2028\b\f\n\ud800')).toBe(
      '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028\\u0008\\u000c\\n\ufffd"',
    );
  });

  it('is read again as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const once = JSON.parse(JSON.stringify(value)) as JsonWritable;
        expect(JSON.parse(writeJson(once))).toEqual(once);
      }),
    );
  });

  it('leaves out what is undefined', () => {
    expect(writeJson({ b: undefined, a: [null, true, 1] })).toBe('{"a":[null,true,1]}');
  });
});
