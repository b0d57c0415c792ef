import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/byteSource.ts';
import { LayerTreeLayer } from '../../../src/vfs/overlay/layerTreeLayer.ts';
import { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { Upper } from '../../../src/vfs/overlay/upper.ts';
import { entry, layer } from '../layers.ts';

const LAYERS = 6;

function mountOfMany(upper: Upper): OverlayMount {
  const tree = () => layer(entry('a/'), entry('a/x/'), entry('a/y/'), entry('a/y/z/'));
  const lowers = Array.from(
    { length: LAYERS },
    (_, i) => new LayerTreeLayer(tree(), new MemorySource(new Uint8Array(0)), new Uint8Array(16).fill(i + 1)),
  );
  return new OverlayMount({ lowers, upper, options: 'redirect_dir=on' });
}

describe('OVL-7 a directory that many layers have', () => {
  it('stays removed, and stays where it was renamed to, looked up again or mounted again', () => {
    const upper = new Upper();
    let mount = mountOfMany(upper);
    for (let i = 0; i < 20; i++) mount.readdir('/a');
    mount.rmdir('/a/x');
    mount.rename('/a/y', '/a/w');
    for (let round = 0; round < 2; round++) {
      expect(() => mount.stat('/a/x')).toThrow('ENOENT');
      expect(() => mount.stat('/a/y')).toThrow('ENOENT');
      expect(mount.readdir('/a').map(({ name }) => name)).toEqual(['w']);
      expect(mount.readdir('/a/w').map(({ name }) => name)).toEqual(['z']);
      mount = mountOfMany(upper);
      for (let i = 0; i < 20; i++) mount.readdir('/a');
    }
    mount.mkdir('/a/x', 0o755);
    expect(mount.readdir('/a/x')).toEqual([]);
  });
});
