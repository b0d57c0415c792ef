import { describe, expect, test } from 'vitest';
import { decodeName } from '../../src/bytes/byteName.ts';
import { type ByteSource, MemorySource } from '../../src/bytes/byteSource.ts';
import { scanTar } from '../../src/tar/scanTar.ts';
import { type TarEntry, TarError, type TarErrorCode } from '../../src/tar/tarEntry.ts';
import { END, GNU, bytes, content, extension, header, join, pax, record, sealed } from './blocks.ts';
import { hop, names, stream } from './scan.ts';

const plain = join([header({ size: 2 }), content('1\n')]);

describe('fields', () => {
  const cases: readonly [string, Uint8Array, Partial<Record<keyof TarEntry, unknown>>][] = [
    ['octal', header({ mode: '0100755\0', uid: '0001750\0' }), { mode: 0o100755, uid: 1000 }],
    ['octal between blanks', header({ mode: ' 644 \0  ', gid: '    12 \0' }), { mode: 0o644, gid: 10 }],
    ['octal without terminator', join([header({ size: bytes('000000000004') }), content('abcd')]), { sizeBytes: 4 }],
    ['an empty field', header({ uid: '\0' }), { uid: 0 }],
    [
      'base-256',
      header({ mtime: Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 1) }),
      { mtimeSec: 4 * 2 ** 32 + 1 },
    ],
    ['base-256 below zero', header({ mtime: new Uint8Array(12).fill(0xff) }), { mtimeSec: -1, mtimeNsec: 0 }],
    [
      'devices',
      header({ typeflag: '3', deviceMajor: '0000001\0', deviceMinor: '0000003\0' }),
      { deviceMajor: 1, deviceMinor: 3 },
    ],
    ['a ustar prefix', header({ name: 'b', prefix: 'a' }), { name: bytes('a/b') }],
    ['no prefix in GNU headers', header({ name: 'b', magic: GNU, prefix: '12345670123\0' }), { name: bytes('b') }],
    [
      'the prefix that Go before 1.8 put there',
      header({ name: 'b', magic: GNU, prefix: 'dir' }),
      { name: bytes('dir/b') },
    ],
    ['a V7 directory', header({ name: 'd/', typeflag: '\0', magic: '' }), { type: 'directory' }],
    ['a V7 file', header({ name: 'd', typeflag: '\0', magic: '' }), { type: 'file' }],
    [
      'nor has one of an old header, as Go has it and GNU tar has not',
      header({ name: 'd/', typeflag: '\0', magic: '', size: 5 }),
      { type: 'directory', sizeBytes: 0, storedBytes: 0 },
    ],
    ['type 0 with a slash is a file', header({ name: 'd/' }), { type: 'file' }],
    [
      'a hard link has no content',
      header({ typeflag: '1', linkName: 'f', size: 5 }),
      { type: 'hardlink', sizeBytes: 0, storedBytes: 0 },
    ],
    ['a directory has no content', header({ typeflag: '5', size: 5 }), { type: 'directory', storedBytes: 0 }],
    ['names that are not UTF-8', header({ name: 'a\xff\xfe' }), { name: bytes('a\xff\xfe') }],
  ];
  test.each(cases)('TAR-3 %s', async (_, block, expected) => {
    const { entries } = await hop(join([block, END]));
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject(expected);
  });

  test('a checksum over signed bytes fits', async () => {
    const block = header({ name: 'ä' });
    block.fill(0x20, 148, 156);
    const sum = block.reduce((total, byte) => total + (byte < 0x80 ? byte : byte - 256), 0);
    block.set(bytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    expect((await hop(join([block, END]))).entries).toHaveLength(1);
  });
});

describe('extensions', () => {
  const next = (records: Readonly<Record<string, string>>, fields = {}) =>
    join([pax(records), header({ size: 2, ...fields }), content('1\n'), END]);
  const cases: readonly [string, Uint8Array, Partial<Record<keyof TarEntry, unknown>>][] = [
    [
      'path and linkpath',
      join([pax({ path: 'p', linkpath: 'l' }), header({ typeflag: '2' }), END]),
      { name: bytes('p'), linkName: bytes('l') },
    ],
    ['IDs', next({ uid: '3000000000', gid: '7' }), { uid: 3_000_000_000, gid: 7 }],
    ['a time with a fraction', next({ mtime: '1500000000.25' }), { mtimeSec: 1_500_000_000, mtimeNsec: 250_000_000 }],
    [
      'signs and zeros before numbers',
      next({ mtime: '+0005.5', uid: '+007' }),
      { mtimeSec: 5, mtimeNsec: 5e8, uid: 7 },
    ],
    ['a time before 1970', next({ mtime: '-1.5' }), { mtimeSec: -2, mtimeNsec: 500_000_000 }],
    ['an empty value takes a record back', next({ path: '', mtime: '' }), { name: bytes('file'), mtimeSec: 0 }],
    [
      'xattrs',
      next({ 'SCHILY.xattr.user.a': 'b\0c', 'LIBARCHIVE.xattr.user.x': 'AA==' }),
      { xattrs: [{ name: bytes('user.a'), value: bytes('b\0c') }] },
    ],
    ['a second header replaces the first', join([pax({ uid: '1' }), next({ gid: '2' })]), { uid: 0, gid: 2 }],
    [
      'GNU long names',
      join([extension('L', 'long\0'), extension('K', 'target\0'), header({ typeflag: '2' }), END]),
      { name: bytes('long'), linkName: bytes('target') },
    ],
    [
      'a long name outranks a PAX path',
      join([pax({ path: 'p' }), extension('L', 'long\0'), header({}), END]),
      { name: bytes('long') },
    ],
    ['global headers change nothing', join([extension('g', record('uid', '77')), header({}), END]), { uid: 0 }],
  ];
  test.each(cases)('%s', async (_, tar, expected) => {
    const { entries, scan } = await hop(tar);
    expect(scan.entryCount).toBe(1);
    expect(entries[0]).toMatchObject(expected);
  });

  test('TAR-2 a PAX size outranks the header: no member is smuggled in, none is swallowed', async () => {
    const inner = header({ name: 'inner' });
    const larger = join([pax({ size: '512' }), header({ size: 0 }), inner, END]);
    expect(names((await hop(larger)).entries)).toEqual(['file']);
    const smaller = join([pax({ size: '0' }), header({ size: 512 }), inner, END]);
    expect(names((await hop(smaller)).entries)).toEqual(['file', 'inner']);
  });

  test("a label in a global header counts as a member, as GNU tar lists it and one of type 'V'", async () => {
    const label = extension('g', record('GNU.volume.label', 'My volume'));
    const { entries, scan } = await hop(join([label, plain, END]));
    expect([entries.length, scan.entryCount]).toEqual([1, 2]);
  });

  test.each([
    ['3', true],
    ['6', true],
    ['2', true],
    ['5', false],
    ['1', false],
  ])(
    'a size of type %s, which has no content, is ignored; where GNU tar skips as much, it is told',
    async (typeflag, told) => {
      const tar = join([header({ typeflag, size: 512, magic: GNU }), header({ name: 'next' }), END]);
      const { entries, scan } = await hop(tar);
      expect(names(entries)).toEqual(['file', 'next']);
      expect(scan.findings.map(({ code }) => code)).toEqual(told ? ['sizeIgnored'] : []);
    },
  );

  test('headerOffset is that of the first extension', async () => {
    const { entries } = await hop(join([plain, extension('L', 'n\0'), pax({ uid: '1' }), header({}), END]));
    expect(entries.map((entry) => entry.headerOffset)).toEqual([0, 1024]);
  });
});

describe('sparse files', () => {
  const pair = (offset: number, length: number) =>
    `${offset.toString(8).padStart(11, '0')}\0${length.toString(8).padStart(11, '0')}\0`;
  const realSize = bytes('00004000000\0');
  const old = header({
    typeflag: 'S',
    magic: GNU,
    size: 4,
    raw: { 386: bytes(pair(512, 2) + pair(1024, 2)), 483: realSize },
  });
  const extended = header({
    typeflag: 'S',
    magic: GNU,
    size: 4,
    raw: {
      386: bytes(pair(0, 1) + pair(512, 1) + pair(1024, 1) + pair(2048, 1)),
      482: Uint8Array.of(1),
      483: realSize,
    },
  });
  const extents = [
    { offset: 512, length: 2 },
    { offset: 1024, length: 2 },
  ];
  const version1 = {
    'GNU.sparse.major': '1',
    'GNU.sparse.minor': '0',
    'GNU.sparse.name': 's',
    'GNU.sparse.realsize': '2000',
  };
  const cases: readonly [string, Uint8Array, Partial<Record<keyof TarEntry, unknown>>][] = [
    [
      'old GNU',
      join([old, content('abcd')]),
      { sizeBytes: 2 ** 20, storedBytes: 4, sparse: extents, contentOffset: 512 },
    ],
    [
      'old GNU with an extension block',
      join([extended, content(bytes(pair(4096, 0) + pair(8192, 0))), content('abcd')]),
      {
        sizeBytes: 2 ** 20,
        contentOffset: 1024,
        sparse: [0, 512, 1024, 2048].map((offset) => ({ offset, length: 1 })),
      },
    ],
    [
      '0.0',
      join([
        extension(
          'x',
          ['GNU.sparse.size', 'GNU.sparse.offset', 'GNU.sparse.numbytes', 'GNU.sparse.offset', 'GNU.sparse.numbytes']
            .map((key, i) => record(key, ['2000', '512', '2', '1024', '2'][i] ?? ''))
            .join(''),
        ),
        header({ size: 4 }),
        content('abcd'),
      ]),
      { sizeBytes: 2000, sparse: extents },
    ],
    [
      '0.1',
      join([
        pax({ 'GNU.sparse.size': '2000', 'GNU.sparse.map': '512,2,1024,2' }),
        header({ size: 4 }),
        content('abcd'),
      ]),
      { sizeBytes: 2000, sparse: extents },
    ],
    [
      '1.0',
      join([pax(version1), header({ size: 516 }), content('2\n512\n2\n1024\n2\n'), content('abcd')]),
      { name: bytes('s'), sizeBytes: 2000, storedBytes: 4, sparse: extents, contentOffset: 2048 },
    ],
  ];
  test.each(cases)('%s', async (_, tar, expected) => {
    const all = join([tar, plain, END]);
    const { entries } = await hop(all);
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject(expected);
    expect((await stream(all, 100)).entries).toEqual(entries);
  });

  const broken: readonly [string, Uint8Array][] = [
    [
      'descending',
      join([
        pax({ 'GNU.sparse.size': '2000', 'GNU.sparse.map': '1024,2,512,2' }),
        header({ size: 4 }),
        content('abcd'),
      ]),
    ],
    [
      'beyond the size',
      join([pax({ 'GNU.sparse.size': '2000', 'GNU.sparse.map': '1999,2' }), header({ size: 2 }), content('ab')]),
    ],
    [
      'more than is stored',
      join([pax({ 'GNU.sparse.size': '2000', 'GNU.sparse.map': '0,9' }), header({ size: 2 }), content('ab')]),
    ],
    ['odd', join([pax({ 'GNU.sparse.size': '2000', 'GNU.sparse.map': '0,1,5' }), header({ size: 2 }), content('ab')])],
    ['no digits', join([pax(version1), header({ size: 512 }), content('x\n')])],
    ['a count without end', join([pax(version1), header({ size: 512 }), content('9'.repeat(512))])],
  ];
  test.each([
    ['1.1', { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '1', 'GNU.sparse.realsize': '9' }],
    ['0.2', { 'GNU.sparse.major': '0', 'GNU.sparse.minor': '2', 'GNU.sparse.size': '9', 'GNU.sparse.map': '0,1' }],
  ])('of a version that does not exist, %s, are plain files', async (_, records) => {
    const { entries } = await hop(join([pax(records), plain, END]));
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ sizeBytes: 2, sparse: undefined });
  });

  test.each(broken)('a map that is %s is a TarError; when partial, the stored bytes are shown', async (_, tar) => {
    const all = join([tar, plain, END]);
    await expect(hop(all)).rejects.toMatchObject({ code: 'sparse' });
    const { entries, scan } = await hop(all, { partial: true });
    expect(scan.error?.code).toBe('sparse');
    expect(entries).toHaveLength(2);
    expect(entries[0]?.sparse).toBeUndefined();
    expect(entries[0]?.sizeBytes).toBe(entries[0]?.storedBytes);
  });
});

describe('the end', () => {
  const cases: readonly [string, Uint8Array, object][] = [
    ['two zero blocks', join([plain, END]), { endBlocks: 2, endOffset: 1024, trailing: { bytes: 0, zeros: true } }],
    ['padding after them', join([plain, END, END]), { endBlocks: 2, trailing: { bytes: 1024, zeros: true } }],
    [
      'garbage after them',
      join([plain, END, bytes('garbage')]),
      { endBlocks: 2, trailing: { bytes: 7, zeros: false } },
    ],
    ['another tar after them', join([plain, END, plain]), { endBlocks: 2, trailing: { bytes: 1024, zeros: false } }],
    ['one zero block', join([plain, END.subarray(512)]), { endBlocks: 1, trailing: { bytes: 0, zeros: true } }],
    ['TAR-4 none', plain, { endBlocks: 0, endOffset: 1024 }],
    ['TAR-4 no padding either', plain.subarray(0, 514), { endBlocks: 0, endOffset: 514 }],
    ['an extended header that no member follows', join([plain, pax({ path: 'lost' })]), { endOffset: 2048 }],
    [
      'one whose padding is missing, too',
      join([plain, pax({ path: 'lost' })]).subarray(0, 1600),
      { endOffset: 1600, findings: [{ code: 'extensionWithoutMember' }, { code: 'noEndBlocks' }] },
    ],
    [
      'a lone zero block',
      join([plain, END.subarray(512), plain]),
      { endBlocks: 1, trailing: { bytes: 1024, zeros: false } },
    ],
  ];
  test.each(cases)('%s', async (_, tar, expected) => {
    const { scan } = await hop(tar);
    expect(scan).toMatchObject({ entryCount: 1, totalBytes: tar.length, ...expected });
    for (const chunkBytes of [1, 511, 512, 4096]) expect((await stream(tar, chunkBytes)).scan).toEqual(scan);
  });

  test.each([0, 512, 1024, 10_240])('%i zero bytes are an empty archive', async (length) => {
    const { scan } = await hop(new Uint8Array(length));
    expect(scan).toMatchObject({ entryCount: 0, error: undefined, totalBytes: length });
  });
});

describe('damage', () => {
  const badSum = sealed(header({ name: 'bad', size: 2 }));
  badSum[0] = 0x21;
  const cases: readonly [string, TarErrorCode, Uint8Array, readonly string[], number][] = [
    ['a checksum', 'checksum', join([plain, badSum, content('x'), plain, END]), ['file', 'file'], 1024],
    [
      'a size that is no number',
      'number',
      join([plain, header({ size: '0000000012x4' }), plain, END]),
      ['file', 'file'],
      1024,
    ],
    [
      'a size below zero',
      'number',
      join([plain, header({ size: new Uint8Array(12).fill(0xff) }), plain, END]),
      ['file', 'file'],
      1024,
    ],
    ['a mode that is no number', 'number', join([header({ mode: 'rw-r--r-' }), END]), ['file'], 0],
    ['a record longer than its header', 'pax', join([extension('x', '999 path=x\n'), plain, END]), ['file'], 0],
    ['a record without newline', 'pax', join([extension('x', '10 path=xy'), plain, END]), ['file'], 0],
    ['a record of length 0', 'pax', join([extension('x', '0 path=x\n'), plain, END]), ['file'], 0],
    [
      'a record length beyond 64 bits',
      'pax',
      join([extension('x', '99999999999999999999 path=x\n'), plain, END]),
      ['file'],
      0,
    ],
    ['a NUL in a path', 'pax', join([pax({ path: 'a\0b' }), plain, END]), ['file'], 0],
    ['a PAX number that is none', 'number', join([pax({ uid: '1e3' }), plain, END]), ['file'], 1024],
    [
      'an extended header over 1 MiB',
      'tooLong',
      join([header({ typeflag: 'x', size: 1_100_000 }), new Uint8Array(1_100_288), plain, END]),
      ['file'],
      0,
    ],
    ['an end within a header', 'truncated', join([plain, header({}).subarray(0, 300)]), ['file'], 1324],
    ['an end within content', 'truncated', join([header({ size: 5000 }), content('x')]), ['file'], 1024],
    [
      'a size of 2^62',
      'truncated',
      join([header({ size: Uint8Array.of(0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0) }), content('x')]),
      ['file'],
      1024,
    ],
    [
      'an end within an extended header',
      'truncated',
      join([plain, extension('L', 'n'.repeat(600)).subarray(0, 600)]),
      ['file'],
      1624,
    ],
  ];
  test.each(cases)(
    '%s is a TarError; when partial, the rest is shown as GNU tar does',
    async (_, code, tar, expected, offset) => {
      const error = await hop(tar).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TarError);
      expect(error).toMatchObject({ code, offset });
      const { entries, scan } = await hop(tar, { partial: true });
      expect(names(entries)).toEqual(expected);
      expect(scan.error).toMatchObject({ code, offset });
      expect(scan.findings.some((finding) => finding.code === 'tarDamaged')).toBe(true);
      const streamed = await stream(tar, 512, { partial: true });
      expect(streamed.entries).toEqual(entries);
      expect(streamed.scan).toEqual(scan);
    },
  );

  test.each([bytes('no tar at all'), bytes('x'.repeat(5000))])('what is no tar throws, partial or not', async (tar) => {
    await expect(hop(tar)).rejects.toMatchObject({ code: 'notTar', offset: 0 });
    await expect(hop(tar, { partial: true })).rejects.toMatchObject({ code: 'notTar' });
  });

  test('TAR-6 more members than the bound', async () => {
    const tar = join([plain, plain, plain, END]);
    await expect(hop(tar, { maxEntries: 2, partial: true })).rejects.toMatchObject({ code: 'tooLong' });
  });

  test('types that engines refuse are told, labels and continuations are counted and left out', async () => {
    const tar = join([
      header({ typeflag: 'V' }),
      header({ name: 'z', typeflag: 'Z' }),
      header({ name: 'c', typeflag: '7' }),
      END,
    ]);
    const { entries, scan } = await hop(tar);
    expect(scan.entryCount).toBe(3);
    expect(names(entries)).toEqual(['z', 'c']);
    expect(scan.findings.filter((finding) => finding.code === 'typeUnsupported')).toHaveLength(3);
  });
});

describe('work', () => {
  const many = join([...Array.from({ length: 2000 }, (_, i) => header({ name: `f${i}` })), END]);

  test('an aborted signal ends both ways of reading', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(hop(many, { signal })).rejects.toThrow('enough');
    await expect(stream(many, 512, { signal })).rejects.toThrow('enough');
  });

  test('progress rises to the end', async () => {
    const told: number[] = [];
    await hop(many, { onProgress: (doneBytes) => told.push(doneBytes) });
    expect(told.at(-1)).toBe(many.length);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  test('TAR-7 large contents are hopped over: little of the archive is read', async () => {
    const tar = join([
      header({ size: 8_000_000 }),
      new Uint8Array(8_000_000),
      plain,
      header({ size: 8_000_000 }),
      new Uint8Array(8_000_000),
      END,
    ]);
    let readBytes = 0;
    const source = new MemorySource(tar);
    const counting = {
      sizeBytes: source.sizeBytes,
      read: (offset: number, length: number) => {
        readBytes += length;
        return source.read(offset, length);
      },
      slice: source.slice.bind(source),
      stream: source.stream.bind(source),
    };
    const found: string[] = [];
    await scanTar(counting, (entry) => found.push(decodeName(entry.name)));
    expect(found).toEqual(['file', 'file', 'file']);
    expect(readBytes).toBeLessThan(300_000);
  });

  /** Counts reads, and streams in pieces of one buffer that is of no use when the next is asked for. */
  function passing(source: MemorySource, pieceBytes: number) {
    const told = { readBytes: 0, streams: 0, ended: 0 };
    async function* pieces(from: number) {
      told.streams++;
      try {
        for (let at = from; at < source.sizeBytes; at += pieceBytes) {
          const piece = source.readSync(at, pieceBytes).slice();
          yield piece;
          structuredClone(piece.buffer, { transfer: [piece.buffer] });
        }
      } finally {
        told.ended++;
      }
    }
    const counting: ByteSource = {
      sizeBytes: source.sizeBytes,
      read: (offset, length) => {
        told.readBytes += length;
        return source.read(offset, length);
      },
      slice: (offset) => ({ ...counting, stream: () => pieces(offset) }),
      stream: () => pieces(0),
    };
    return { counting, told };
  }

  test('a dense tar is read through, one large file in it or not', async () => {
    const small = join([header({ size: 4000 }), new Uint8Array(4096)]);
    const half = join(Array.from({ length: 5000 }, () => small));
    const source = new MemorySource(join([half, header({ size: 300_000 }), new Uint8Array(300_032), half, END]));
    const { counting, told } = passing(source, 1024 * 1024);
    let members = 0;
    await scanTar(counting, () => members++);
    expect(members).toBe(10_001);
    expect(told).toEqual({ readBytes: expect.any(Number), streams: 1, ended: 1 });
    expect(told.readBytes).toBeLessThan(400_000);
  });

  test.each([512, 700, 65_536, 1024 * 1024 + 100])(
    'what passes in pieces of %i bytes is not looked at again',
    async (pieceBytes) => {
      const member = (i: number) =>
        join([
          extension('x', record('SCHILY.xattr.user.number', `${i}`)),
          header({ name: `file-${i}`, size: 4000 }),
          new Uint8Array(4096),
        ]);
      const tar = join([...Array.from({ length: 700 }, (_, i) => member(i)), END]);
      const { counting, told } = passing(new MemorySource(tar), pieceBytes);
      const seen: string[] = [];
      const xattrs: (Uint8Array | undefined)[] = [];
      const scan = await scanTar(counting, (entry) => {
        seen.push(decodeName(entry.name));
        xattrs.push(entry.xattrs?.[0]?.value);
      });
      expect(scan.findings).toEqual([]);
      expect(seen).toEqual(Array.from({ length: 700 }, (_, i) => `file-${i}`));
      expect(xattrs.map((value) => decodeName(value as Uint8Array))).toEqual(seen.map((name) => name.slice(5)));
      expect([told.streams, told.ended]).toEqual([1, 1]);
    },
  );

  test('a stream ends where members become large, and where the tar is damaged', async () => {
    const small = Array.from({ length: 100 }, () => join([header({ size: 4000 }), new Uint8Array(4096)]));
    const largeBytes = 48 * 1024 * 1024;
    const large = join([header({ name: 'large', size: largeBytes }), new Uint8Array(largeBytes)]);
    const whole = passing(new MemorySource(join([...small, large, ...small, END])), 1024 * 1024);
    let members = 0;
    await scanTar(whole.counting, () => members++);
    expect(members).toBe(201);
    expect([whole.told.streams, whole.told.ended]).toEqual([2, 2]);

    const damaged = passing(new MemorySource(join([...small, bytes('x'.repeat(512)), ...small])), 1024 * 1024);
    await expect(scanTar(damaged.counting, () => undefined)).rejects.toMatchObject({ code: 'checksum' });
    expect([damaged.told.streams, damaged.told.ended]).toEqual([1, 1]);
  });

  test('BYTE-3 a stream that ends early tells that the source has changed', async () => {
    const small = Array.from({ length: 100 }, () => join([header({ size: 4000 }), new Uint8Array(4096)]));
    const source = new MemorySource(join([...small, END]));
    const { counting } = passing(source, 4096);
    const shrunk = { ...counting, sizeBytes: source.sizeBytes + 512 * 64 };
    await expect(scanTar(shrunk, () => undefined)).resolves.toMatchObject({ endBlocks: 2 });
    const short = passing(new MemorySource(join(small)), 4096).counting;
    const longer = { ...short, sizeBytes: short.sizeBytes + 512 * 64 };
    await expect(scanTar(longer, () => undefined)).rejects.toMatchObject({ name: 'SourceError', code: 'changed' });
  });

  test('contents pass in order, each ended once, empty ones too', async () => {
    const tar = join([
      plain,
      header({ name: 'empty' }),
      header({ name: 'big', size: 3000 }),
      content('y'.repeat(3000)),
      END,
    ]);
    for (const chunkBytes of [1, 512, 700, 10_000]) {
      const { contents, ended } = await stream(tar, chunkBytes);
      expect(ended).toEqual(['file', 'empty', 'big']);
      expect(contents.map((piece) => piece.toString())).toEqual(['1\n', '', 'y'.repeat(3000)]);
    }
  });
});
