import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { Opcode } from '../../src/fuse/opcode.ts';
import { PreparedSource } from '../../src/fuse/preparedSource.ts';
import { UnionFilesystem } from '../../src/fuse/unionFilesystem.ts';
import { LayerUnion } from '../../src/vfs/layerUnion.ts';
import { entry, hardLink, layer } from '../vfs/layers.ts';
import { FakeKernel, readAttributes, readDirents, readEntry, Writer } from './kernel.ts';

const CONTENT = new MemorySource(Uint8Array.from({ length: 4096 }, (_, i) => i % 251));
const BASE = layer(
  entry('bin/'),
  entry('bin/tool', {
    mode: 0o4755,
    size: 100,
    offset: 512,
    uid: 7,
    xattrs: { 'user.note': 'hello', 'trusted.overlay.origin': 'x', 'trusted.own': '1' },
  }),
  hardLink('bin/other', 'bin/tool', { mode: 0o4755, uid: 7 }),
  entry('bin/link', { link: 'tool' }),
  entry('dev/null', { type: 'charDevice', major: 1, minor: 259 }),
  entry('pipe', { type: 'fifo' }),
  entry('gone', { size: 4 }),
);
const TOP = layer(entry('.wh.gone'), entry('bin/', { mtime: -5 }), entry('bin/new', { size: 9, offset: 1024 }));

async function kernel(open: 'now' | 'later' = 'now'): Promise<FakeKernel> {
  const content = open === 'now' ? CONTENT : new PreparedSource(CONTENT.sizeBytes, async () => CONTENT);
  const started = new FakeKernel(new UnionFilesystem(new LayerUnion([BASE, TOP]), [content, content]));
  await started.init();
  return started;
}

async function lookup(from: FakeKernel, path: string) {
  let found = { node: 1 } as ReturnType<typeof readEntry>;
  for (const name of path.split('/'))
    found = readEntry(await from.ask(Opcode.lookup, found.node, new Writer().name(name)));
  return found;
}

describe('FUSE-1 the kernel and the server agree on a session', () => {
  it('names its version, its limits, and of the flags offered those that it serves', async () => {
    const reply = await new FakeKernel(new UnionFilesystem(new LayerUnion([BASE]), [CONTENT])).init();
    expect([reply.u32(), reply.u32(), reply.u32()]).toEqual([7, 38, 131072]);
    const flags = reply.u32();
    expect(flags & (1 << 4)).not.toBe(0); // EXPORT_SUPPORT
    expect(flags & (1 << 13)).not.toBe(0); // DO_READDIRPLUS
    expect(flags & (1 << 16)).toBe(0); // WRITEBACK_CACHE
    expect([reply.u16(), reply.u16(), reply.u32()]).toEqual([64, 48, 1024 * 1024]);
    reply.skip(4);
    expect([reply.u16(), reply.left]).toEqual([256, 2 + 4 + 28]);
  });

  it('answers a kernel of a later major version with its own', async () => {
    const body = new Writer().u32(8).u32(0).zeros(56);
    const reply = await new FakeKernel(new UnionFilesystem(new LayerUnion([BASE]), [CONTENT])).ask(
      Opcode.init,
      0,
      body,
    );
    expect(reply.u32()).toBe(7);
  });

  it.each([
    ['an old minor version', new Writer().u32(7).u32(8).zeros(8), 'EPROTO'],
    ['a body that is too short', new Writer().u32(7), 'EINVAL'],
  ])('refuses %s', async (_, body, code) => {
    const from = new FakeKernel(new UnionFilesystem(new LayerUnion([BASE]), [CONTENT]));
    await expect(from.ask(Opcode.init, 0, body)).rejects.toMatchObject({ code });
  });

  it('serves nothing before INIT, and nothing that is unknown', async () => {
    const from = new FakeKernel(new UnionFilesystem(new LayerUnion([BASE]), [CONTENT]));
    await expect(from.ask(Opcode.lookup, 1, new Writer().name('bin'))).rejects.toMatchObject({ code: 'EPROTO' });
    await from.init();
    for (const opcode of [0, 7, 39, 40, 47, 52, 4096, Opcode.open, Opcode.write, Opcode.mkdir])
      await expect(from.ask(opcode, 1, new Writer().zeros(64))).rejects.toMatchObject({ code: 'ENOSYS' });
  });
});

describe('FUSE-2 a read-only union', () => {
  it('finds what the union shows, and remembers what it does not', async () => {
    const from = await kernel();
    expect((await lookup(from, 'bin/new')).attr).toMatchObject({ size: 9, mode: 0o100644, nlink: 1 });
    const absent = await from.ask(Opcode.lookup, 1, new Writer().name('gone'));
    expect(readEntry(absent)).toMatchObject({ node: 0, entryValid: 86_400 });
    await expect(from.ask(Opcode.lookup, 1, new Writer().name('n'.repeat(256)))).rejects.toMatchObject({
      code: 'ENAMETOOLONG',
    });
  });

  it('looks up . and .. on what it has given out, files included', async () => {
    const from = await kernel();
    const tool = await lookup(from, 'bin/tool');
    expect(readEntry(await from.ask(Opcode.lookup, tool.node, new Writer().name('.'))).node).toBe(tool.node);
    const bin = await lookup(from, 'bin');
    expect(readEntry(await from.ask(Opcode.lookup, tool.node, new Writer().name('..'))).node).toBe(bin.node);
    await expect(from.ask(Opcode.getattr, 999, new Writer().zeros(16))).rejects.toMatchObject({ code: 'ESTALE' });
  });

  it('gives attributes as the layer has them', async () => {
    const from = await kernel();
    const tool = await lookup(from, 'bin/tool');
    expect(tool.attr).toMatchObject({ mode: 0o104755, uid: 7, nlink: 2, size: 100, blocks: 1 });
    expect((await lookup(from, 'bin/other')).attr.ino).toBe(tool.attr.ino);
    const bin = await lookup(from, 'bin');
    const reply = await from.ask(Opcode.getattr, bin.node, new Writer().zeros(16));
    reply.skip(16);
    expect(readAttributes(reply)).toMatchObject({ mode: 0o040755, mtime: -5n });
    expect((await lookup(from, 'dev/null')).attr).toMatchObject({ mode: 0o020644, rdev: (1 << 20) | (1 << 8) | 3 });
    expect((await from.ask(Opcode.readlink, (await lookup(from, 'bin/link')).node)).text()).toBe('tool');
  });

  it.each(['now', 'later'] as const)('reads files whose layer is opened %s', async (open) => {
    const from = await kernel(open);
    const { node } = await lookup(from, 'bin/tool');
    const whole = CONTENT.readSync(512, 100);
    const read = async (offset: number | bigint, size: number) =>
      (await from.ask(Opcode.read, node, new Writer().u64(0).u64(offset).u32(size).zeros(20))).bytes();
    expect(await read(0, 4096)).toEqual(Buffer.from(whole));
    expect(await read(90, 4096)).toEqual(Buffer.from(whole.subarray(90)));
    expect(await read(100, 10)).toHaveLength(0);
    expect(await read(2n ** 63n, 10)).toHaveLength(0);
    const directory = (await lookup(from, 'bin')).node;
    await expect(from.ask(Opcode.read, directory, new Writer().zeros(40))).rejects.toMatchObject({ code: 'EISDIR' });
  });

  it('tells a failing source from a refusal', async () => {
    const broken = new PreparedSource(4096, () => Promise.reject(new Error('the disk is on fire')));
    const from = new FakeKernel(new UnionFilesystem(new LayerUnion([BASE, TOP]), [broken, broken]));
    await from.init();
    const { node } = await lookup(from, 'bin/tool');
    const body = new Writer().zeros(16).u32(10).zeros(20);
    await expect(from.ask(Opcode.read, node, body)).rejects.toMatchObject({ code: 'EIO' });
    expect(from.faults).toHaveLength(1);
  });

  it('gives attributes by name, overlay’s own to nobody and trusted ones to root', async () => {
    const from = await kernel();
    const { node } = await lookup(from, 'bin/tool');
    const list = async (uid: number, size: number) =>
      from.ask(Opcode.listxattr, node, new Writer().u32(size).u32(0), { uid, gid: 0 });
    expect((await list(0, 1000)).text()).toBe('user.note\0trusted.own\0');
    expect((await list(5, 1000)).text()).toBe('user.note\0');
    expect((await list(5, 0)).u32()).toBe(10);
    await expect(list(5, 9)).rejects.toMatchObject({ code: 'ERANGE' });
    const get = (name: string) => from.ask(Opcode.getxattr, node, new Writer().u32(100).u32(0).name(name));
    expect((await get('user.note')).text()).toBe('hello');
    await expect(get('trusted.overlay.origin')).rejects.toMatchObject({ code: 'ENODATA' });
  });

  it('forgets without an answer', async () => {
    const from = await kernel();
    expect(await from.send(Opcode.forget, 1, new Writer().u64(1))).toBeUndefined();
    expect(await from.send(Opcode.batchForget, 0, new Writer().u32(1).u32(0).u64(1).u64(1))).toBeUndefined();
    expect(await from.send(Opcode.batchForget, 0, new Writer().u32(1000).u32(0))).toBeUndefined();
    expect(await from.send(Opcode.interrupt, 0, new Writer().u64(2))).toBeUndefined();
    expect(from.faults).toEqual([]);
  });
});

describe('FUSE-3 listings go on where they stopped', () => {
  const names = Array.from({ length: 40 }, (_, i) => 'x'.repeat(1 + ((i * 37) % 200)) + i);
  const tree = layer(...names.map((name) => entry(name)));
  const sorted = ['.', '..', ...[...names].sort()];

  it.each([
    ['plain', Opcode.readdir],
    ['plus', Opcode.readdirplus],
  ] as const)('%s: every name once, whatever the buffer', async (form, opcode) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 400, max: 9000 }), async (size) => {
        const from = new FakeKernel(new UnionFilesystem(new LayerUnion([tree]), [CONTENT]));
        await from.init();
        const found: string[] = [];
        let offset = 0;
        for (;;) {
          const reply = await from.ask(opcode, 1, new Writer().u64(0).u64(offset).u32(size).zeros(20));
          expect(reply.left).toBeLessThanOrEqual(size);
          const some = readDirents(reply, form);
          if (some.length === 0) break;
          found.push(...some.map(({ name }) => name));
          offset = some.at(-1)?.offset ?? 0;
        }
        expect(found).toEqual(sorted);
      }),
      { numRuns: 30 },
    );
  });
});

describe('FUSE-4 hostile bytes where the kernel should be', () => {
  it('are answered or dropped, never thrown', async () => {
    const from = await kernel();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.nat(),
        fc.uint8Array({ maxLength: 100 }),
        async (opcode, node, body) => {
          await from.send(opcode, node, new Writer().raw(body));
        },
      ),
      { numRuns: 500 },
    );
  });
});
