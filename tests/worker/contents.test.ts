import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../src/bytes/platform.ts';
import { type Contents, type ContentsIdentity, identify, isSameContents } from '../../src/worker/contents.ts';

const platform = {
  sha256: async (bytes: Uint8Array) => createHash('sha256').update(bytes).digest(),
} as unknown as Platform;

function file(bytes: Uint8Array<ArrayBuffer>, lastModified = 1): Contents {
  return { kind: 'file', fileName: 'a.tar', blob: new File([bytes], 'a.tar', { lastModified }) };
}

function folder(...files: readonly (readonly [path: string, text: string])[]): Contents {
  const stored = files.map(([path, text]) => ({ path, blob: new File([text], path, { lastModified: 1 }) }));
  return { kind: 'folder', fileName: 'layout', files: stored };
}

function bytesWith(at: number, value: number, length = 300_000): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  bytes[at] = value;
  return bytes;
}

async function same(a: Contents, b: Contents): Promise<boolean> {
  return isSameContents(await identify(a, platform), await identify(b, platform));
}

describe('KEEP-3 what tells whether a file is still the same', () => {
  it.each<[string, boolean, Contents, Contents]>([
    ['the same file', true, file(bytesWith(0, 1)), file(bytesWith(0, 1))],
    ['another first byte', false, file(bytesWith(0, 1)), file(bytesWith(0, 2))],
    ['another last byte', false, file(bytesWith(299_999, 1)), file(bytesWith(299_999, 2))],
    ['one byte more', false, file(new Uint8Array(10)), file(new Uint8Array(11))],
    ['another time', false, file(bytesWith(0, 1), 1), file(bytesWith(0, 1), 2)],
    ['two empty files', true, file(new Uint8Array()), file(new Uint8Array())],
    ['the same folder', true, folder(['index.json', '{}']), folder(['index.json', '{}'])],
    ['another path', false, folder(['index.json', '{}']), folder(['oci-layout', '{}'])],
    ['another size in a folder', false, folder(['index.json', '{}']), folder(['index.json', '{ }'])],
    ['a file more', false, folder(['a', '']), folder(['a', ''], ['b', ''])],
  ])('%s: %s', async (_case, expected, a, b) => {
    expect(await same(a, b)).toBe(expected);
  });

  it('does without a time where one side has none', () => {
    const known: ContentsIdentity = { sizeBytes: 1, lastModifiedMs: 5, digest: 'x' };
    expect(isSameContents(known, { ...known, lastModifiedMs: undefined })).toBe(true);
  });
});
