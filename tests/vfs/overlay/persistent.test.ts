import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteSource, MemorySource } from '../../../src/bytes/byteSource.ts';
import {
  contentBytes,
  contentOf,
  contentSource,
  EMPTY_CONTENT,
  type FileContent,
  resizeContent,
  writeContent,
} from '../../../src/vfs/overlay/fileContent.ts';
import { emptyTrie, trieEntries, trieGet, trieSet } from '../../../src/vfs/overlay/inodeTrie.ts';
import { NameTable } from '../../../src/vfs/overlay/nameTable.ts';
import { hashText } from '../../../src/vfs/overlay/textHash.ts';
import { UndoLog } from '../../../src/vfs/overlay/undoLog.ts';

const step = fc.oneof(
  fc.record({ kind: fc.constant('set'), key: fc.nat(5000), value: fc.nat(9) }),
  fc.record({ kind: fc.constant('delete'), key: fc.nat(5000), value: fc.constant(0) }),
  fc.record({ kind: fc.constantFrom('snapshot', 'rollBack', 'keep'), key: fc.constant(0), value: fc.constant(0) }),
);

describe('OVL-3 persistent tables', () => {
  it('an inode table agrees with a Map, and its snapshots stay', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const log = new UndoLog();
        let stamp = {};
        let root = emptyTrie(stamp);
        let kept = { root, map: new Map<number, number>() };
        let map = new Map<number, number>();
        const snapshots: { root: typeof root; map: Map<number, number> }[] = [];
        for (const { kind, key, value } of steps) {
          if (kind === 'set') {
            root = trieSet(root, key, value, stamp, log);
            map.set(key, value);
          } else if (kind === 'delete') {
            root = trieSet(root, key, undefined, stamp, log);
            map.delete(key);
          } else if (kind === 'rollBack') {
            log.rollBack();
            ({ root } = kept);
            map = new Map(kept.map);
          } else {
            log.forget();
            kept = { root, map: new Map(map) };
            if (kind === 'snapshot') {
              snapshots.push({ root, map: new Map(map) });
              stamp = {};
            }
          }
        }
        const sorted = (of: Map<number, number>) => [...of].sort(([a], [b]) => a - b);
        expect([...trieEntries<number>(root)]).toEqual(sorted(map));
        for (const [key, value] of map) expect(trieGet(root, key)).toBe(value);
        for (const old of snapshots) expect([...trieEntries<number>(old.root)]).toEqual(sorted(old.map));
      }),
    );
  });

  it('a directory of thousands of names agrees with a Map, and so do its forks', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(3000)), { minLength: 500, maxLength: 2000 }), (steps) => {
        const log = new UndoLog();
        let table = new NameTable({});
        const map = new Map<string, number>();
        const forks: { table: NameTable; map: Map<string, number> }[] = [];
        for (const [i, [isSet, number]] of steps.entries()) {
          const name = `name${number}`;
          if (isSet) table.set(name, i + 1, log);
          else table.delete(name, log);
          if (isSet) map.set(name, i + 1);
          else map.delete(name);
          if (i % 400 !== 0) continue;
          forks.push({ table, map: new Map(map) });
          table = table.fork({});
          log.forget();
        }
        for (const at of [...forks, { table, map }]) {
          expect(at.table.size).toBe(at.map.size);
          expect(new Map(at.table.entries())).toEqual(at.map);
        }
      }),
      { numRuns: 20 },
    );
  });
});

const nameStep = fc.record({
  kind: fc.constantFrom('set', 'set', 'set', 'delete', 'rename', 'rename', 'fork', 'rollBack', 'keep'),
  name: fc.nat(60),
  other: fc.nat(60),
});

describe('OVL-3 the names of a directory', () => {
  it('of few names or of more: set, removed, renamed, taken back, they are those of a Map, as are those of its forks', () => {
    fc.assert(
      fc.property(fc.array(nameStep, { maxLength: 250 }), (steps) => {
        const log = new UndoLog();
        let table = new NameTable({});
        let map = new Map<string, number>();
        let kept = { table, map: new Map(map) };
        const forks: (typeof kept)[] = [];
        for (const [i, { kind, name: number, other }] of steps.entries()) {
          const [name, newName] = [`name${number}`, `name${other}`];
          const inode = map.get(name);
          if (kind === 'set') {
            table.set(name, i + 1, log);
            map.set(name, i + 1);
          } else if (kind === 'delete') {
            table.delete(name, log);
            map.delete(name);
          } else if (kind === 'rename' && inode !== undefined && !map.has(newName)) {
            table.rename({ name, hash: hashText(name) }, { name: newName, hash: hashText(newName) }, inode, log);
            map.delete(name);
            map.set(newName, inode);
          } else if (kind === 'rollBack') {
            log.rollBack();
            map = new Map(kept.map);
          } else if (kind === 'fork' || kind === 'keep') {
            log.forget();
            if (kind === 'fork') {
              forks.push({ table, map: new Map(map) });
              table = table.fork({});
            }
            kept = { table, map: new Map(map) };
          }
          expect(table.get(newName)).toBe(map.get(newName));
        }
        for (const at of [...forks, { table, map }]) {
          expect(at.table.size).toBe(at.map.size);
          expect(new Map(at.table.entries())).toEqual(at.map);
          expect(new Set(at.table.keys())).toEqual(new Set(at.map.keys()));
        }
      }),
      { numRuns: 300 },
    );
  });
});

const edit = fc.oneof(
  fc.record({ kind: fc.constant('write'), at: fc.nat(200_000), length: fc.nat(70_000) }),
  fc.record({ kind: fc.constant('write'), at: fc.nat(5000), length: fc.nat(300) }),
  fc.record({ kind: fc.constant('resize'), at: fc.nat(200_000), length: fc.constant(0) }),
  fc.record({ kind: fc.constantFrom('snapshot', 'rollBack'), at: fc.constant(0), length: fc.constant(0) }),
);

describe('OVL-3 contents', () => {
  it('agree with plain arrays, in memory or over a source that is read late, and snapshots stay', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(150_000), fc.array(edit, { maxLength: 25 }), async (baseBytes, edits) => {
        const base = Uint8Array.from({ length: baseBytes }, (_, i) => (i % 250) + 1);
        const log = new UndoLog();
        let stamp = {};
        let content: FileContent = baseBytes % 2 === 0 ? contentOf(new MemorySource(base)) : EMPTY_CONTENT;
        let plain: Uint8Array = baseBytes % 2 === 0 ? base.slice() : new Uint8Array(0);
        const snapshots = [{ content, plain: plain.slice() }];
        for (const [i, { kind, at, length }] of edits.entries()) {
          if (kind === 'write') {
            const bytes = new Uint8Array(length).fill(i + 1);
            if (length === 0) continue;
            content = writeContent(content, at, bytes, stamp, log);
            plain = resized(plain, Math.max(plain.length, at + length));
            plain.set(bytes, at);
          } else if (kind === 'resize') {
            content = resizeContent(content, at, stamp, log);
            plain = resized(plain, at);
          } else if (kind === 'snapshot') {
            snapshots.push({ content, plain: plain.slice() });
            stamp = {};
            log.forget();
          } else {
            log.rollBack();
            const last = snapshots[snapshots.length - 1] as (typeof snapshots)[0];
            content = last.content;
            plain = last.plain.slice();
            stamp = {};
          }
        }
        for (const at of [...snapshots, { content, plain }]) {
          expect(contentBytes(at.content)).toBe(at.plain.length);
          expect(Buffer.from(await contentSource(at.content).read(0, 1e6)).equals(Buffer.from(at.plain))).toBe(true);
          const part = contentSource(at.content).slice(1000, 40_000);
          const expected = Buffer.from(at.plain.subarray(1000, 41_000).subarray(5, 39_005));
          expect(Buffer.from(part.readSync?.(5, 39_000) ?? []).equals(expected)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('OVL-6 writing into a part leaves the rest unread', () => {
    const content = contentOf(new UnreadableSource(10 * 2 ** 30));
    const log = new UndoLog();
    const written = writeContent(content, 5 * 2 ** 30, Uint8Array.of(1, 2, 3), {}, log);
    const cut = resizeContent(written, 5 * 2 ** 30 + 2, {}, log);
    expect(contentBytes(cut)).toBe(5 * 2 ** 30 + 2);
    expect(() => contentSource(content).readSync?.(0, 1)).toThrow('read');
  });
});

function resized(bytes: Uint8Array, length: number): Uint8Array {
  const other = new Uint8Array(length);
  other.set(bytes.subarray(0, length));
  return other;
}

class UnreadableSource implements ByteSource {
  readonly sizeBytes: number;
  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
  }
  read(): Promise<Uint8Array> {
    throw new Error('read');
  }
  readSync(): Uint8Array {
    throw new Error('read');
  }
  slice(_offset: number, length = this.sizeBytes): ByteSource {
    return new UnreadableSource(length);
  }
  stream(): AsyncIterable<Uint8Array> {
    throw new Error('read');
  }
}
