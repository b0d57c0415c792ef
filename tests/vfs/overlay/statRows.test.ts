import { describe, expect, it } from 'vitest';
import { deviceNumber, S_IFBLK, S_IFCHR, S_IFIFO, S_IFREG } from '../../../src/vfs/overlay/fileMode.ts';
import type { Timestamp } from '../../../src/vfs/overlay/layer.ts';
import { O_WRONLY } from '../../../src/vfs/overlay/openFlags.ts';
import { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { Upper } from '../../../src/vfs/overlay/upper.ts';

const TIMES: readonly Timestamp[] = [
  { sec: 1_700_000_000, nsec: 123_456_789 },
  { sec: -86_400, nsec: 999_999_999 },
  { sec: 2 ** 40, nsec: 0 },
];
const OBJECTS = ['d', 'file', 'large', 'link', 'char', 'block', 'pipe', 'second', 'stranger', 'times'];

/** Everything that stat(2) tells of, frozen as a lower layer. */
function lower(time: Timestamp) {
  const upper = new Upper({ now: () => time });
  const mount = new OverlayMount({ lowers: [new Upper().freeze()], upper });
  mount.mkdir('/d', 0o1755);
  mount.writeFile('/file', Buffer.from('text'), { mode: 0o4755 });
  mount.mknod('/large', S_IFREG | 0o600);
  mount.truncate('/large', 2 ** 43 + 1);
  mount.symlink('file', '/link');
  mount.mknod('/char', S_IFCHR | 0o666, deviceNumber(1, 3));
  mount.mknod('/block', S_IFBLK | 0o660, deviceNumber(4095, 2 ** 20 - 1));
  mount.mknod('/pipe', S_IFIFO | 0o644);
  mount.link('/file', '/second');
  mount.writeFile('/stranger', new Uint8Array(0));
  mount.chown('/stranger', 2 ** 32 - 2, 2 ** 31);
  mount.writeFile('/times', new Uint8Array(0));
  mount.utimes('/times', { sec: 1, nsec: 2 }, { sec: 3, nsec: 4 });
  return upper.freeze();
}

describe('OVL-1 stat of what lies in lower layers', () => {
  it.each(TIMES)('gives the same again and again, with times of %o', (time) => {
    const mount = new OverlayMount({ lowers: [lower(time)], upper: new Upper() });
    for (const name of OBJECTS) {
      const first = mount.lstat(name);
      expect(first.mtime).toEqual(name === 'times' ? { sec: 3, nsec: 4 } : time);
      for (let i = 0; i < 3; i++) expect(mount.lstat(name)).toEqual(first);
    }
    expect(mount.lstat('large').sizeBytes).toBe(2 ** 43 + 1);
    expect(mount.lstat('block')).toMatchObject({ device: deviceNumber(4095, 2 ** 20 - 1), sizeBytes: 0 });
    expect(mount.lstat('stranger')).toMatchObject({ uid: 2 ** 32 - 2, gid: 2 ** 31 });
    expect(mount.lstat('second')).toMatchObject({ linkCount: 2, mode: S_IFREG | 0o4755 });
  });

  it('gives each answer as an object of its own', () => {
    const mount = new OverlayMount({ lowers: [lower(TIMES[0] as Timestamp)], upper: new Upper() });
    for (const name of OBJECTS) {
      mount.lstat(name);
      expect(mount.lstat(name)).not.toBe(mount.lstat(name));
    }
  });

  it('tells of the upper from the copy-up on, and of the lower again where that was taken back', () => {
    const upper = new Upper({ limitBytes: 4096 });
    const mount = new OverlayMount({ lowers: [lower(TIMES[0] as Timestamp)], upper });
    const before = OBJECTS.map((name) => mount.lstat(name));
    expect(() => mount.truncate('/file', 1_000_000)).not.toThrow();
    expect(mount.lstat('/file')).toMatchObject({ sizeBytes: 1_000_000, mode: S_IFREG | 0o4755 });
    mount.chmod('/d', 0o700);
    expect(mount.lstat('/d').mode & 0o7777).toBe(0o700);
    upper.log.onChange = () => {
      throw new RangeError('no change is possible');
    };
    expect(() => mount.open('/large', O_WRONLY)).toThrow(RangeError);
    upper.log.onChange = undefined;
    expect(mount.lstat('/large')).toEqual(before[OBJECTS.indexOf('large')]);
    mount.lchown('/link', 7, 8);
    expect(mount.lstat('/link')).toMatchObject({ uid: 7, gid: 8, sizeBytes: 4 });
    expect(mount.lstat('/char')).toEqual(before[OBJECTS.indexOf('char')]);
  });
});
