import { describe, expect, test } from 'vitest';
import { LayerUnion } from '../../src/vfs/layerUnion.ts';
import { listUnion } from '../../src/vfs/listing.ts';
import { type EntryFields, entry, layer } from './layers.ts';

async function fieldsOf(name: string, fields: EntryFields): Promise<readonly string[]> {
  const union = new LayerUnion([layer(entry(name, fields))]);
  for await (const { line } of listUnion(union, () => Promise.resolve('digest'))) return line.trim().split('\t');
  return [];
}

test('UNION-1 the highest ID is no owner: root’s stays', async () => {
  expect((await fieldsOf('f', { uid: 0xffff_ffff })).slice(3, 5)).toEqual(['0', '0']);
  expect((await fieldsOf('f', { uid: 0xffff_fffe })).slice(3, 5)).toEqual(['4294967294', '0']);
});

async function xattrsOf(name: string, fields: EntryFields): Promise<string | undefined> {
  return (await fieldsOf(name, fields))[7];
}

describe('xattrs in a listing are those that a mounted tree has', () => {
  const cases: readonly [string, string, EntryFields, string][] = [
    ['in the order of their names', 'f', { xattrs: { 'user.k2': '2', 'user.k': '1' } }, 'user.k=31,user.k2=32'],
    ['security and trusted', 'f', { xattrs: { 'trusted.t': 't', 'security.s': 's' } }, 'security.s=73,trusted.t=74'],
    ['not the mount’s own', 'd/', { xattrs: { 'trusted.overlay.opaque': 'y', 'user.d': '' } }, 'user.d='],
    ['not ACLs', 'f', { xattrs: { 'system.posix_acl_access': 'x' } }, '-'],
    ['not of a namespace that Linux has not', 'f', { xattrs: { 'com.apple.provenance': 'x' } }, '-'],
    ['not a user’s on a symlink', 'l', { link: 'f', xattrs: { 'user.k': '1', 'trusted.t': 't' } }, 'trusted.t=74'],
    ['not a user’s on a fifo', 'p', { type: 'fifo', xattrs: { 'user.k': '1' } }, '-'],
  ];
  test.each(cases)('UNION-1 %s', async (_, name, fields, expected) => {
    expect(await xattrsOf(name, fields)).toBe(expected);
  });
});
