import { describe, expect, it, test } from 'vitest';
import type { DriverName, Operation, OperationTarget } from '../../src/drivers/driver.ts';
import { OPERATIONS } from '../../src/drivers/driver.ts';
import { measureHost } from '../../src/drivers/measureHost.ts';
import { largestFile, operationTarget } from '../../src/drivers/operationTarget.ts';
import { storageDrivers } from '../../src/drivers/registry.ts';
import { allocatedBytes, tallyOf, addTallies } from '../../src/drivers/spaceTally.ts';
import { EntryKind } from '../../src/vfs/layerTree.ts';
import { LayerUnion } from '../../src/vfs/layerUnion.ts';
import { entry, hardLink, layer } from '../vfs/layers.ts';
import { driverNamed, hostOf } from './hosts.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const NOTHING_BELOW = { directoryCount: 0, otherCount: 0, space: addTallies([]) };

function file(sizeBytes: number, fields: Partial<OperationTarget> = {}): OperationTarget {
  return {
    kind: EntryKind.file,
    sizeBytes,
    linkCount: 1,
    parentCount: 1,
    layersSearched: 3,
    below: NOTHING_BELOW,
    ...fields,
  };
}

const DIRECTORY = file(0, {
  kind: EntryKind.directory,
  below: { directoryCount: 1, otherCount: 2, space: addTallies([tallyOf(5000), tallyOf(100)]) },
});

/** Growth in bytes of: first write, second write, chmod, rename, delete, on a lower file of 64 MiB. */
const ON_64_MIB: readonly { readonly name: DriverName; readonly growth: readonly (number | undefined)[] }[] = [
  { name: 'overlay2', growth: [64 * MIB, 0, 64 * MIB, 64 * MIB, 0] },
  { name: 'fuse-overlayfs', growth: [64 * MIB, 0, 64 * MIB, 64 * MIB, 0] },
  { name: 'containerd-overlayfs', growth: [64 * MIB, 0, 64 * MIB, 64 * MIB, 0] },
  { name: 'aufs', growth: [64 * MIB, 0, 64 * MIB, 64 * MIB, 0] },
  { name: 'devicemapper', growth: [64 * KIB, 0, 0, 0, 0] },
  { name: 'btrfs', growth: [4 * KIB, 0, 0, 0, 0] },
  { name: 'containerd-btrfs', growth: [4 * KIB, 0, 0, 0, 0] },
  { name: 'zfs', growth: [128 * KIB, 0, 0, 0, 0] },
  { name: 'vfs', growth: [0, 0, 0, 0, -64 * MIB] },
  { name: 'containerd-native', growth: [0, 0, 0, 0, -64 * MIB] },
  { name: 'windowsfilter', growth: [undefined, undefined, undefined, undefined, undefined] },
];

test.each(ON_64_MIB)('COST-1 $name, changes of a 64 MiB file', ({ name, growth }) => {
  const operations: readonly Operation[] = ['firstWrite', 'secondWrite', 'chmod', 'rename', 'delete'];
  expect(operations.map((operation) => driverNamed(name).cost(operation, file(64 * MIB))?.allocatedBytes)).toEqual(
    growth,
  );
});

/** Seen on Linux 6.18 with overlay over each filesystem: bytes that the first write of one byte, and a chmod, take. */
const OVERLAY_OVER = [
  ['ext4', 1000, 4096, 4096],
  ['ext4', 4096, 4096, 4096],
  ['ext4', 100_000, 102_400, 102_400],
  ['ext4', 8 * MIB, 8 * MIB, 8 * MIB],
  ['ext4', 64 * MIB, 64 * MIB, 64 * MIB],
  ['xfs', 4096, 4096, 0],
  ['xfs', 100_000, 102_400, 4096],
  ['xfs', 8 * MIB, 128 * KIB, 0],
  ['xfs', 64 * MIB, 128 * KIB, 0],
  ['btrfs', 1000, 0, 0],
  ['btrfs', 4096, 4096, 0],
  ['btrfs', 100_000, 4096, 0],
  ['btrfs', 64 * MIB, 4096, 0],
] as const;

test.each(OVERLAY_OVER)('COST-2 overlay2 over %s, a file of %d bytes', (backing, size, write, chmod) => {
  const driver = storageDrivers(backing).find((candidate) => candidate.name === 'overlay2');
  expect(driver?.cost('firstWrite', file(size))?.allocatedBytes).toBe(write);
  expect(driver?.cost('chmod', file(size))?.allocatedBytes).toBe(chmod);
});

describe('COST-3 small and empty files', () => {
  it.each([
    ['overlay2', 0, 4096],
    ['btrfs', 0, 0],
    ['btrfs', 2048, 0],
    ['btrfs', 2049, 4096],
    ['zfs', 1, 512],
    ['zfs', 100_000, 100_352],
    ['zfs', 128 * KIB, 128 * KIB],
    ['devicemapper', 10, 64 * KIB],
    ['vfs', 0, 4096],
    ['vfs', 10, 0],
  ] as const)('%s, %d bytes', (name, size, growth) => {
    expect(driverNamed(name).cost('firstWrite', file(size))?.allocatedBytes).toBe(growth);
  });
});

describe('COST-4 metadata', () => {
  it('copies up the parents once, looks through the layers', () => {
    const deep = file(10, { parentCount: 3 });
    const { cost } = driverNamed('overlay2');
    expect(cost('read', deep)?.steps).toEqual([{ step: 'lookup', count: 3 }]);
    expect(cost('firstWrite', deep)?.steps).toEqual([
      { step: 'copyUpDirectory', count: 3 },
      { step: 'copyUpInode', count: 1 },
    ]);
    expect(cost('delete', deep)?.steps).toEqual([
      { step: 'copyUpDirectory', count: 3 },
      { step: 'whiteout', count: 1 },
    ]);
    expect(driverNamed('btrfs').cost('read', deep)?.steps).toEqual([{ step: 'lookup', count: 1 }]);
  });

  it('refuses to rename a directory across layers, and says what mv then pays', () => {
    const cost = driverNamed('overlay2').cost('rename', DIRECTORY);
    expect(cost).toMatchObject({ refusal: 'EXDEV', copiedBytes: 5100, allocatedBytes: 8192 + 4096 });
    expect(driverNamed('vfs').cost('rename', DIRECTORY)).toMatchObject({
      allocatedBytes: 0,
      steps: [{ step: 'rename' }],
    });
    expect(driverNamed('vfs').cost('rename', DIRECTORY)).not.toHaveProperty('refusal');
    const childless = { ...DIRECTORY, below: NOTHING_BELOW };
    expect(driverNamed('overlay2').cost('rename', childless)).toMatchObject({ refusal: 'EXDEV' });
    expect(driverNamed('aufs').cost('rename', childless)).not.toHaveProperty('refusal');
  });

  it('removes a directory name by name', () => {
    expect(driverNamed('overlay2').cost('delete', DIRECTORY)?.steps).toEqual([
      { step: 'copyUpDirectory', count: 3 },
      { step: 'whiteout', count: 4 },
    ]);
    expect(driverNamed('vfs').cost('delete', DIRECTORY)).toMatchObject({
      allocatedBytes: -12_288,
      steps: [{ step: 'unlink', count: 4 }],
    });
  });

  it('never writes to a directory, never copies for a read', () => {
    for (const driver of storageDrivers('ext4')) {
      const write = driver.cost('firstWrite', DIRECTORY);
      if (write) expect(write.refusal).toBe('EISDIR');
      const read = driver.cost('read', file(MIB));
      if (read) expect([read.copiedBytes, read.allocatedBytes]).toEqual([0, 0]);
    }
  });

  it('writes through a fifo change nothing, a chmod copies up no content', () => {
    const fifo = file(0, { kind: EntryKind.fifo });
    for (const driver of storageDrivers('ext4')) {
      const write = driver.cost('firstWrite', fifo);
      if (write) expect(write).toMatchObject({ copiedBytes: 0, allocatedBytes: 0, steps: [] });
      expect(driver.cost('chmod', fifo)?.allocatedBytes ?? 0).toBe(0);
    }
  });

  it('frees a copy with its last name only', () => {
    expect(driverNamed('vfs').cost('delete', file(4096, { linkCount: 2 }))?.allocatedBytes).toBe(0);
  });

  it('blocks make up what is taken by copies', () => {
    for (const backing of ['ext4', 'xfs', 'btrfs'] as const)
      for (const driver of storageDrivers(backing))
        for (const operation of OPERATIONS)
          for (const size of [0, 1, 4096, 200_000, MIB]) {
            const cost = driver.cost(operation, file(size));
            if (!cost || driver.copyUnit.unit === 'nothing') continue;
            const { count, sizeBytes } = cost.blocks;
            expect(cost.allocatedBytes).toBeLessThanOrEqual(count * sizeBytes);
            expect(cost.copiedBytes).toBeLessThanOrEqual(Math.max(size, cost.allocatedBytes));
          }
  });
});

describe('COST-5 the target', () => {
  const stack = [
    layer(entry('d/e/f', { size: 10 }), entry('d/g', { size: 30 }), hardLink('d/h', 'd/g')),
    layer(entry('small', { size: 2 })),
  ];
  const union = new LayerUnion(stack);

  it('tells depth, layers and names', async () => {
    expect(await operationTarget(union, union.resolve('d/e/f'))).toMatchObject({
      sizeBytes: 10,
      linkCount: 1,
      parentCount: 2,
      layersSearched: 2,
    });
    expect(await operationTarget(union, union.resolve('d/h'))).toMatchObject({ linkCount: 2 });
    expect(await operationTarget(union, union.resolve('small'))).toMatchObject({ parentCount: 0, layersSearched: 1 });
    expect((await operationTarget(union, union.resolve('d'))).below).toMatchObject({
      directoryCount: 1,
      otherCount: 3,
      space: { contentBytes: 40 },
    });
  });

  it('is the largest file if none is named', () => {
    expect(union.path(largestFile(union))).toBe('d/g');
    expect(largestFile(new LayerUnion([layer(entry('d/'))]))).toBe(-1);
  });
});

describe('COST-6 what a container costs before it does anything', () => {
  it('vfs pays twice, native once, the others nothing', async () => {
    const measure = await measureHost(hostOf([[layer(entry('f', { size: 8 * MIB }))]]));
    const paid = Object.fromEntries(
      storageDrivers('ext4').map((driver) => [driver.name, driver.usage(measure).containers.allocatedBytes]),
    );
    expect(paid).toMatchObject({ vfs: 16 * MIB, 'containerd-native': 8 * MIB, overlay2: 0, btrfs: 0, zfs: 0 });
  });

  it.each(['xfs', 'btrfs'] as const)('copies share their extents on %s', async (backing) => {
    const stack = [layer(entry('f', { size: 8 * MIB })), layer(entry('g', { size: MIB }))];
    const measure = await measureHost(hostOf([stack]));
    for (const driver of storageDrivers(backing).filter(({ name }) => name === 'vfs' || name === 'containerd-native')) {
      const { images, containers } = driver.usage(measure);
      expect([images.allocatedBytes, containers.allocatedBytes]).toEqual([9 * MIB, 0]);
      const written = backing === 'xfs' ? 128 * KIB : 4 * KIB;
      expect(driver.cost('firstWrite', file(8 * MIB))?.allocatedBytes).toBe(written);
      expect(driver.cost('chmod', file(8 * MIB))?.allocatedBytes).toBe(0);
    }
  });

  it('rounds to what is allocated', () => {
    expect(allocatedBytes(0, 'ext4')).toBe(0);
    expect(allocatedBytes(1, 'ext4')).toBe(4096);
    expect(allocatedBytes(200_000, 'zfs')).toBe(2 * 128 * KIB);
  });
});
