import { existsSync, lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { contextEntries } from '../../src/companion/builds/contextEntries.ts';
import { unpackContext } from '../../src/companion/builds/unpackContext.ts';
import { CompanionError } from '../../src/companion/companionError.ts';
import { DEFAULT_LIMITS } from '../../src/companion/limits.ts';
import { tarOf } from '../archive/buildTar.ts';
import { content, END, extension, GNU, header, join as joined, pax } from '../tar/blocks.ts';
import { temporaryFolder } from './harness.ts';

const limits = { ...DEFAULT_LIMITS, contextEntries: 50, contextBytes: 10_000, pathDepth: 10 };

function entries(tar: Uint8Array) {
  return contextEntries(new MemorySource(tar), limits);
}

async function codeOf(tar: Uint8Array | Promise<Uint8Array>): Promise<string> {
  try {
    await entries(await tar);
    return 'taken';
  } catch (error) {
    if (error instanceof CompanionError) return error.code;
    throw error;
  }
}

function member(fields: Parameters<typeof header>[0], body = ''): Uint8Array {
  return joined([header({ ...fields, size: fields.size ?? body.length }), content(body), END]);
}

describe('COMP-5 what no build context may hold', () => {
  it.each([
    ['a path that leads out', member({ name: '../evil' }, 'x')],
    ['a path that leads out later', member({ name: 'a/b/../../../evil' }, 'x')],
    ['an absolute path', member({ name: '/etc/passwd' }, 'x')],
    ['an absolute path in a PAX header', joined([pax({ path: '/etc/passwd' }), member({}, 'x')])],
    ['a long name that leads out', joined([extension('L', '../../evil\0'), member({ magic: GNU }, 'x')])],
    ['a character device', member({ name: 'null', typeflag: '3', deviceMajor: '0000001\0', deviceMinor: '0000003\0' })],
    ['a block device', member({ name: 'sda', typeflag: '4', deviceMajor: '0000010\0' })],
    ['a fifo', member({ name: 'pipe', typeflag: '6' })],
    ['a hard link that leads out', member({ name: 'a', typeflag: '1', linkName: '../../etc/shadow' })],
    ['an absolute hard link', member({ name: 'a', typeflag: '1', linkName: '/etc/shadow' })],
    ['a hard link to what is not there', member({ name: 'a', typeflag: '1', linkName: 'b' })],
    ['a sparse file', joined([pax({ 'GNU.sparse.size': '1000000000000', 'GNU.sparse.map': '0,1' }), member({}, 'x')])],
    ['a name that is too long', joined([pax({ path: 'n'.repeat(300) }), member({}, 'x')])],
    ['a path that is too deep', joined([pax({ path: 'd/'.repeat(20) }), member({}, 'x')])],
    ['no tar', Buffer.from('PK\u0003\u0004'.repeat(500))],
    ['a tar that is cut', header({ name: 'a', size: 5000 })],
    ['a size that is no number', member({ name: 'a', size: 'x00000000000' })],
    [
      'a file where a folder is',
      tarOf([
        ['a/b', 'x'],
        ['a', 'y'],
      ]),
    ],
    [
      'a file below a file',
      tarOf([
        ['a', 'x'],
        ['a/b', 'y'],
      ]),
    ],
    [
      'a file below a link',
      tarOf([
        ['a', { symlink: '/etc' }],
        ['a/passwd', 'y'],
      ]),
    ],
    [
      'a file in the place of a link',
      tarOf([
        ['a', { symlink: '/etc/passwd' }],
        ['a', 'y'],
      ]),
    ],
  ])('%s is refused', async (_, tar) => {
    expect(await codeOf(tar)).toBe('context');
  });

  it.each([
    ['more bytes than allowed', member({ name: 'a', size: 20_000 }, 'x'.repeat(20_000))],
    ['more entries', tarOf(Array.from({ length: 51 }, (_, i) => [`f${i}`, ''] as const))],
    [
      'more folders than entries tell',
      tarOf(Array.from({ length: 10 }, (_, i) => [`${i}/1/2/3/4/5/6/f`, ''] as const)),
    ],
    [
      'a bomb of hard links',
      tarOf([
        ['a', 'x'.repeat(4000)],
        ['b', { hardlink: 'a' }],
        ['c', { hardlink: 'a' }],
      ]),
    ],
  ])('%s are too much', async (_, tar) => {
    expect(await codeOf(tar)).toBe('limit');
  });

  it('whatever the bytes are, a context is taken or refused, and never leads out', async () => {
    const sample = await tarOf([
      ['a/b', 'text'],
      ['l', { symlink: '../..' }],
      ['h', { hardlink: 'a/b' }],
    ]);
    const damage = fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const tar = Uint8Array.from(sample);
        for (const [at, byte] of changes) tar[at] = byte;
        const found = await entries(tar).catch((error: unknown) => {
          expect(error).toBeInstanceOf(CompanionError);
          return new Map();
        });
        for (const path of found.keys()) expect(path).not.toMatch(/^\/|(^|\/)\.\.?(\/|$)|\0/);
      }),
      { numRuns: 200 },
    );
  });
});

describe('COMP-6 a context on disk', () => {
  it('is as the tar has it: modes, times, links, names', async () => {
    const tar = joined([
      header({ name: './', typeflag: '5', mode: '0000755\0' }),
      header({ name: './bin/run', mode: '0004755\0', size: 2, mtime: '00000000100\0' }),
      content('hi'),
      header({ name: 'link', typeflag: '2', linkName: '/etc/passwd' }),
      header({ name: 'again', typeflag: '1', linkName: 'bin/run' }),
      header({ name: 'sealed/', typeflag: '5', mode: '0000555\0' }),
      header({ name: 'sealed/f', size: 1 }),
      content('x'),
      header({ name: 'n\xff', size: 1 }),
      content('y'),
      header({ name: 'twice', size: 1 }),
      content('1'),
      header({ name: 'twice', size: 1 }),
      content('2'),
      END,
    ]);
    const folder = join(temporaryFolder(), 'context');
    const source = new MemorySource(tar);
    const signal = new AbortController().signal;
    await unpackContext((await contextEntries(source, limits)).values(), source, folder, signal);
    expect(readFileSync(join(folder, 'bin/run'), 'utf8')).toBe('hi');
    expect(statSync(join(folder, 'bin/run')).mode & 0o7777).toBe(0o4755);
    expect(statSync(join(folder, 'bin/run')).mtimeMs).toBe(64_000);
    expect(readFileSync(join(folder, 'again'), 'utf8')).toBe('hi');
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(folder, 'link'))).toBe('/etc/passwd');
    expect(readFileSync(join(folder, 'sealed/f'), 'utf8')).toBe('x');
    expect(readFileSync(join(folder, 'twice'), 'utf8')).toBe('2');
    expect(existsSync(Buffer.concat([Buffer.from(`${folder}/n`), Buffer.from([0xff])]))).toBe(true);
  });
});
