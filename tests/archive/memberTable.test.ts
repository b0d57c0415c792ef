import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { MemberTable, normalPath } from '../../src/archive/memberTable.ts';
import { scanTar } from '../../src/tar/scanTar.ts';
import { tarOf, type Member } from './buildTar.ts';

async function tableOf(members: readonly (readonly [string, Member])[]): Promise<MemberTable> {
  const source = new MemorySource(await tarOf(members));
  const table = new MemberTable(source);
  await scanTar(source, (entry) => table.addTarEntry(entry));
  return table;
}

async function textAt(table: MemberTable, path: string): Promise<string> {
  const hit = table.lookup(path);
  if (hit.status !== 'found') return hit.status;
  return new TextDecoder().decode(await hit.source.read(0, hit.source.sizeBytes));
}

describe('normalPath', () => {
  it.each([
    ['a/b', 'a/b'],
    ['./a//b/', 'a/b'],
    ['/a', 'a'],
    ['a/../b', 'b'],
    ['', ''],
    ['.', ''],
    ['..', undefined],
    ['a/../../b', undefined],
  ])('%j is %j', (path, normal) => expect(normalPath(path)).toBe(normal));
});

describe('ARC-3 MemberTable', () => {
  it.each([
    ['file', 'f'],
    ['./file', 'f'],
    ['/file', 'f'],
    ['link', 'f'],
    ['dir/up', 'f'],
    ['dir/absolute', 'f'],
    ['chain', 'f'],
    ['into/inner', 'i'],
    ['hard', 'f'],
    ['dir', 'missing'],
    ['none', 'missing'],
    ['dangling', 'missing'],
    ['loop', 'linkLoop'],
    ['self', 'linkLoop'],
    ['out', 'escapes'],
    ['../file', 'escapes'],
    ['dir/../../file', 'escapes'],
    ['', 'missing'],
  ])('%j gives %j', async (path, expected) => {
    const table = await tableOf([
      ['file', 'f'],
      ['dir/', ''],
      ['dir/inner', 'i'],
      ['link', { symlink: 'file' }],
      ['dir/up', { symlink: '../file' }],
      ['dir/absolute', { symlink: '/file' }],
      ['chain', { symlink: 'link' }],
      ['into', { symlink: 'dir' }],
      ['hard', { hardlink: './file' }],
      ['dangling', { symlink: 'nowhere' }],
      ['loop', { symlink: 'pool' }],
      ['pool', { symlink: 'loop' }],
      ['self', { symlink: 'self' }],
      ['out', { symlink: '../../etc/passwd' }],
    ]);
    expect(await textAt(table, path)).toBe(expected);
  });

  it('takes the last of several members, and says so', async () => {
    const table = await tableOf([
      ['x', '1'],
      ['hard', { hardlink: 'x' }],
      ['./x', '2'],
    ]);
    expect(await textAt(table, 'x')).toBe('2');
    expect(await textAt(table, 'hard')).toBe('1');
    expect(table.findings.list()).toMatchObject([{ code: 'memberTwice', params: { path: 'x' } }]);
  });

  it('leaves out names that lead outside', async () => {
    const table = await tableOf([
      ['../x', '1'],
      ['ok', '2'],
    ]);
    expect([...table.paths()]).toEqual(['ok']);
    expect(table.findings.list()).toMatchObject([{ code: 'memberEscapes' }]);
  });

  it('tells no more than some of many oddities', async () => {
    const table = await tableOf(Array.from({ length: 100 }, () => ['same', ''] as const));
    expect(table.findings.list().length).toBeLessThan(30);
  });
});
