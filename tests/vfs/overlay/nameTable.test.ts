import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inodeOf, nameOf, rowOf } from '../../../src/vfs/overlay/nameRows.ts';
import { NameTable } from '../../../src/vfs/overlay/nameTable.ts';
import { hashPart, hashText } from '../../../src/vfs/overlay/textHash.ts';
import { UndoLog } from '../../../src/vfs/overlay/undoLog.ts';

/** Names that begin alike, end alike, hold each other, and lie in longer texts. */
const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', 'é', '\u{10ffff}'), minLength: 1, maxLength: 6 });
const before = fc.constantFrom('', '/', '/d/', '/ab/a/', 'a/');

function tableOf(names: readonly string[]): NameTable {
  const table = new NameTable({});
  const log = new UndoLog();
  for (const [i, each] of names.entries()) table.set(each, i + 1, log);
  return table;
}

describe('OVL-1 the names of a directory in the upper', () => {
  it('are found at the end of a path as they are found by themselves', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 40 }), fc.array(name), before, (names, others, start) => {
        const table = tableOf(names);
        for (const each of [...names, ...others]) {
          const path = start + each;
          const hash = hashPart(path, start.length, path.length);
          expect(hash).toBe(hashText(each));
          const row = rowOf(table.rows, path, start.length, hash);
          const inode = table.get(each);
          if (names.length > 32) expect(table.rows).toEqual([]);
          else if (inode === undefined) expect(row).toBe(-1);
          else expect([nameOf(table.rows, row), inodeOf(table.rows, row)]).toEqual([each, inode]);
        }
      }),
    );
  });

  it('are told apart where their hashes are alike', () => {
    const table = tableOf(['one', 'two']);
    const path = '/d/two';
    expect(rowOf(table.rows, path, 3, hashText('one'))).toBe(-1);
    expect(rowOf(table.rows, path, 2, hashText('two'))).toBe(-1);
    expect(rowOf(table.rows, path, 3, hashText('two'))).toBeGreaterThanOrEqual(0);
  });
});
