import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { Opcode } from '../../src/fuse/opcode.ts';
import { OverlayFilesystem } from '../../src/fuse/overlayFilesystem.ts';
import { invalidAttributes } from '../../src/fuse/reply.ts';
import { StableListing } from '../../src/fuse/stableListing.ts';
import { LayerTreeLayer } from '../../src/vfs/overlay/layerTreeLayer.ts';
import { Upper } from '../../src/vfs/overlay/upper.ts';
import { entry, hardLink, layer } from '../vfs/layers.ts';
import { FakeKernel, readAttributes, readDirents, readEntry, Reader, Writer } from './kernel.ts';

const CONTENT = new MemorySource(Uint8Array.from({ length: 4096 }, (_, i) => 97 + (i % 26)));
const LOWER = layer(
  entry('dir/'),
  entry('dir/file', { size: 10, offset: 0, mode: 0o4755 }),
  entry('one', { size: 4, offset: 26 }),
  hardLink('two', 'one'),
  entry('setgid/', { mode: 0o2775 }),
);
const ME = { uid: 1000, gid: 100 };

async function started(room: 'room' | 'full' = 'room') {
  const figures = { blockSizeBytes: 4096, blocks: 10, freeBlocks: room === 'room' ? 5 : 0, files: 9, freeFiles: 9 };
  const lowers = [new LayerTreeLayer(LOWER, CONTENT, new Uint8Array(16))];
  const upper = new Upper();
  const filesystem = new OverlayFilesystem(lowers, upper, '', () => figures);
  const kernel = new FakeKernel(filesystem);
  await kernel.init();
  return { kernel, filesystem, upper };
}

async function lookup(kernel: FakeKernel, path: string) {
  let found = { node: 1 } as ReturnType<typeof readEntry>;
  for (const name of path.split('/')) {
    found = readEntry(await kernel.ask(Opcode.lookup, found.node, new Writer().name(name)));
  }
  return found;
}

async function create(kernel: FakeKernel, parent: number, name: string, mode = 0o100644) {
  const body = new Writer().u32(2).u32(mode).u32(0o22).u32(0).name(name);
  const reply = await kernel.ask(Opcode.create, parent, body, ME);
  return { entry: readEntry(reply), handle: reply.number() };
}

async function write(kernel: FakeKernel, node: number, handle: number, offset: number, text: string, flags = 0) {
  const body = new Writer().u64(handle).u64(offset).u32(text.length).u32(flags).u64(0).u32(0).u32(0).raw(text);
  return (await kernel.ask(Opcode.write, node, body)).u32();
}

async function read(kernel: FakeKernel, node: number): Promise<string> {
  return (await kernel.ask(Opcode.read, node, new Writer().u64(0).u64(0).u32(4096).zeros(20))).text();
}

async function attributes(kernel: FakeKernel, node: number) {
  const reply = await kernel.ask(Opcode.getattr, node, new Writer().zeros(16));
  reply.skip(16);
  return readAttributes(reply);
}

describe('FUSE-5 a writable union', () => {
  it('makes files of the caller, and reads what it wrote', async () => {
    const { kernel } = await started();
    const made = await create(kernel, 1, 'new');
    expect(made.entry.attr).toMatchObject({ mode: 0o100644, uid: 1000, gid: 100, size: 0, nlink: 1 });
    expect(await write(kernel, made.entry.node, made.handle, 3, 'abc')).toBe(3);
    expect(await read(kernel, made.entry.node)).toBe('\0\0\0abc');
    await expect(create(kernel, 1, 'new')).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('copies a file up when it is opened for writing, under the same node', async () => {
    const { kernel, filesystem } = await started();
    const file = await lookup(kernel, 'dir/file');
    await kernel.ask(Opcode.open, file.node, new Writer().u32(0).u32(0));
    expect(filesystem.takeStale()).toEqual([]);
    const opened = await kernel.ask(Opcode.open, file.node, new Writer().u32(1).u32(0));
    const directory = await lookup(kernel, 'dir');
    expect(filesystem.takeStale()).toEqual([directory.node, file.node]);
    await write(kernel, file.node, opened.number(), 2, 'XX', 4);
    expect(await read(kernel, file.node)).toBe('abXXefghij');
    // The kernel said that the writer has no privileges.
    expect(await attributes(kernel, file.node)).toMatchObject({ mode: 0o100755, ino: file.attr.ino });
  });

  it('hands the group of a setgid directory on', async () => {
    const { kernel } = await started();
    const { node } = await lookup(kernel, 'setgid');
    const made = readEntry(await kernel.ask(Opcode.mkdir, node, new Writer().u32(0o755).u32(0).name('d'), ME));
    expect(made.attr).toMatchObject({ mode: 0o042755, uid: 1000, gid: 0 });
  });

  it('keeps a file without names while it is open, and frees it then', async () => {
    const { kernel, upper } = await started();
    const made = await create(kernel, 1, 'gone');
    await write(kernel, made.entry.node, made.handle, 0, 'still');
    await kernel.ask(Opcode.unlink, 1, new Writer().name('gone'));
    expect(await attributes(kernel, made.entry.node)).toMatchObject({ nlink: 0, size: 5 });
    expect(await read(kernel, made.entry.node)).toBe('still');
    const inode = upper.state.nextInode - 1;
    await kernel.send(Opcode.forget, made.entry.node, new Writer().u64(1));
    expect(upper.has(inode)).toBe(true);
    await kernel.ask(Opcode.release, made.entry.node, new Writer().u64(made.handle).zeros(16));
    expect(upper.has(inode)).toBe(false);
    await expect(attributes(kernel, made.entry.node)).rejects.toMatchObject({ code: 'ESTALE' });
  });

  it('gives a nameless file a name', async () => {
    const { kernel } = await started();
    const reply = await kernel.ask(Opcode.tmpfile, 1, new Writer().u32(2).u32(0o100600).u32(0).u32(0).name('/'), ME);
    const made = readEntry(reply);
    expect(made.attr.nlink).toBe(0);
    await write(kernel, made.node, reply.number(), 0, 'x');
    const linked = readEntry(await kernel.ask(Opcode.link, 1, new Writer().u64(made.node).name('named')));
    expect(linked).toMatchObject({ node: made.node, attr: { nlink: 1, size: 1 } });
    expect((await lookup(kernel, 'named')).node).toBe(made.node);
  });

  it('lists names with the inode numbers that they have, without looking them up', async () => {
    const upperTree = layer(entry('dir/'), entry('dir/other', { size: 3, offset: 99 }), entry('dir/file', { size: 5 }));
    const lowers = [upperTree, LOWER].map((tree, i) => new LayerTreeLayer(tree, CONTENT, new Uint8Array(16).fill(i)));
    const figures = { blockSizeBytes: 4096, blocks: 10, freeBlocks: 5, files: 9, freeFiles: 9 };
    const kernel = new FakeKernel(new OverlayFilesystem(lowers, new Upper(), '', () => figures));
    await kernel.init();
    const list = async (node: number) =>
      readDirents(await kernel.ask(Opcode.readdir, node, new Writer().u64(0).u64(0).u32(4096).zeros(20)), 'plain');
    const directory = await lookup(kernel, 'dir');
    await create(kernel, directory.node, 'made');
    const listed = { ...numbers('', await list(1)), ...numbers('dir/', await list(directory.node)) };
    for (const [path, ino] of Object.entries(listed))
      expect([path, (await lookup(kernel, path)).attr.ino]).toEqual([path, ino]);
    expect(Object.keys(listed)).toContain('dir/made');
    expect(listed).toMatchObject({ ...numbers('', await list(1)), ...numbers('dir/', await list(directory.node)) });
  });

  function numbers(folder: string, names: ReturnType<typeof readDirents>): Record<string, number> {
    const real = names.filter(({ name }) => name !== '.' && name !== '..');
    return Object.fromEntries(real.map(({ name, ino }) => [folder + name, ino]));
  }

  it('tells lower hard links apart, but for their inode number', async () => {
    const { kernel } = await started();
    const [one, two] = [await lookup(kernel, 'one'), await lookup(kernel, 'two')];
    expect(one.attr.ino).toBe(two.attr.ino);
    expect(one.node).not.toBe(two.node);
  });

  it.each([
    ['a whiteout', Opcode.mknod, () => new Writer().u32(0o020644).u32(0).u64(0).name('w'), 'EPERM'],
    ['RENAME_WHITEOUT', Opcode.rename2, () => new Writer().u64(1).u32(4).u32(0).name('one').name('x'), 'EINVAL'],
    ['RENAME_NOREPLACE', Opcode.rename2, () => new Writer().u64(1).u32(1).u32(0).name('one').name('two'), 'EEXIST'],
    [
      'a directory of the image',
      Opcode.rename2,
      () => new Writer().u64(1).u32(0).u32(0).name('dir').name('x'),
      'EXDEV',
    ],
    ['an ACL', Opcode.setxattr, () => setxattr('system.posix_acl_access', 'x', 0), 'EOPNOTSUPP'],
    ['XATTR_REPLACE of none', Opcode.setxattr, () => setxattr('user.x', 'x', 2), 'ENODATA'],
    [
      'a name that is too long',
      Opcode.mkdir,
      () => new Writer().u32(0o755).u32(0).name('n'.repeat(256)),
      'ENAMETOOLONG',
    ],
  ] as const)('refuses %s', async (_, opcode, body, code) => {
    const { kernel } = await started();
    await expect(kernel.ask(opcode, 1, body())).rejects.toMatchObject({ code });
    expect(kernel.faults).toEqual([]);
  });

  function setxattr(name: string, value: string, flags: number): Writer {
    return new Writer().u32(value.length).u32(flags).u64(0).name(name).raw(value);
  }

  it('says ENOSPC before memory is used up', async () => {
    const { kernel } = await started('full');
    const made = await create(kernel, 1, 'new');
    await expect(write(kernel, made.entry.node, made.handle, 0, 'x')).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  it('makes holes and room', async () => {
    const { kernel } = await started();
    const { node } = await lookup(kernel, 'dir/file');
    const allocate = (offset: number, length: number, mode: number) =>
      kernel.ask(Opcode.fallocate, node, new Writer().u64(0).u64(offset).u64(length).u32(mode).u32(0));
    await allocate(2, 3, 3);
    expect(await read(kernel, node)).toBe('ab\0\0\0fghij');
    await allocate(8, 8, 1);
    expect((await attributes(kernel, node)).size).toBe(10);
    await allocate(8, 8, 0);
    expect((await attributes(kernel, node)).size).toBe(16);
    await expect(allocate(0, 4096, 8)).rejects.toMatchObject({ code: 'EOPNOTSUPP' });
  });

  it('survives hostile bytes, and stays whole', async () => {
    const { kernel } = await started();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(Opcode)),
        fc.integer({ min: 0, max: 6 }),
        fc.uint8Array({ maxLength: 120 }),
        async (opcode, node, body) => {
          if (opcode !== Opcode.init) await kernel.send(opcode, node, new Writer().raw(body));
        },
      ),
      { numRuns: 1000 },
    );
    expect(kernel.faults).toEqual([]);
    expect((await kernel.ask(Opcode.statfs, 1)).number()).toBe(10);
  });
});

describe('FUSE-6 positions in a directory that changes', () => {
  it('gives each name that stays exactly once', () => {
    const names = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 9 }), (states, batch) => {
        const listing = new StableListing(2);
        const seen: string[] = [];
        let position = 0;
        for (let round = 0; ; round++) {
          const state = states[Math.min(round, states.length - 1)] ?? [];
          listing.update(state.map((name) => ({ name: String(name), type: 0 })));
          let index = listing.indexFrom(position);
          let placed = listing.at(index);
          for (let taken = 0; taken < batch && placed; taken++) {
            seen.push(placed.name);
            position = placed.position + 1;
            placed = listing.at(++index);
          }
          if (!placed && round >= states.length) break;
        }
        const stayed = (states[0] ?? []).filter((name) => states.every((state) => state.includes(name)));
        for (const name of stayed) expect(seen.filter((one) => one === String(name))).toHaveLength(1);
      }),
    );
  });

  it('plain and plus: a directory is emptied while it is read', async () => {
    const { kernel } = await started();
    for (let i = 0; i < 50; i++) await create(kernel, 1, `name${i}`);
    const found: string[] = [];
    for (let offset = 0; ;) {
      const body = new Writer().u64(0).u64(offset).u32(600).zeros(20);
      const some = readDirents(await kernel.ask(Opcode.readdir, 1, body), 'plain');
      if (some.length === 0) break;
      offset = some.at(-1)?.offset ?? 0;
      found.push(...some.map(({ name }) => name));
      for (const { name } of some)
        if (name.startsWith('name')) await kernel.ask(Opcode.unlink, 1, new Writer().name(name));
    }
    expect(found.filter((name) => name.startsWith('name'))).toHaveLength(50);
  });
});

describe('FUSE-7 notices', () => {
  it('an inode’s attributes are no longer right (fuse_notify_inval_inode_out)', () => {
    const reader = new Reader(invalidAttributes(77));
    expect([reader.u32(), reader.i32(), reader.u64()]).toEqual([40, 2, 0n]);
    expect([reader.u64(), reader.i64(), reader.i64()]).toEqual([77n, -1n, 0n]);
  });
});
