import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SmallReads } from '../../src/platform/smallReads.ts';

const file = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31 + (i >> 7)) & 0xff);
const part = (offset: number, length: number) => file.slice(offset, offset + length);

describe('small reads that are kept', () => {
  it('give the bytes of the file, whatever was read before', () => {
    const read = fc.record({ offset: fc.nat(60_000), length: fc.integer({ min: 0, max: 5000 }) });
    fc.assert(
      fc.property(fc.array(read, { maxLength: 300 }), (reads) => {
        const kept = new SmallReads();
        for (const { offset, length } of reads) {
          const found = kept.find(offset, length);
          if (found) expect(found).toEqual(part(offset, length));
          else kept.add(offset, part(offset, length));
        }
        const last = reads.at(-1);
        if (last && last.length > 0 && last.length <= 4096) {
          expect(kept.find(last.offset, last.length)).toEqual(part(last.offset, last.length));
        }
      }),
    );
  });

  it('are bounded: the oldest go, and a short one that was kept longer stays', () => {
    const kept = new SmallReads();
    const bytes = new Uint8Array(4096);
    kept.add(7, bytes.subarray(0, 10));
    kept.add(7, bytes.subarray(0, 20));
    for (let i = 1; i < 2047; i++) kept.add(1_000_000 + i, bytes);
    expect(kept.find(7, 20)).toHaveLength(20);
    kept.add(2_000_000, bytes);
    kept.add(3_000_000, bytes);
    expect(kept.find(7, 20)).toBeUndefined();
    expect(kept.find(1_000_001, 4096)).toBeUndefined();
    expect(kept.find(1_000_100, 4096)).toHaveLength(4096);
    expect(kept.find(3_000_000, 1)).toHaveLength(1);
  });

  it('are copies', () => {
    const kept = new SmallReads();
    kept.add(5, part(5, 9));
    kept.find(5, 9)?.fill(0);
    expect(kept.find(5, 9)).toEqual(part(5, 9));
  });

  it('are neither long ones nor empty ones', () => {
    const kept = new SmallReads();
    kept.add(0, part(0, 4097));
    kept.add(9, part(9, 0));
    expect([kept.find(0, 10), kept.find(9, 0)]).toEqual([undefined, undefined]);
  });
});
