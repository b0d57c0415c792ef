import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indentJson, tokenizeJson } from '../../src/app/panels/documents/jsonText.ts';

const indented = async (text: string): Promise<string> =>
  ((await indentJson(text)) ?? [])
    .map((line) => '  '.repeat(line.depth) + line.tokens.map(({ text }) => (text === ':' ? ': ' : text)).join(''))
    .join('\n');

describe('indentJson', () => {
  it('PAGE-10 changes nothing but white space: any JSON means the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        expect(JSON.parse(await indented(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('lays out as JSON.stringify does', async () => {
    const text = '{"a":[1,2,{}],"b":{"c":null},"d":[],"e":"x: {,"}';
    expect(await indented(text)).toBe(JSON.stringify(JSON.parse(text), undefined, 2));
  });

  it('keeps long numbers and duplicate keys', async () => {
    expect(await indented('{"a":12345678901234567890,"a":1.0}')).toBe('{\n  "a": 12345678901234567890,\n  "a": 1.0\n}');
  });

  it('knows what folds, and how much lies within', async () => {
    const lines = (await indentJson('{"a":[1,2],"b":{}}')) ?? [];
    expect(lines.map((line) => [line.foldEnd, line.members])).toEqual([
      [6, 2],
      [4, 2],
      [2, 0],
      [3, 0],
      [4, 0],
      [5, 0],
      [6, 0],
    ]);
  });

  it.each([['{'], [']]]'], ['"\\"\\"'.repeat(3)], ['{"a'], ['[[[[1'], ['nonsense, more']])(
    'keeps every token of the broken text %j',
    async (text) => {
      const tokens = [...tokenizeJson(text)].map((token) => token.text);
      expect(tokens.join('')).toBe(text.replaceAll(/[ \t\r\n]/g, ''));
      expect(((await indentJson(text)) ?? []).flatMap((line) => line.tokens.map((token) => token.text))).toEqual(
        tokens,
      );
    },
  );

  it('takes a million brackets without recursion', async () => {
    expect(await indentJson('['.repeat(1_000_000))).toHaveLength(1_000_000);
  });
});
