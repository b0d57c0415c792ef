import { appendFileSync, mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ByteSource } from '../../src/bytes/byteSource.ts';
import { nodePlatform, openFileSource, spoolInput } from '../../src/platform/node.ts';
import { NodeSpool } from '../../src/platform/nodeSpool.ts';
import { readAll } from '../codec/streams.ts';

const CONTENT = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7 + (i >> 9)) & 0xff);
let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-test-'));
  path = join(folder, 'file');
  writeFileSync(path, CONTENT);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function expectAsContent(source: ByteSource, start = 0): Promise<void> {
  const range = fc.record({ offset: fc.nat(CONTENT.length), length: fc.oneof(fc.nat(700), fc.nat(1_000_000)) });
  await fc.assert(
    fc.asyncProperty(range, async ({ offset, length }) => {
      const expected = CONTENT.subarray(start + offset, Math.min(start + offset + length, start + source.sizeBytes));
      expect(Buffer.compare(await source.read(offset, length), expected)).toBe(0);
      const sync = source.readSync?.(offset, length);
      if (sync) expect(Buffer.compare(sync, expected)).toBe(0);
    }),
  );
}

describe('a file', () => {
  it('is read at random, synchronously too, and streamed', async () => {
    const source = await openFileSource(path);
    expect(source.sizeBytes).toBe(CONTENT.length);
    expect(source.readSync(5, 3)).toEqual(CONTENT.slice(5, 8));
    await expectAsContent(source);
    expect(Buffer.compare(await readAll(source.stream()), CONTENT)).toBe(0);
    await source.close();
  });

  it('in slices of slices', async () => {
    const source = await openFileSource(path);
    const slice = source.slice(1000, 2_500_000).slice(11, 2_400_000);
    await expectAsContent(slice, 1011);
    expect(Buffer.compare(await readAll(slice.stream()), CONTENT.subarray(1011, 2_401_011))).toBe(0);
    await source.close();
  });

  it('small reads stay valid while others follow', async () => {
    const source = await openFileSource(path);
    const first = await source.read(10, 20);
    for (let offset = 0; offset < CONTENT.length; offset += 90_001) source.readSync(offset, 10);
    expect(first).toEqual(CONTENT.slice(10, 30));
    await source.close();
  });

  it.each([
    ['grew', () => appendFileSync(path, 'more')],
    ['shrank', () => truncateSync(path, 2_000_000)],
    ['was written over', () => utimesSync(path, 1, 1)],
  ])('BYTE-3 that %s is found out', async (_what, change) => {
    const source = await openFileSource(path);
    await source.read(0, 10);
    change();
    await expect(source.read(2_500_000, 10)).rejects.toMatchObject({ name: 'SourceError', code: 'changed' });
    expect(() => source.readSync(2_500_000, 10)).toThrow(expect.objectContaining({ code: 'changed' }));
    await expect(readAll(source.stream())).rejects.toMatchObject({ code: 'changed' });
    await source.close();
  });

  it('BYTE-3 that is closed gives nothing more', async () => {
    const source = await openFileSource(path);
    await source.close();
    await expect(source.read(0, 10)).rejects.toMatchObject({ name: 'SourceError', code: 'closed' });
  });

  it('that is not there is an error with its path', async () => {
    await expect(openFileSource(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('hundreds of them use few descriptors', async () => {
    const sources = [];
    for (let i = 0; i < 300; i++) {
      const each = join(folder, `file${i}`);
      writeFileSync(each, `content ${i}`);
      sources.push(await openFileSource(each));
    }
    if (process.platform === 'linux') expect(readdirSync('/proc/self/fd').length).toBeLessThan(200);
    for (const [i, source] of sources.entries()) {
      expect(Buffer.from(await source.read(0, 99)).toString()).toBe(`content ${i}`);
    }
    for (const source of sources) await source.close();
  });

  it('an abandoned stream leaves the file readable', async () => {
    const source = await openFileSource(path);
    for await (const chunk of source.stream()) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await source.read(0, 4)).toEqual(CONTENT.slice(0, 4));
    await source.close();
  });
});

describe('a spool', () => {
  it.each([
    ['in memory', 1000],
    ['in a file', 3_000_000],
  ])('%s', async (_where, sizeBytes) => {
    vi.stubEnv('TMPDIR', folder);
    const spool = nodePlatform().createSpool();
    const scratch = new Uint8Array(70_000);
    for (let offset = 0; offset < sizeBytes; offset += scratch.length) {
      // The same buffer each time: what was written must not change with it.
      const part = scratch.subarray(0, Math.min(scratch.length, sizeBytes - offset));
      part.set(CONTENT.subarray(offset, offset + part.length));
      await spool.write(part);
    }
    const source = await spool.finish();
    expect(source.sizeBytes).toBe(sizeBytes);
    expect(Buffer.compare(await readAll(source.stream()), CONTENT.subarray(0, sizeBytes))).toBe(0);
    expect(readdirSync(folder)).toEqual(['file']);
    await expect(spool.write(scratch)).rejects.toMatchObject({ code: 'closed' });
    await spool.dispose();
    await spool.dispose();
  });

  it('large writes keep their order', async () => {
    const spool = new NodeSpool();
    await spool.write(CONTENT.subarray(0, 300_000));
    await spool.write(CONTENT.subarray(300_000, 300_010));
    await spool.write(CONTENT.subarray(300_010));
    expect(Buffer.compare(await readAll((await spool.finish()).stream()), CONTENT)).toBe(0);
    await spool.dispose();
  });

  it('on a disk that cannot be written says so', async () => {
    vi.stubEnv('TMPDIR', join(folder, 'none'));
    const spool = new NodeSpool();
    await expect(spool.write(CONTENT)).rejects.toMatchObject({ name: 'SourceError', code: 'write' });
    await spool.dispose();
  });

  it('of an input of any size', async () => {
    for (const size of [0, 5, 3_000_000]) {
      const spooled = await spoolInput(Readable.from([Buffer.from(CONTENT.subarray(0, size))]));
      expect(Buffer.compare(await readAll(spooled.source.stream()), CONTENT.subarray(0, size))).toBe(0);
      await spooled.dispose();
    }
  });

  it('of an input that fails', async () => {
    const failing = new Readable({ read: () => failing.destroy(new Error('broken pipe')) });
    await expect(spoolInput(failing)).rejects.toThrow('broken pipe');
  });
});
