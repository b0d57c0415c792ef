import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/byteSource.ts';
import { zeros } from '../../../src/bytes/zeros.ts';
import {
  contentBytes,
  contentOf,
  contentRanges,
  contentSource,
  EMPTY_CONTENT,
  type FileContent,
  resizeContent,
  writeContent,
} from '../../../src/vfs/overlay/fileContent.ts';
import { UndoLog } from '../../../src/vfs/overlay/undoLog.ts';

const place = fc.nat({ max: 300_000 });
const operation = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), at: place, byteCount: place, byte: fc.constantFrom(0, 0, 7) }),
  fc.record({ kind: fc.constant('resize' as const), at: place, byteCount: place, byte: fc.constant(0) }),
);

type Step = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function naive(bytes: Uint8Array, { kind, at, byteCount, byte }: Step): Uint8Array {
  const sizeBytes = kind === 'resize' ? at : Math.max(bytes.length, at + byteCount);
  const result = new Uint8Array(sizeBytes);
  result.set(bytes.subarray(0, sizeBytes));
  if (kind === 'write') result.fill(byte, at, at + byteCount);
  return result;
}

async function expectBytes(content: FileContent, bytes: Uint8Array, from: number, length: number): Promise<void> {
  const source = contentSource(content);
  expect(source.sizeBytes).toBe(bytes.length);
  expect(contentBytes(content)).toBe(bytes.length);
  const streamed: Uint8Array[] = [];
  for await (const chunk of source.stream()) streamed.push(chunk);
  expect(Buffer.compare(Buffer.concat(streamed), bytes)).toBe(0);
  const wanted = bytes.subarray(from, from + length);
  expect(Buffer.compare(await source.read(from, length), wanted)).toBe(0);
  if (source.readSync) expect(Buffer.compare(source.readSync(from, length), wanted)).toBe(0);
  const outside = bytes.slice();
  for (const [start, end] of contentRanges(content)) outside.fill(0, start, end);
  expect(outside.every((byte) => byte === 0)).toBe(true);
}

describe('BYTE-4 zeros that are written', () => {
  it('law: a content is the bytes that were written, and what snapshots share stays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 200_000 }),
        fc.array(operation, { maxLength: 6 }),
        place,
        place,
        async (baseBytes, operations, from, length) => {
          const base = new Uint8Array(baseBytes).fill(5);
          let content = baseBytes === 0 ? EMPTY_CONTENT : contentOf(new MemorySource(base));
          let bytes: Uint8Array = base;
          const snapshots: (readonly [FileContent, Uint8Array])[] = [];
          const log = new UndoLog();
          for (const step of operations) {
            const stamp = {};
            snapshots.push([content, bytes]);
            content =
              step.kind === 'resize'
                ? resizeContent(content, step.at, stamp, log)
                : writeContent(content, step.at, new Uint8Array(step.byteCount).fill(step.byte), stamp, log);
            bytes = naive(bytes, step);
          }
          for (const [was, expected] of [...snapshots, [content, bytes] as const])
            await expectBytes(was, expected, from, length);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('a file of zeros holds none of them, and a change of it leaves the shared ones alone', async () => {
    const log = new UndoLog();
    let content = EMPTY_CONTENT;
    for (let at = 0; at < 64 * 2 ** 20; at += 2 ** 20) content = writeContent(content, at, zeros(2 ** 20), {}, log);
    expect(contentRanges(content)).toEqual([]);
    const read = await contentSource(content).read(3 * 2 ** 20, 2 ** 20);
    expect(read.buffer).toBe(zeros(1).buffer);
    content = writeContent(content, 40_000, Uint8Array.of(1), {}, log);
    expect(contentRanges(content)).toEqual([[32_768, 65_536]]);
    expect(await contentSource(content).read(39_999, 3)).toEqual(Uint8Array.of(0, 1, 0));
    expect(zeros(2 ** 20).every((byte) => byte === 0)).toBe(true);
  });
});
