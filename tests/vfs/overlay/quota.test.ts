import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { O_CREAT, O_RDWR, O_WRONLY } from '../../../src/vfs/overlay/openFlags.ts';
import { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { Upper } from '../../../src/vfs/overlay/upper.ts';
import { VfsError } from '../../../src/vfs/vfsError.ts';
import { dumpLayer, dumpMount } from './mountDump.ts';
import { layerOf, randomCall, randomLayers } from './randomCalls.ts';

const BLOCK = 4096;

function mountOf(limitBytes: number, lower = new Upper()) {
  const upper = new Upper({ limitBytes });
  return { upper, mount: new OverlayMount({ lowers: [lower], upper }) };
}

describe('OVL-8 an upper of limited size', () => {
  it('counts files in blocks, holes not, and what nobody holds any more not', () => {
    const { upper, mount } = mountOf(100 * BLOCK);
    const usedBlocks = () => 100 - (upper.leftBytes ?? 0) / BLOCK;
    mount.mkdir('/d', 0o755);
    mount.symlink('/somewhere', '/d/link');
    expect(usedBlocks()).toBe(0);
    mount.writeFile('/d/a', Buffer.from('x'));
    expect(usedBlocks()).toBe(1);
    mount.writeFile('/d/a', Buffer.alloc(BLOCK + 1, 1));
    expect(usedBlocks()).toBe(2);
    mount.link('/d/a', '/d/b');
    mount.unlink('/d/a');
    expect(usedBlocks()).toBe(2);
    const fd = mount.open('/d/b', O_RDWR);
    mount.unlink('/d/b');
    expect(usedBlocks()).toBe(2);
    mount.close(fd);
    expect(usedBlocks()).toBe(0);
    mount.writeFile('/hole', Buffer.alloc(0));
    mount.truncate('/hole', 2 ** 40);
    expect(usedBlocks()).toBe(0);
    const sparse = mount.open('/hole', O_WRONLY);
    mount.pwrite(sparse, 2 ** 39, Buffer.from('x'));
    mount.close(sparse);
    expect(usedBlocks()).toBe(8); // what is written lies in stretches of 32 KiB
    mount.truncate('/hole', 100);
    expect(usedBlocks()).toBe(0);
  });

  it('takes what it holds to the last block, and overwrites when it is full', () => {
    const { mount } = mountOf(3 * BLOCK);
    mount.writeFile('/a', Buffer.alloc(2 * BLOCK, 1));
    mount.writeFile('/b', Buffer.alloc(BLOCK, 2));
    mount.writeFile('/a', Buffer.alloc(2 * BLOCK, 3));
    expect(() => mount.writeFile('/c', Buffer.from('x'))).toThrow('ENOSPC');
    expect(mount.readdir('/').map(({ name }) => name)).toEqual(['a', 'b']);
    mount.unlink('/b');
    mount.writeFile('/c', Buffer.from('x'));
    expect(mount.readFile('/a')).toEqual(new Uint8Array(2 * BLOCK).fill(3));
  });

  it('copies nothing up that has no room, and leaves nothing of it', () => {
    const lower = new Upper();
    const before = new OverlayMount({ lowers: [new Upper()], upper: lower });
    before.mkdir('/d', 0o755);
    before.writeFile('/d/big', Buffer.alloc(20 * BLOCK, 7));
    const { upper, mount } = mountOf(10 * BLOCK, lower);
    const empty = dumpLayer(upper);
    expect(() => mount.chmod('/d/big', 0o600)).toThrow('ENOSPC');
    expect(() => mount.open('/d/big', O_RDWR)).toThrow('ENOSPC');
    expect(dumpLayer(upper)).toEqual(empty);
    expect(upper.leftBytes).toBe(10 * BLOCK);
    mount.writeFile('/d/big', Buffer.from('small'));
    expect(upper.leftBytes).toBe(9 * BLOCK);
  });

  it('counts again where it returns to', () => {
    const { upper, mount } = mountOf(10 * BLOCK);
    mount.writeFile('/a', Buffer.from('x'));
    const state = mount.snapshot();
    mount.writeFile('/b', Buffer.alloc(5 * BLOCK, 1));
    mount.restore(state);
    expect(upper.leftBytes).toBe(9 * BLOCK);
    expect(new Upper({ limitBytes: BLOCK }, state).leftBytes).toBe(0);
  });

  it('law: what is refused changes nothing, and what is counted is what is there', () => {
    const limits = fc.integer({ min: 0, max: 6 }).map((blocks) => blocks * BLOCK);
    fc.assert(
      fc.property(randomLayers, fc.array(randomCall, { maxLength: 30 }), limits, (layers, calls, limitBytes) => {
        const upper = new Upper({ limitBytes });
        const mount = new OverlayMount({ lowers: layers.map(layerOf).reverse(), upper });
        for (const call of calls) {
          const seen = dumpMount(mount);
          const stored = dumpLayer(upper);
          let code = '';
          try {
            call.onMount(mount);
          } catch (error) {
            if (!(error instanceof VfsError)) throw error;
            ({ code } = error);
          }
          // Those that open, write and close may be refused in the midst.
          if (code === 'ENOSPC' && !/^(create|truncate|append|read) /.test(call.text)) {
            expect(dumpMount(mount)).toEqual(seen);
            expect(dumpLayer(upper)).toEqual(stored);
          }
          expect(upper.leftBytes).toBe(new Upper({ limitBytes }, upper.freeze().state).leftBytes);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is asked of by no one who sets no limit', () => {
    const upper = new Upper();
    const mount = new OverlayMount({ lowers: [new Upper()], upper });
    const fd = mount.open('/f', O_WRONLY | O_CREAT, 0o644);
    mount.pwrite(fd, 2 ** 40, Buffer.from('x'));
    expect(upper.leftBytes).toBeUndefined();
  });
});
