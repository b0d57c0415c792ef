import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import type { Platform } from '../../src/bytes/platform.ts';
import { RunSource } from '../../src/bytes/runSource.ts';
import { stretchesOf } from '../../src/bytes/stretchBuilder.ts';
import { LayerDigests } from '../../src/catalogue/layerDigests.ts';
import { nodeCatalogue } from '../../src/cli/machine/nodeCatalogue.ts';
import { bootMachine, machineAtRest, wakeMachine } from '../../src/machine/bootMachine.ts';
import { KeepError } from '../../src/machine/keep/keepError.ts';
import { packRuns, unpackRuns } from '../../src/machine/keep/keptRuns.ts';
import { openMachineFile, writeMachineFile } from '../../src/machine/keep/machineFile.ts';
import { packMachine } from '../../src/machine/keep/packMachine.ts';
import { unpackMachine } from '../../src/machine/keep/unpackMachine.ts';
import { nodePlatform } from '../../src/platform/node.ts';

const platform = nodePlatform();
const digests = new LayerDigests(nodeCatalogue(), platform);
const knownDigest = (tar: RunSource) => digests.known(tar);
const EXTENTS = [
  { offset: 3, length: 4 },
  { offset: 9000, length: 2 },
];
const packed = packRuns({
  stored: new MemorySource(Uint8Array.of(1, 2, 3, 4, 5, 6)),
  stretches: stretchesOf(EXTENTS, 9500),
});

async function bytesOfPart(): Promise<Uint8Array> {
  return (await packed.read(0, packed.sizeBytes)).slice();
}

describe('REST-5 layers without their zeros', () => {
  it('come out as they went in', async () => {
    const bytes = await bytesOfPart();
    expect(bytes.length).toBe((2 + 2 + 3) * 8 + 6);
    const source = await unpackRuns(new MemorySource(bytes), 'runs/x');
    const expected = new Uint8Array(9500);
    expected.set([1, 2, 3, 4], 3);
    expected.set([5, 6], 9000);
    expect(await source.read(0, 10_000)).toEqual(expected);
    const { parts } = source;
    expect(parts && (await packRuns(parts).read(0, 1000))).toEqual(bytes);
    expect(await packed.read(50, 9)).toEqual(bytes.subarray(50, 59));
  });

  it.each<readonly [string, (numbers: number[]) => void]>([
    ['no size', (numbers) => (numbers[0] = Number.NaN)],
    ['a size of half a byte', (numbers) => (numbers[0] = 9500.5)],
    ['a size that ends within a stretch', (numbers) => (numbers[0] = 9001)],
    ['a count of a billion', (numbers) => (numbers[1] = 1e9)],
    ['a negative count', (numbers) => (numbers[1] = -1)],
    ['a million stretches that are not there', (numbers) => (numbers[1] = 1e6)],
    ['stretches that overlap', (numbers) => (numbers[3] = 5)],
    ['a negative offset', (numbers) => (numbers[2] = -3)],
    ['an offset that is no number', (numbers) => (numbers[3] = Number.POSITIVE_INFINITY)],
    ['a place before the first', (numbers) => (numbers[4] = 1)],
    ['a stretch of less than nothing', (numbers) => (numbers[5] = 7)],
    ['more stored than is there', (numbers) => (numbers[6] = 8)],
    ['less stored than is there', (numbers) => (numbers[6] = 5)],
  ])('refuses %s', async (_what, change) => {
    const bytes = await bytesOfPart();
    const numbers = [...new Float64Array(bytes.slice(0, 56).buffer)];
    change(numbers);
    bytes.set(new Uint8Array(Float64Array.from(numbers).buffer));
    await expect(unpackRuns(new MemorySource(bytes), 'runs/x')).rejects.toBeInstanceOf(KeepError);
  });

  it('refuses what is cut', async () => {
    const bytes = await bytesOfPart();
    for (let length = 0; length < bytes.length; length++)
      await expect(unpackRuns(new MemorySource(bytes.subarray(0, length)), 'runs/x')).rejects.toBeInstanceOf(KeepError);
  });

  it("a machine's images and files cost what is in them, and are whole again in another", async () => {
    const lab = bootMachine({ platform, files: nodeCatalogue() });
    await lab.machine.host.engine.images.pull({ reference: 'redis:7' }, () => undefined);
    const saved = await savedBytes(lab);
    const kept = await packMachine(machineAtRest(lab), platform);
    const chunks: Uint8Array[] = [];
    for await (const chunk of writeMachineFile(kept, 0)) chunks.push(chunk.slice());
    const file = Buffer.concat(chunks);
    expect(saved.length).toBeGreaterThan(90e6);
    expect(file.length).toBeLessThan(15e6);
    const { head, parts } = await openMachineFile(new MemorySource(file));
    let hashedBytes = 0;
    const counting: Platform = {
      ...platform,
      createHash(algorithm) {
        const hash = platform.createHash(algorithm);
        return {
          update(bytes) {
            hashedBytes += bytes.length;
            hash.update(bytes);
          },
          digest: () => hash.digest(),
        };
      },
    };
    const rest = await unpackMachine(head, { parts, platform: counting, trust: 'foreign', knownDigest });
    // The configs, and nothing of the catalogue's layers.
    expect(hashedBytes).toBeLessThan(100_000);
    const other = await wakeMachine({ platform, files: nodeCatalogue() }, rest);
    expect(Buffer.compare(await savedBytes(other), saved)).toBe(0);
    const again = await packMachine(machineAtRest(other), platform);
    expect([...again.parts.keys()].sort()).toEqual([...kept.parts.keys()].sort());
    await lab.machine.halt();
    await other.machine.halt();
  });

  it('refuses a foreign layer of another digest', async () => {
    const lab = bootMachine({ platform, files: nodeCatalogue() });
    await lab.machine.host.engine.images.pull({ reference: 'busybox' }, () => undefined);
    const kept = await packMachine(machineAtRest(lab), platform);
    const unpacked = unpackMachine(kept.head, {
      parts: {
        async part(name) {
          const part = await kept.parts.get(name)?.open();
          if (!part || !name.startsWith('runs/')) return part;
          const source = await unpackRuns(part, name);
          const stretches = source.parts?.stretches;
          if (!stretches) throw new Error('a layer is whole');
          const stored = (await source.parts.stored.read(0, 1e9)).slice();
          stored[stored.length - 1] = 88;
          return packRuns({ stored: new MemorySource(stored), stretches });
        },
        tree: async () => undefined,
      },
      platform,
      trust: 'foreign',
      knownDigest,
    });
    await expect(unpacked).rejects.toMatchObject({ name: 'KeepError', code: 'digest' });
    await lab.machine.halt();
  });
});

async function savedBytes(lab: ReturnType<typeof bootMachine>): Promise<Uint8Array> {
  const [layer] = lab.machine.state.engine.state.layers.values();
  expect(layer?.tar).toBeInstanceOf(RunSource);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await lab.machine.host.engine.images.save(['redis:7'])) chunks.push(chunk.slice());
  return Buffer.concat(chunks);
}
