import { describe, expect, it } from 'vitest';
import { readGoJson, readWholeGoJson } from '../../src/engine/goJson.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('JSON in the words of encoding/json', () => {
  it.each([
    ['{"os":', 'unexpected end of JSON input'],
    ['', 'unexpected end of JSON input'],
    ['{"a":"}"} x', "invalid character 'x' after top-level value"],
    ['[1] ]', "invalid character ']' after top-level value"],
    ['{bad', "invalid character 'b' looking for beginning of object key string"],
  ])('Unmarshal refuses %j', (text, message) => {
    expect(() => readWholeGoJson(bytes(text))).toThrow(message);
  });

  it('Decoder does not look at what follows', () => {
    expect(readGoJson(bytes('[1] ]'))).toEqual([1]);
    expect(() => readGoJson(bytes('{"os":'))).toThrow('unexpected EOF');
  });

  it('Unmarshal takes blanks at the end', () => {
    expect(readWholeGoJson(bytes('[1, "]"] \n'))).toEqual([1, ']']);
  });
});
