import { describe, expect, it } from 'vitest';
import { FilePages, PAGE_BYTES } from '../../src/app/panels/content/filePages.svelte.ts';
import { TextModel } from '../../src/app/panels/content/textModel.svelte.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function opened(bytes: Uint8Array) {
  const reads: number[] = [];
  const read = async (offset: number, length: number) => {
    reads.push(length);
    return bytes.slice(offset, offset + length);
  };
  const pages = new FilePages(bytes.length, read);
  return { pages, reads, model: new TextModel(bytes.length, 'utf-8', 0, pages, read) };
}

/** Asks until the bytes have come, as a view that is drawn again does. */
async function settled<T>(ask: () => T | undefined): Promise<T | undefined> {
  for (let i = 0; i < 20; i++) {
    const value = ask();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return undefined;
}

describe('TextModel', () => {
  it('shows rows anywhere in a text of many pages', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `line ${i + 1} of the text`);
    const { model } = opened(utf8(`${lines.join('\n')}\n`));
    await model.scan();
    expect([model.status, model.rowCount, model.lineCount]).toEqual(['done', 60_000, 60_000]);
    for (const row of [0, 63, 64, 31_234, 59_999]) {
      expect(await settled(() => model.row(row))).toEqual({ line: row + 1, text: lines[row] });
    }
    expect(await model.rowOfLine(45_678)).toBe(45_677);
    expect(await model.rowOfLine(60_001)).toBeUndefined();
  });

  it('numbers lines, not the pieces of a long one', async () => {
    const { model } = opened(utf8(`${'x'.repeat(300_000)}\nafter\n`));
    await model.scan();
    const row = await model.rowOfLine(2);
    expect(model.lineCount).toBe(2);
    expect(row !== undefined && (await settled(() => model.row(row)))).toEqual({ line: 2, text: 'after' });
    expect(await settled(() => model.row(100))).toMatchObject({ line: undefined });
  });

  it('stops where it is disposed of', async () => {
    const { model } = opened(utf8('a\n'.repeat(200_000)));
    const scan = model.scan();
    model.dispose();
    await scan;
    expect(model.status).toBe('scanning');
    expect(model.rowCount).toBe(0);
  });

  it('says so when bytes cannot be read', async () => {
    const pages = new FilePages(10, async () => undefined);
    const model = new TextModel(10, 'utf-8', 0, pages, async () => undefined);
    await model.scan();
    expect(model.status).toBe('failed');
  });
});

describe('FilePages', () => {
  it('joins pages, clips to the file, and reads each page once', async () => {
    const bytes = Uint8Array.from({ length: PAGE_BYTES * 2 + 100 }, (_, i) => i % 251);
    const { pages, reads } = opened(bytes);
    const at = PAGE_BYTES - 10;
    expect(pages.bytes(at, 20)).toBeUndefined();
    expect(await settled(() => pages.bytes(at, 20))).toEqual(bytes.slice(at, at + 20));
    expect(reads).toHaveLength(2);
    expect(await settled(() => pages.bytes(bytes.length - 5, 100))).toEqual(bytes.slice(-5));
    expect(pages.bytes(bytes.length + 5, 10)).toEqual(new Uint8Array(0));
    expect(reads).toHaveLength(3);
  });
});
