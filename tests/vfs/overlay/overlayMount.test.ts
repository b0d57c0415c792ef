import { describe, expect, it } from 'vitest';
import { S_IFDIR, S_IFIFO, S_IFREG } from '../../../src/vfs/overlay/fileMode.ts';
import type { Layer } from '../../../src/vfs/overlay/layer.ts';
import type { MountEvent } from '../../../src/vfs/overlay/mountEvents.ts';
import { parseMountOptions } from '../../../src/vfs/overlay/mountOptions.ts';
import { O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../../src/vfs/overlay/openFlags.ts';
import { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { Upper } from '../../../src/vfs/overlay/upper.ts';
import { VfsError } from '../../../src/vfs/vfsError.ts';
import { dumpLayer, dumpMount, readFile } from './mountDump.ts';
import { layerOf } from './randomCalls.ts';

const file = (path: string, text = path) => ({ path, kind: 'file', mode: 0o644, text }) as const;
const directory = (path: string) => ({ path, kind: 'directory', mode: 0o755, text: '' }) as const;
const text = (mount: OverlayMount, path: string) => Buffer.from(readFile(mount, path)).toString();

function codeOf(call: () => unknown): string {
  try {
    call();
    return 'ok';
  } catch (error) {
    if (error instanceof VfsError) return error.code;
    throw error;
  }
}

function write(mount: OverlayMount, path: string, content: string, flags = O_CREAT | O_TRUNC): void {
  const fd = mount.open(path, O_WRONLY | flags, 0o644);
  mount.pwrite(fd, 0, Buffer.from(content));
  mount.close(fd);
}

const base = () => layerOf([directory('/d'), file('/d/f', 'lower'), file('/g', 'gg')]);

describe('OVL-1 options', () => {
  it.each([
    ['', { redirectDir: 'follow', metacopy: false, index: false, userXattr: false }],
    ['index=off', { redirectDir: 'follow', index: false }],
    ['redirect_dir=on,xino=on', { redirectDir: 'on', xino: 'on' }],
    ['redirect_dir=off', { redirectDir: 'follow' }],
    ['metacopy=on', { redirectDir: 'on', metacopy: true }],
    ['userxattr', { redirectDir: 'nofollow', userXattr: true }],
    ['volatile', { volatile: true }],
  ])('"%s"', (options, expected) => {
    expect(parseMountOptions(options)).toMatchObject(expected);
  });

  it.each([
    'metacopy=on,redirect_dir=off',
    'metacopy=on,redirect_dir=nofollow',
    'userxattr,redirect_dir=on',
    'userxattr,metacopy=on',
    'redirect_dir=maybe',
    'nfs_export=on',
    'verity=on',
    'nonsense',
  ])('"%s" is refused', (options) => {
    expect(codeOf(() => parseMountOptions(options))).toBe('EINVAL');
  });

  it('a mount needs lowers, and takes 500', () => {
    const layer = base();
    expect(codeOf(() => new OverlayMount({ lowers: [] }))).toBe('EINVAL');
    expect(codeOf(() => new OverlayMount({ lowers: Array<Layer>(501).fill(layer) }))).toBe('EINVAL');
    expect(text(new OverlayMount({ lowers: Array<Layer>(500).fill(layer) }), '/d/f')).toBe('lower');
  });

  it('an upper that was volatile is mounted again only when somebody vouches for it', () => {
    const lowers = [base()];
    const upper = new Upper();
    const mount = new OverlayMount({ lowers, upper, options: 'volatile' });
    mount.restore(mount.snapshot());
    expect(codeOf(() => new OverlayMount({ lowers, upper }))).toBe('EINVAL');
    upper.setVolatile(false);
    expect(codeOf(() => new OverlayMount({ lowers, upper }))).toBe('ok');
    expect(codeOf(() => new OverlayMount({ lowers, options: 'volatile' }))).toBe('EINVAL');
  });

  it('with an index, the upper does not go onto other lowers', () => {
    const upper = new Upper();
    const lower = base();
    new OverlayMount({ lowers: [lower], upper, options: 'index=on' });
    new OverlayMount({ lowers: [lower], upper, options: 'index=on' });
    expect(codeOf(() => new OverlayMount({ lowers: [base()], upper, options: 'index=on' }))).toBe('ESTALE');
  });
});

describe('OVL-3 snapshots', () => {
  it('stay as they were, can be gone back to, and become layers', () => {
    const lower = base();
    const lowerBefore = dumpLayer(lower);
    const upper = new Upper();
    const mount = new OverlayMount({ lowers: [lower], upper });
    const empty = mount.snapshot();
    mount.mkdir('/new', 0o755);
    write(mount, '/d/f', 'changed');
    const seen = dumpMount(mount);
    const first = mount.snapshot();
    mount.unlink('/d/f');
    write(mount, '/d/f', 'again');
    mount.rmdir('/new');
    mount.rename('/g', '/h');
    mount.restore(first);
    expect(dumpMount(mount)).toEqual(seen);
    const layer = new Upper({ id: upper.id }, first).freeze();
    write(mount, '/d/f', 'later');
    expect(dumpMount(new OverlayMount({ lowers: [layer, lower] }))).toEqual(seen);
    mount.restore(empty);
    expect(text(mount, '/d/f')).toBe('lower');
    expect(dumpLayer(lower)).toEqual(lowerBefore);
  });

  it('cost the same for one file and for thousands', () => {
    const upper = new Upper();
    const mount = new OverlayMount({ lowers: [base()], upper });
    for (let i = 0; i < 3000; i++) write(mount, `/file${i}`, 'x');
    const before = mount.snapshot();
    const after = mount.snapshot();
    // The same table: nothing was copied.
    expect(after.inodes).toBe(before.inodes);
    write(mount, '/file7', 'y');
    expect(text(new OverlayMount({ lowers: [base()], upper: new Upper({}, before) }), '/file7')).toBe('x');
  });
});

describe('OVL-4 open files', () => {
  it('read what others write after a copy-up, and outlive their name', () => {
    const mount = new OverlayMount({ lowers: [base()], upper: new Upper() });
    const fd = mount.open('/d/f', O_RDONLY);
    write(mount, '/d/f', '!', O_APPEND);
    expect(Buffer.from(mount.pread(fd, 0, 99)).toString()).toBe('lower!');
    mount.unlink('/d/f');
    expect(mount.fstat(fd).linkCount).toBe(0);
    expect(Buffer.from(mount.pread(fd, 0, 99)).toString()).toBe('lower!');
    expect(codeOf(() => mount.fchmod(fd, 0o600))).toBe('ok');
    mount.close(fd);
    expect(codeOf(() => mount.fstat(fd))).toBe('EBADF');
  });

  it('of lower files cannot be copied up once their name or directory is gone', () => {
    const mount = new OverlayMount({ lowers: [base()], upper: new Upper() });
    const g = mount.open('/g', O_RDONLY);
    mount.unlink('/g');
    expect(codeOf(() => mount.fchmod(g, 0o600))).toBe('EEXIST');
    const f = mount.open('/d/f', O_RDONLY);
    mount.chmod('/d', 0o755);
    mount.unlink('/d/f');
    mount.rmdir('/d');
    expect(codeOf(() => mount.fchmod(f, 0o600))).toBe('ENOENT');
    expect(Buffer.from(mount.pread(f, 0, 99)).toString()).toBe('lower');
  });

  it('free what has no name when they are closed', () => {
    const upper = new Upper();
    const mount = new OverlayMount({ lowers: [base()], upper });
    const fd = mount.open('/new', O_RDWR | O_CREAT, 0o644);
    const inode = upper.lookup(upper.rootInode, 'new');
    mount.unlink('/new');
    mount.pwrite(fd, 0, Buffer.from('kept'));
    expect(upper.has(inode)).toBe(true);
    mount.close(fd);
    expect(upper.has(inode)).toBe(false);
  });

  it('keep what came back under another inode than theirs', () => {
    const fifo = new Upper();
    fifo.create(fifo.rootInode, 'p', { mode: S_IFIFO | 0o644, uid: 0, gid: 0 });
    // Without an origin mark, which a fifo cannot bear here, nothing tells that the two are one.
    const mount = new OverlayMount({ lowers: [fifo.freeze()], upper: new Upper(), options: 'userxattr' });
    const fd = mount.open('/p', O_RDONLY);
    mount.unlink('/p');
    mount.fchmod(fd, 0o600);
    expect(mount.lstat('/p').mode).toBe(S_IFIFO | 0o600);
    mount.unlink('/p');
    expect(mount.fstat(fd)).toMatchObject({ mode: S_IFIFO | 0o600, linkCount: 0 });
    mount.close(fd);
  });

  it('of a fifo pass bytes on while both ends are open', () => {
    const mount = new OverlayMount({ lowers: [base()], upper: new Upper() });
    mount.mknod('/p', S_IFIFO | 0o644);
    expect(codeOf(() => mount.open('/p', O_WRONLY))).toBe('ENXIO');
    const reader = mount.open('/p', O_RDONLY);
    const writer = mount.open('/p', O_WRONLY);
    expect(codeOf(() => mount.readPipe(reader, 9))).toBe('EAGAIN');
    mount.writePipe(writer, Buffer.from('through'));
    expect(Buffer.from(mount.readPipe(reader, 4)).toString()).toBe('thro');
    expect(codeOf(() => mount.pread(reader, 0, 1))).toBe('ESPIPE');
    mount.close(writer);
    expect(Buffer.from(mount.readPipe(reader, 9)).toString()).toBe('ugh');
    expect(mount.readPipe(reader, 9)).toHaveLength(0);
    mount.close(reader);
  });
});

describe('OVL-5 layers that somebody forged', () => {
  const forged = (build: (layer: Upper) => void): Layer => {
    const layer = new Upper();
    build(layer);
    return layer.freeze();
  };
  const marked = (name: string, mode: number, marks: Record<string, string | Uint8Array>) =>
    forged((layer) => {
      const inode = layer.create(layer.rootInode, name, { mode, uid: 0, gid: 0 });
      for (const [mark, value] of Object.entries(marks))
        layer.setXattr(inode, `trusted.overlay.${mark}`, typeof value === 'string' ? Buffer.from(value) : value);
    });

  it.each([
    ['a redirect to itself', S_IFDIR | 0o755, { redirect: '/x' }, 'ok'],
    ['an empty redirect', S_IFDIR | 0o755, { redirect: '' }, 'EINVAL'],
    ['a redirect of a path that is not absolute', S_IFDIR | 0o755, { redirect: 'a/b' }, 'EINVAL'],
    ['a redirect with an empty part', S_IFDIR | 0o755, { redirect: '/a//b' }, 'EINVAL'],
    ['a redirect out of the root', S_IFDIR | 0o755, { redirect: '/../../x' }, 'ok'],
    ['a long redirect', S_IFDIR | 0o755, { redirect: `/${'a/'.repeat(2000)}a` }, 'ok'],
    ['metadata without data', S_IFREG | 0o644, { metacopy: '' }, 'EIO'],
    ['a malformed metadata mark', S_IFREG | 0o644, { metacopy: 'zz' }, 'EIO'],
    ['an opaque mark of another value', S_IFDIR | 0o755, { opaque: 'yes' }, 'ok'],
    ['an origin that is no handle', S_IFDIR | 0o755, { origin: 'zz' }, 'ok'],
    ['a link count that is no number', S_IFREG | 0o644, { nlink: 'U+999999999999999999' }, 'ok'],
  ])('%s', (_what, mode, marks, expected) => {
    const lowers = [marked('x', mode, marks), base()];
    const mount = new OverlayMount({ lowers, upper: new Upper(), options: 'redirect_dir=on,metacopy=on,index=on' });
    expect(codeOf(() => mount.stat('/x'))).toBe(expected);
    expect(text(mount, '/d/f')).toBe('lower');
  });

  it('the same marks in an upper', () => {
    for (const options of ['', 'redirect_dir=on,metacopy=on,index=on']) {
      for (const [mark, value] of [
        ['origin', new Uint8Array(29).fill(255)],
        ['origin', Uint8Array.of(0, 0xfb, 29, 0, 1)],
        ['nlink', Buffer.from('L-5')],
        ['redirect', Buffer.from('/d')],
        ['metacopy', new Uint8Array(3)],
      ] as const) {
        const upper = new Upper();
        const inode = upper.create(upper.rootInode, 'g', { mode: S_IFREG | 0o644, uid: 0, gid: 0 });
        upper.setXattr(inode, `trusted.overlay.${mark}`, value);
        const mount = new OverlayMount({ lowers: [base()], upper, options });
        expect(['ok', 'EIO']).toContain(codeOf(() => mount.stat('/g')));
        expect(['ok', 'EIO']).toContain(codeOf(() => mount.unlink('/g')));
      }
    }
  });

  it('links that lead in circles, deep trees and long names', () => {
    const mount = new OverlayMount({ lowers: [base()], upper: new Upper() });
    mount.symlink('loop', '/loop');
    expect(codeOf(() => mount.stat('/loop'))).toBe('ELOOP');
    expect(codeOf(() => mount.stat(`/${'a/'.repeat(3000)}`))).toBe('ENAMETOOLONG');
    expect(codeOf(() => mount.mkdir(`/${'n'.repeat(256)}`, 0o755))).toBe('ENAMETOOLONG');
    expect(codeOf(() => mount.mkdir(`/${'é'.repeat(128)}`, 0o755))).toBe('ENAMETOOLONG');
    expect(codeOf(() => mount.truncate('/g', 2 ** 52))).toBe('EFBIG');
    expect(codeOf(() => mount.truncate('/g', -1))).toBe('EINVAL');
  });
});

describe('OVL-7 what a mount tells', () => {
  it('counts, and tells listeners what was looked up, copied and hidden', () => {
    const mount = new OverlayMount({ lowers: [layerOf([file('/top', 't')]), base()], upper: new Upper() });
    const events: MountEvent[] = [];
    mount.listener = (event) => events.push(event);
    mount.chmod('/d/f', 0o600);
    mount.unlink('/g');
    mount.listener = undefined;
    mount.stat('/top');
    expect(events).toEqual([
      { type: 'lookup', path: 'd', layers: [0, 1, 2], found: true },
      { type: 'lookup', path: 'd/f', layers: [2], found: true },
      { type: 'copyUp', path: 'd', fromLayer: 2, copied: 'metadata', sizeBytes: 0 },
      { type: 'copyUp', path: 'd/f', fromLayer: 2, copied: 'data', sizeBytes: 5 },
      { type: 'lookup', path: 'g', layers: [0, 1, 2], found: true },
      { type: 'whiteout', path: 'g' },
      { type: 'remove', path: 'g' },
    ]);
    expect(mount.counters).toMatchObject({ lookups: 4, copiedUpObjects: 2, copiedUpBytes: 5, whiteouts: 1 });
  });

  it('looks a name up once, also one that is not there, until something changes it', () => {
    const mount = new OverlayMount({ lowers: [base()], upper: new Upper() });
    const lookups = (call: () => void) => {
      const before = mount.counters.lookups;
      call();
      return mount.counters.lookups - before;
    };
    const miss = () => codeOf(() => mount.stat('/d/none'));
    expect(lookups(miss)).toBe(2);
    expect(lookups(miss)).toBe(0);
    write(mount, '/d/none', 'x');
    expect(lookups(miss)).toBe(0);
    expect(mount.stat('/d/none').sizeBytes).toBe(1);
    mount.unlink('/d/none');
    expect(lookups(miss)).toBe(1);
    for (let i = 0; i < 70_000; i++) codeOf(() => mount.stat(`/d/none${i}`));
    // So many misses are not all kept; what is there is.
    expect(lookups(() => codeOf(() => mount.stat('/d/none1')))).toBe(1);
    expect(lookups(() => mount.stat('/d/f'))).toBeLessThanOrEqual(1);
    mount.readdir('/d');
    const merged = mount.counters.mergedDirectories;
    mount.readdir('/d');
    expect(mount.counters.mergedDirectories).toBe(merged);
  });
});
