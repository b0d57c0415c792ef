import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextEncoding } from '../../src/app/panels/content/encoding.ts';
import { ANCHOR_ROWS, MAX_ROW_BYTES, RowIndex } from '../../src/app/panels/content/rowIndex.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function indexed(bytes: Uint8Array, chunkBytes: number, encoding: TextEncoding = 'utf-8', start = 0): RowIndex {
  const index = new RowIndex(encoding, start);
  for (let at = start; at < bytes.length; at += chunkBytes) index.feed(bytes.subarray(at, at + chunkBytes));
  index.finish();
  return index;
}

/** All rows as text, through the anchors, as the view reads them. */
function allRows(index: RowIndex, bytes: Uint8Array, encoding: TextEncoding = 'utf-8'): string[] {
  const rows: string[] = [];
  for (let row = 0; row < index.rowCount; row += ANCHOR_ROWS) {
    const part = bytes.subarray(index.anchor(row).offset);
    const count = Math.min(ANCHOR_ROWS, index.rowCount - row);
    for (const piece of index.cut(part, index.anchor(row), count, 'fileEnd')) {
      rows.push(new TextDecoder(encoding).decode(part.subarray(piece.start, piece.end)));
    }
  }
  return rows;
}

describe('RowIndex', () => {
  it.each([
    ['', 0, 0],
    ['a', 1, 1],
    ['a\n', 1, 1],
    ['\n', 1, 1],
    ['a\nb', 2, 2],
    ['a\r\n\r\nb\r\n', 3, 3],
    ['x'.repeat(MAX_ROW_BYTES * 2 + 100), 3, 1],
    [`${'x'.repeat(MAX_ROW_BYTES + 100)}\nb\n`, 3, 2],
  ])('counts rows and lines of %j', (text, rows, lines) => {
    const index = indexed(utf8(text), 1000);
    expect([index.rowCount, index.lineCount]).toEqual([rows, lines]);
  });

  it('puts all rows together to the text again, however it was cut', () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.integer({ min: 1, max: 3 }).map((n) => '中🙂é'.repeat(n * 500)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 200 }), fc.integer({ min: 1, max: 9000 }), (lines, chunkBytes) => {
        const text = lines.join('\n');
        const bytes = utf8(text);
        const index = indexed(bytes, chunkBytes);
        expect(allRows(index, bytes).join('')).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  it('cuts UTF-16 at its own line feeds, not at a byte 0x0a within a character', () => {
    const text = 'ab\u0a0a\u0a00\ncd\n';
    const bytes = new Uint8Array(text.length * 2);
    for (let i = 0; i < text.length; i++) new DataView(bytes.buffer).setUint16(i * 2, text.charCodeAt(i), true);
    const index = indexed(bytes, 3, 'utf-16le');
    expect(allRows(index, bytes, 'utf-16le')).toEqual(['ab\u0a0a\u0a00\n', 'cd\n']);
  });

  it('leaves a byte order mark out', () => {
    const bytes = utf8('\ufeffa\nb\n');
    expect(allRows(indexed(bytes, 4, 'utf-8', 3), bytes)).toEqual(['a\n', 'b\n']);
  });

  it('finds the anchor of a line behind a long line', () => {
    const text = `${'x'.repeat(MAX_ROW_BYTES * 100)}\n${'y\n'.repeat(500)}`;
    const index = indexed(utf8(text), 70_000);
    const anchor = index.anchorOfLine(300);
    expect(anchor.line).toBeLessThanOrEqual(300);
    const part = utf8(text).subarray(anchor.offset);
    const piece = index.cut(part, anchor, ANCHOR_ROWS, 'fileEnd').find((one) => one.line === 300);
    expect(piece && new TextDecoder().decode(part.subarray(piece.start, piece.end))).toBe('y\n');
    // Row 64 goes on with line 0, which begins at row 0.
    expect(index.anchorOfLine(0)).toMatchObject({ row: 0, isContinuation: false });
    expect(index.anchor(64)).toMatchObject({ row: 64, line: 0, isContinuation: true });
  });
});
