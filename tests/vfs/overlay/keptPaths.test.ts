import { describe, expect, it } from 'vitest';
import { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { ROOT } from '../../../src/vfs/overlay/permission.ts';
import { Upper } from '../../../src/vfs/overlay/upper.ts';

function mountWithFile(): OverlayMount {
  const mount = new OverlayMount({ lowers: [new Upper()], upper: new Upper() });
  mount.mkdir('/a', 0o755);
  mount.mkdir('/a/b', 0o755);
  mount.writeFile('/a/b/f', Buffer.from('first'));
  for (let i = 0; i < 3; i++) expect(read(mount, '/a/b/f')).toBe('first');
  return mount;
}

function read(mount: OverlayMount, path: string): string {
  return Buffer.from(mount.readFile(path)).toString();
}

/** How many changes a call makes. */
function changesOf(upper: Upper, call: () => void): number {
  let count = 0;
  upper.log.onChange = () => count++;
  call();
  upper.log.onChange = undefined;
  return count;
}

/** A call whose next change after so many fails. */
function failAfter(upper: Upper, changes: number, call: () => void): void {
  let left = changes;
  upper.log.onChange = () => {
    if (left-- === 0) throw new Error('no more');
  };
  try {
    call();
  } finally {
    upper.log.onChange = undefined;
  }
}

describe('OVL-7 a path that was walked often leads where it leads now', () => {
  it('after the file was removed, made again, or replaced', () => {
    const mount = mountWithFile();
    mount.unlink('/a/b/f');
    expect(() => mount.stat('/a/b/f')).toThrow('ENOENT');
    mount.writeFile('/a/b/f', Buffer.from('second'));
    for (let i = 0; i < 3; i++) expect(read(mount, '/a/b/f')).toBe('second');
    mount.writeFile('/a/b/g', Buffer.from('third'));
    mount.rename('/a/b/g', '/a/b/f');
    for (let i = 0; i < 3; i++) expect(read(mount, '/a/b/f')).toBe('third');
    expect(() => mount.stat('/a/b/g')).toThrow('ENOENT');
  });

  it('after a directory above it was moved, exchanged, or made again', () => {
    const mount = mountWithFile();
    mount.rename('/a', '/c');
    expect(() => mount.stat('/a/b/f')).toThrow('ENOENT');
    for (let i = 0; i < 3; i++) expect(read(mount, '/c/b/f')).toBe('first');
    mount.mkdir('/a', 0o755);
    expect(() => mount.stat('/a/b/f')).toThrow('ENOENT');
    mount.rename('/a', '/c', ['EXCHANGE']);
    for (let i = 0; i < 3; i++) expect(read(mount, '/a/b/f')).toBe('first');
    expect(() => mount.stat('/c/b/f')).toThrow('ENOENT');
    mount.unlink('/a/b/f');
    mount.rmdir('/a/b');
    mount.mkdir('/a/b', 0o755);
    mount.writeFile('/a/b/f', Buffer.from('again'));
    for (let i = 0; i < 3; i++) expect(read(mount, '/a/b/f')).toBe('again');
  });

  it('after a link came in the place of a directory, and for whoever may not walk there', () => {
    const mount = mountWithFile();
    mount.rename('/a/b', '/b');
    mount.symlink('/b', '/a/b');
    expect(read(mount, '/a/b/f')).toBe('first');
    mount.chmod('/b', 0o700);
    mount.credentials = { uid: 7, gid: 7, groups: [], umask: 0 };
    expect(() => mount.stat('/b/f')).toThrow('EACCES');
    expect(() => mount.stat('/a/b/f')).toThrow('EACCES');
  });

  it('for each caller by the modes of the directories above, as they are now', () => {
    const mount = mountWithFile();
    mount.chmod('/a/b', 0o777);
    const stranger = { uid: 7, gid: 7, groups: [], umask: 0 };
    mount.credentials = stranger;
    for (let i = 0; i < 3; i++) expect(read(mount, '/a/b/f')).toBe('first');
    mount.writeFile('/a/b/theirs', Buffer.from('made'));
    expect(mount.stat('/a/b/theirs').uid).toBe(7);
    mount.credentials = ROOT;
    mount.chmod('/a', 0o700);
    mount.credentials = stranger;
    for (const call of [
      () => mount.stat('/a/b/f'),
      () => mount.readFile('/a/b/theirs'),
      () => mount.writeFile('/a/b/more', Buffer.from('x')),
      () => mount.rename('/a/b/theirs', '/a/b/moved'),
    ])
      expect(call).toThrow('EACCES');
    mount.credentials = ROOT;
    mount.chmod('/a', 0o711);
    mount.chmod('/a/b', 0o666);
    mount.credentials = stranger;
    expect(() => mount.writeFile('/a/b/more', Buffer.from('x'))).toThrow('EACCES');
    expect(() => mount.stat('/a/b/f')).toThrow('EACCES');
    mount.credentials = ROOT;
    expect(read(mount, '/a/b/f')).toBe('first');
  });

  it('for a rename that was refused, whose name is free still', () => {
    const mount = mountWithFile();
    mount.mkdir('/closed', 0o700);
    mount.credentials = { uid: 7, gid: 7, groups: [], umask: 0 };
    expect(() => mount.rename('/a/b/f', '/a/b/g')).toThrow('EACCES');
    expect(() => mount.stat('/a/b/g')).toThrow('ENOENT');
    mount.credentials = ROOT;
    mount.rename('/a/b/f', '/a/b/g');
    expect(read(mount, '/a/b/g')).toBe('first');
    expect(mount.readdir('/a/b').map(({ name }) => name)).toEqual(['g']);
  });

  it('after a call was taken back, and after a return to an earlier state', () => {
    const upper = new Upper();
    const mount = new OverlayMount({ lowers: [new Upper()], upper });
    mount.mkdir('/a', 0o755);
    const empty = mount.snapshot();
    const changes = changesOf(upper, () => mount.writeFile('/a/g', Buffer.from('x')));
    expect(changes).toBeGreaterThan(3);
    for (let left = 0; left < changes; left++) {
      expect(() => failAfter(upper, left, () => mount.writeFile('/a/f', Buffer.from('x')))).toThrow('no more');
      expect(() => mount.stat('/a/f')).toThrow('ENOENT');
      expect(mount.readdir('/a').map(({ name }) => name)).toEqual(['g']);
    }
    mount.writeFile('/a/f', Buffer.from('kept'));
    for (let i = 0; i < 3; i++) expect(read(mount, '/a/f')).toBe('kept');
    mount.restore(empty);
    expect(() => mount.stat('/a/f')).toThrow('ENOENT');
  });
});
