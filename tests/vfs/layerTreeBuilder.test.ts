import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, encodeName } from '../../src/bytes/byteName.ts';
import type { TarEntry } from '../../src/tar/tarEntry.ts';
import { EntryKind, NO_ENTRY, type LayerTree } from '../../src/vfs/layerTree.ts';
import { LayerTreeBuilder } from '../../src/vfs/layerTreeBuilder.ts';
import { build, codes, drawn, entry, hardLink, layer } from './layers.ts';

type Case = readonly [string, readonly TarEntry[], readonly string[], readonly string[]];

const opaqueXattr = { 'trusted.overlay.opaque': 'y' };

const cases: readonly Case[] = [
  ['parents that are not listed', [entry('a/b/c')], ['d a implicit', 'd a/b implicit', 'f a/b/c 0'], []],
  ['a parent that is listed later', [entry('a/b'), entry('a/', { mode: 0o700 })], ['d a', 'f a/b 0'], []],
  [
    'TREE-3 absolute names, dots and slashes',
    [entry('/a//./b'), entry('./c')],
    ['d a implicit', 'f c 0', 'f a/b 0'],
    [],
  ],
  [
    'TREE-3 names that go up',
    [entry('../../x'), entry('a/../../y')],
    ['f x 0', 'f y 0'],
    ['warning nameEscapes', 'warning nameEscapes'],
  ],
  ['the root, however it is called', [entry('./'), entry('x')], ['f x 0'], []],
  ['the root as a symlink', [entry('.', { link: '/tmp' }), entry('x')], ['f x 0'], ['warning rootReplaced']],
  [
    'a directory that overlayfs would redirect',
    [entry('d/', { xattrs: { 'trusted.overlay.redirect': '/e' } })],
    ['d d'],
    ['warning redirectIgnored'],
  ],
  ['an empty name', [entry('', { type: 'file' })], [], ['warning rootReplaced']],
  [
    'TREE-4 a file twice: the last wins',
    [entry('x', { size: 1 }), entry('./x', { size: 2 })],
    ['f x 2'],
    ['error duplicateEntry'],
  ],
  [
    'TREE-4 a directory twice merges',
    [entry('d/'), entry('d/x'), entry('d/')],
    ['d d', 'f d/x 0'],
    ['error duplicateEntry'],
  ],
  ['TREE-4 a file over a directory', [entry('d/'), entry('d/x'), entry('d')], ['f d 0'], ['error duplicateEntry']],
  [
    'TREE-4 and the directory again: what was in it stays away',
    [entry('d/'), entry('d/x'), entry('d'), entry('d/'), entry('d/y')],
    ['d d', 'f d/y 0'],
    ['error duplicateEntry', 'error duplicateEntry'],
  ],
  [
    'TREE-4 a symlink in the place of a directory that others lie in',
    [entry('d/e/'), entry('d', { link: 'x' })],
    ['l d'],
    ['warning directoryReplaced'],
  ],
  ['TREE-4 below a file', [entry('f'), entry('f/x')], ['d f implicit', 'f f/x 0'], ['error belowNonDirectory']],
  ['TREE-2 whiteouts', [entry('.wh.f'), entry('a/.wh.b', { size: 9 })], ['d a implicit', 'w f', 'w a/b'], []],
  [
    'TREE-2 whiteouts of any type',
    [entry('.wh.f', { link: 'x' }), entry('.wh.d/'), hardLink('.wh.h', 'x')],
    ['w d', 'w f', 'w h'],
    [],
  ],
  [
    'TREE-2 an opaque mark, wherever it comes',
    [entry('a/'), entry('a/x'), entry('a/.wh..wh..opq')],
    ['d a opaque', 'f a/x 0'],
    [],
  ],
  [
    'TREE-2 what only looks like one',
    [entry('a/.wh..wh..opqX'), entry('.wh'), entry('x.wh.y')],
    ['f .wh 0', 'd a implicit', 'f x.wh.y 0', 'w a/.wh..opqX'],
    [],
  ],
  [
    'TREE-2 overlay’s own forms',
    [entry('f', { type: 'charDevice' }), entry('d/', { xattrs: opaqueXattr })],
    ['d d opaque', 'w f'],
    [],
  ],
  ['a device that is none of them', [entry('n', { type: 'charDevice', major: 1, minor: 3 })], ['c n'], []],
  [
    'AUFS metadata',
    [entry('.wh..wh.plnk/'), entry('.wh..wh.plnk/1'), hardLink('h', '.wh..wh.plnk/1')],
    ['d .wh..wh.plnk implicit', 'w .wh.plnk', 'f h 0', 'f .wh..wh.plnk/1 0 = h'].sort(),
    [],
  ],
  [
    'whiteouts of nothing that has a name',
    [entry('.wh.'), entry('.wh..'), entry('a/.wh...')],
    ['d a implicit'],
    ['error whiteoutInvalid', 'error whiteoutInvalid', 'error whiteoutInvalid'],
  ],
  [
    'TREE-4 a whiteout after its file',
    [entry('f', { size: 3 }), entry('.wh.f')],
    ['f f 3'],
    ['error whiteoutAfterEntry'],
  ],
  [
    'TREE-4 a whiteout after its directory hides what lies below',
    [entry('d/'), entry('.wh.d')],
    ['d d opaque'],
    ['error whiteoutAfterEntry'],
  ],
  ['a file after its whiteout', [entry('.wh.f'), entry('f', { size: 3 })], ['f f 3'], []],
  [
    'a directory after its whiteout is not opaque, as in Docker',
    [entry('.wh.d'), entry('d/')],
    ['d d'],
    ['warning whiteoutReplaced'],
  ],
  [
    'TREE-4 below a whiteout',
    [entry('.wh.d'), entry('d/x')],
    ['d d opaque implicit', 'f d/x 0'],
    ['error belowWhiteout'],
  ],
  [
    'a symlink of the same layer is followed',
    [entry('r/'), entry('l', { link: '/r' }), entry('l/x')],
    ['l l', 'd r', 'f r/x 0'],
    ['warning throughSymlink'],
  ],
  [
    'TREE-3 and stays inside',
    [entry('t', { link: '../../..' }), entry('t/etc/x')],
    ['d etc implicit', 'l t', 'f etc/x 0'],
    ['warning throughSymlink'],
  ],
  [
    'TREE-4 also where it dangles',
    [entry('s', { link: '/tmp' }), entry('s/x')],
    ['l s', 'd tmp implicit', 'f tmp/x 0'],
    ['warning throughSymlink', 'error belowDanglingSymlink'],
  ],
  [
    'a loop of symlinks',
    [entry('a', { link: 'b' }), entry('b', { link: 'a' }), entry('a/x')],
    ['l a', 'l b'],
    ['warning throughSymlink', 'error symlinkLoop'],
  ],
  [
    'hard links',
    [entry('b', { size: 5 }), hardLink('a', '/b'), hardLink('c', './b')],
    ['f a 5', 'f b 5 = a', 'f c 5 = a'],
    [],
  ],
  ['a hard link to a symlink is one', [entry('s', { link: 't' }), hardLink('h', 's')], ['l h', 'l s = h'], []],
  [
    'TREE-4 the first name replaced: the other keeps its content',
    [entry('x', { size: 1 }), hardLink('y', 'x'), entry('x', { size: 2 })],
    ['f x 2', 'f y 1'],
    ['error duplicateEntry'],
  ],
  ['a link to itself', [entry('x', { size: 1 }), hardLink('x', 'x')], ['f x 1'], ['error duplicateEntry']],
  [
    'TREE-4 a link before its target',
    [hardLink('h', 'later'), entry('later', { size: 4 })],
    ['f h 4', 'f later 4 = h'],
    ['error hardLinkForward'],
  ],
  [
    'TREE-4 links before links',
    [hardLink('a', 'b'), hardLink('b', 'c'), entry('c', { size: 4 })],
    ['f a 4', 'f b 4 = a', 'f c 4 = a'],
    ['error hardLinkForward', 'error hardLinkForward'],
  ],
  ['TREE-4 a link to nothing', [hardLink('h', 'nowhere')], ['f h 0 ?'], ['error hardLinkMissing']],
  ['TREE-4 a link to a directory', [entry('d/'), hardLink('h', 'd')], ['d d', 'f h 0 ?'], ['error hardLinkMissing']],
  ['TREE-4 a link to itself that is not there', [hardLink('h', 'h')], ['f h 0 ?'], ['error hardLinkMissing']],
  ['TREE-4 a name too long for Linux', [entry('n'.repeat(256))], [`f ${'n'.repeat(256)} 0`], ['error nameTooLong']],
  ['a whiteout of the longest name', [entry(`.wh.${'n'.repeat(255)}`)], [`w ${'n'.repeat(255)}`], []],
  ['a name too long to show', [entry('n/'.repeat(20_000))], [], ['error nameTooLong']],
  ['TREE-4 a symlink without target', [entry('s', { link: '' })], ['l s'], ['error symlinkEmpty']],
];

function inTreeOrder(lines: readonly string[]): readonly string[] {
  return [...lines].sort();
}

test.each(cases)('TREE-1 %s', (_, entries, lines, findings) => {
  const built = build(entries);
  expect(inTreeOrder(drawn(built.tree))).toEqual(inTreeOrder(lines));
  expect(codes(built)).toEqual(findings);
});

describe('attributes', () => {
  test('type bits are cut from the mode, symlinks have all permission bits', () => {
    const tree = layer(entry('f', { mode: 0o104755 }), entry('s', { link: 't', mode: 0o600 }));
    expect([1, 2].map((at) => tree.mode(at).toString(8))).toEqual(['4755', '777']);
  });

  test('a hard link’s header sets the owner and mode of the file, and takes its capabilities', () => {
    const xattrs = { 'security.capability': 'c', 'user.a': '1' };
    const tree = layer(entry('a', { xattrs, uid: 1 }), hardLink('b', 'a', { uid: 2, mode: 0o600 }));
    expect([tree.uid(1), tree.mode(1), tree.mode(2)]).toEqual([2, 0o600, 0o600]);
    expect(tree.xattrs(2).map((xattr) => String.fromCharCode(...xattr.name))).toEqual(['user.a']);
  });

  test('user xattrs are for files and directories alone', () => {
    const xattrs = { 'user.a': '1', 'trusted.b': '2' };
    const tree = layer(entry('d/', { xattrs }), entry('f', { xattrs }), entry('s', { link: 'f', xattrs }));
    expect([1, 2, 3].map((at) => tree.xattrs(at).length)).toEqual([2, 2, 1]);
  });

  test('device numbers are as wide as the kernel’s', () => {
    const tree = layer(entry('n', { type: 'blockDevice', major: 0x1001, minor: 0x100003 }));
    expect(tree.device(1)).toEqual({ major: 1, minor: 3 });
  });

  test('content that was cut off is as long as what there is', () => {
    const builder = new LayerTreeBuilder();
    builder.add(entry('x', { size: 5000, offset: 512 }));
    expect(builder.finish(521).tree.sizeBytes(1)).toBe(9);
  });
});

describe('form', () => {
  function checkForm(tree: LayerTree): void {
    let nextBlock = 1;
    const waiting = [0];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const first = tree.firstChild(at);
      const count = tree.childCount(at);
      if (count > 0) expect(first).toBe(nextBlock);
      nextBlock += count;
      for (let child = first; child < first + count; child++) {
        expect(tree.parent(child)).toBe(at);
        expect(tree.lookup(at, tree.nameBytes(child))).toBe(child);
        if (child > first) expect(compareBytes(tree.nameBytes(child - 1), tree.nameBytes(child))).toBeLessThan(0);
        expect(tree.inode(child)).toBeLessThanOrEqual(child);
      }
      for (let child = first + count - 1; child >= first; child--) if (tree.childCount(child) > 0) waiting.push(child);
    }
    expect(nextBlock).toBe(tree.length);
  }

  const part = fc.constantFrom('a', 'b', 'c', 'dd', '.wh.a', '.wh..wh..opq', '..', 'é');
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const anyEntry = fc.oneof(
    name.map((path) => entry(path, { size: 1 })),
    name.map((path) => entry(`${path}/`)),
    fc.tuple(name, name).map(([path, link]) => entry(path, { link })),
    fc.tuple(name, name).map(([path, link]) => hardLink(path, link)),
  );

  test('TREE-1 children lie together, sorted, after their parent, whatever the archive', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 40 }), (entries) => checkForm(build(entries).tree)),
      { numRuns: 500 },
    );
  });

  test('BYTE-1 names are bytes and are sorted as bytes', () => {
    const tree = layer(entry('\udcff'), entry('z'), entry('é'), entry('A'));
    expect([1, 2, 3, 4].map((at) => tree.name(at))).toEqual(['A', 'z', 'é', '\udcff']);
    expect(tree.lookup(0, encodeName('\udcff'))).toBe(4);
    expect(tree.lookup(0, encodeName('nothing'))).toBe(NO_ENTRY);
  });

  test('TREE-5 depth costs no stack', () => {
    const tree = layer(entry('d/'.repeat(2000)));
    expect(tree.length).toBe(2001);
    expect(tree.kind(2000)).toBe(EntryKind.directory);
  });

  test('many entries, then all of them again', () => {
    const names = Array.from({ length: 30_000 }, (_, i) => entry(`dir/${(i * 7919) % 30_000}`));
    const built = build([...names, ...names]);
    expect(built.tree.length).toBe(30_002);
    checkForm(built.tree);
    expect(built.findings.at(-1)).toMatchObject({ code: 'moreFindings', params: { count: 29_980 } });
  });

  test('TREE-5 links that lead to links cannot cost without end', () => {
    const target = `${'a/../'.repeat(800)}x`;
    const entries = [entry('a/')];
    for (let i = 0; i < 39; i++) entries.push(entry(`l${i}`, { link: `${target.slice(0, -1)}l${i + 1}` }));
    entries.push(entry('l39', { link: 'a' }));
    const builder = new LayerTreeBuilder();
    for (const item of entries) builder.add(item);
    const flood = () => {
      for (let i = 0; i < 5000; i++) builder.add(entry(`l0/${i}`));
    };
    expect(flood).toThrow(expect.objectContaining({ code: 'tooLong' }));
  });
});
