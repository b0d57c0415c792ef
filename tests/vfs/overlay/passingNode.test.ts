import { describe, expect, it } from 'vitest';
import { decodeName } from '../../../src/bytes/byteName.ts';
import { MemorySource } from '../../../src/bytes/byteSource.ts';
import type { Layer } from '../../../src/vfs/overlay/layer.ts';
import { LayerTreeLayer } from '../../../src/vfs/overlay/layerTreeLayer.ts';
import type { MountEvent } from '../../../src/vfs/overlay/mountEvents.ts';
import { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } from '../../../src/vfs/overlay/openFlags.ts';
import { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { Upper } from '../../../src/vfs/overlay/upper.ts';
import { VfsError } from '../../../src/vfs/vfsError.ts';
import { entry, layer } from '../layers.ts';

const CREATING = { flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o644 };

function codeOf(call: () => unknown): string {
  try {
    call();
    return 'ok';
  } catch (error) {
    if (error instanceof VfsError) return error.code;
    throw error;
  }
}

let lastId = 0;

/** Empty files below a directory d. */
function treeOf(...names: readonly string[]): Layer {
  const tree = layer(entry('d/'), ...names.map((name) => entry(`d/${name}`)));
  return new LayerTreeLayer(tree, new MemorySource(new Uint8Array(0)), new Uint8Array(16).fill(++lastId));
}

function mountOver(...lowers: readonly Layer[]): OverlayMount {
  const mount = new OverlayMount({ lowers, upper: new Upper() });
  // The directory lies in the upper from here on.
  mount.chmod('/d', 0o755);
  return mount;
}

const make = (mount: OverlayMount, path: string, text = path) => mount.writeFile(path, Buffer.from(text), CREATING);
const text = (mount: OverlayMount, path: string) => Buffer.from(mount.readFile(path)).toString();
const names = (mount: OverlayMount, path = '/d') =>
  mount
    .readdir(path)
    .map(({ name }) => name)
    .sort();

describe('OVL-1 a file that lies in the upper alone', () => {
  it('is never taken for free where a lower layer has its name, however many names there are', () => {
    for (const count of [1, 10, 63, 64, 65, 500]) {
      for (const parts of [1, 3, 4, 9]) {
        const all = Array.from({ length: count }, (_, i) => `name-${i}`);
        const mount = mountOver(
          ...Array.from({ length: parts }, (_, p) => treeOf(...all.filter((_, i) => i % parts === p))),
        );
        make(mount, '/d/new');
        for (const name of all) {
          expect(codeOf(() => make(mount, `/d/${name}`))).toBe('EEXIST');
          expect(codeOf(() => mount.rename('/d/new', `/d/${name}`, ['NOREPLACE']))).toBe('EEXIST');
        }
        for (let i = 0; i < 200; i++) make(mount, `/d/other-${i}`);
        expect(names(mount)).toHaveLength(count + 201);
      }
    }
  });

  it('with names that are not ASCII, and names that are no text', () => {
    const strange = ['ü', 'naïve', '名前', decodeName(Uint8Array.of(0x66, 0xff, 0xfe))];
    const mount = mountOver(treeOf(...strange));
    for (const name of strange) expect(codeOf(() => make(mount, `/d/${name}`))).toBe('EEXIST');
    make(mount, '/d/ö');
    expect(codeOf(() => make(mount, '/d/ö'))).toBe('EEXIST');
    expect(text(mount, '/d/ö')).toBe('/d/ö');
  });

  it('leaves a whiteout where it replaced a lower name, and none elsewhere', () => {
    const mount = mountOver(treeOf('a', 'b'));
    make(mount, '/d/new');
    mount.rename('/d/new', '/d/a');
    mount.unlink('/d/a');
    expect(mount.counters.whiteouts).toBe(1);
    make(mount, '/d/a', 'again');
    mount.rename('/d/a', '/d/c');
    expect(mount.counters.whiteouts).toBe(2);
    expect(names(mount)).toEqual(['b', 'c']);
    mount.unlink('/d/c');
    expect(mount.counters.whiteouts).toBe(2);
    expect(names(mount)).toEqual(['b']);
  });

  it('has one inode under all names that it gets', () => {
    const mount = mountOver(treeOf('a'));
    make(mount, '/d/new');
    mount.link('/d/new', '/d/second');
    mount.chmod('/d/second', 0o600);
    expect(mount.stat('/d/new')).toEqual(mount.stat('/d/second'));
    expect(mount.stat('/d/new')).toMatchObject({ linkCount: 2, mode: 0o100600 });
    expect(codeOf(() => mount.rename('/d/new', '/d/second'))).toBe('ok');
    expect(names(mount)).toEqual(['a', 'new', 'second']);
    mount.unlink('/d/new');
    expect(mount.stat('/d/second').linkCount).toBe(1);
    mount.rename('/d/second', '/d/new');
    expect(text(mount, '/d/new')).toBe('/d/new');
  });

  it('moves onto itself, over another, into another directory, and in exchange for a lower one', () => {
    const mount = mountOver(treeOf('a'));
    mount.mkdir('/e', 0o755);
    make(mount, '/d/new', 'new');
    make(mount, '/d/other', 'other');
    mount.rename('/d/new', '/d/new');
    expect(text(mount, '/d/new')).toBe('new');
    mount.rename('/d/new', '/d/other');
    expect(text(mount, '/d/other')).toBe('new');
    mount.rename('/d/other', '/e/other');
    expect(names(mount)).toEqual(['a']);
    mount.rename('/e/other', '/d/a', ['EXCHANGE']);
    expect(text(mount, '/d/a')).toBe('new');
    expect(text(mount, '/e/other')).toBe('');
    expect(codeOf(() => mount.rename('/d/none', '/d/a'))).toBe('ENOENT');
    expect(codeOf(() => mount.rename('/d/a/', '/d/b'))).toBe('ENOTDIR');
  });

  it('bears marks and attributes as any other', () => {
    const mount = mountOver(treeOf('a'));
    make(mount, '/d/new');
    mount.setXattr('/d/new', 'user.mark', Buffer.from('1'));
    mount.chown('/d/new', 7, 8);
    mount.truncate('/d/new', 2);
    expect(Buffer.from(mount.getXattr('/d/new', 'user.mark')).toString()).toBe('1');
    expect(mount.stat('/d/new')).toMatchObject({ uid: 7, gid: 8, sizeBytes: 2 });
    mount.rename('/d/new', '/d/moved');
    expect(mount.listXattrs('/d/moved')).toEqual(['user.mark']);
    mount.symlink('moved', '/d/link');
    mount.rename('/d/link', '/d/link2');
    expect(mount.readlink('/d/link2')).toBe('moved');
    expect(text(mount, '/d/link2')).toBe('/d');
  });
});

describe('OVL-3 and its names', () => {
  it('go back to a snapshot, and stay in it', () => {
    const mount = mountOver(treeOf('a'));
    for (let i = 0; i < 40; i++) make(mount, `/d/new-${i}`);
    const before = mount.snapshot();
    const seen = names(mount);
    for (let i = 0; i < 40; i++) mount.rename(`/d/new-${i}`, `/d/old-${i}`);
    for (let i = 0; i < 40; i += 2) mount.unlink(`/d/old-${i}`);
    const after = mount.snapshot();
    expect(names(mount)).toHaveLength(21);
    mount.restore(before);
    expect(names(mount)).toEqual(seen);
    expect(text(mount, '/d/new-39')).toBe('/d/new-39');
    mount.restore(after);
    expect(codeOf(() => mount.stat('/d/old-2'))).toBe('ENOENT');
    expect(text(mount, '/d/old-3')).toBe('/d/new-3');
  });
});

describe('OVL-4 whoever opens it', () => {
  it('keeps it when its name goes, and reads what others write under its name', () => {
    const mount = mountOver(treeOf('a'));
    make(mount, '/d/new', 'first');
    const reader = mount.open('/d/new', O_RDONLY);
    mount.writeFile('/d/new', Buffer.from('second'));
    expect(Buffer.from(mount.pread(reader, 0, 9)).toString()).toBe('second');
    mount.rename('/d/new', '/d/moved');
    const writer = mount.open('/d/moved', O_RDWR);
    mount.pwrite(writer, 0, Buffer.from('third!'));
    mount.unlink('/d/moved');
    make(mount, '/d/moved', 'another');
    expect(Buffer.from(mount.pread(reader, 0, 9)).toString()).toBe('third!');
    expect(mount.fstat(writer)).toMatchObject({ linkCount: 0, sizeBytes: 6 });
    mount.close(reader);
    mount.close(writer);
    expect(text(mount, '/d/moved')).toBe('another');
  });
});

describe('OVL-7 lookups of it', () => {
  it('ask the upper alone, and are told to whoever listens', () => {
    const mount = mountOver(treeOf('a'), treeOf('b'));
    make(mount, '/d/new');
    const { layersSearched } = mount.counters;
    mount.stat('/d/new');
    expect(mount.counters.layersSearched - layersSearched).toBe(1);
    const events: MountEvent[] = [];
    mount.listener = (event) => events.push(event);
    mount.rename('/d/new', '/d/moved');
    mount.unlink('/d/moved');
    expect(events.map(({ type }) => type)).toEqual(['lookup', 'lookup', 'rename', 'remove']);
    expect(events[2]).toEqual({ type: 'rename', from: 'd/new', to: 'd/moved', exchange: false });
  });

  it('of a name that was asked for in vain find it once it is there, and not when it has gone', () => {
    const mount = mountOver(treeOf('a'));
    for (let round = 0; round < 3; round++) {
      expect(codeOf(() => mount.stat('/d/new'))).toBe('ENOENT');
      make(mount, '/d/new', String(round));
      expect(text(mount, '/d/new')).toBe(String(round));
      mount.rename('/d/new', '/d/moved');
      expect(codeOf(() => mount.stat('/d/new'))).toBe('ENOENT');
      mount.unlink('/d/moved');
      expect(codeOf(() => mount.unlink('/d/moved'))).toBe('ENOENT');
    }
  });
});
