import { describe, expect, it } from 'vitest';
import { nodeCatalogue } from '../../src/cli/machine/nodeCatalogue.ts';
import { bootMachine, type LabMachine, wakeMachine } from '../../src/machine/bootMachine.ts';
import { asProcess } from '../../src/machine/machineProcess.ts';
import { type KeyValueChange, type KeyValues, memoryKeyValues } from '../../src/persistence/keyValues.ts';
import { machineStore } from '../../src/persistence/machineStore.ts';
import { BlobSource } from '../../src/platform/blobSource.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import * as calls from '../../src/shell/kernel/calls.ts';
import { MachineKeeper } from '../../src/worker/lab/machineKeeper.ts';

const platform = nodePlatform();
const setup = { platform, files: nodeCatalogue() };

/** Key values that go away, as a tab or a disk does, after so many changes. */
class Failing {
  readonly inner = memoryKeyValues();
  readonly changes: KeyValueChange[] = [];
  changesLeft = Number.POSITIVE_INFINITY;

  get keyValues(): KeyValues {
    return {
      ...this.inner,
      change: async (change) => {
        if (this.changesLeft-- <= 0) throw new DOMException('full', 'QuotaExceededError');
        this.changes.push(change);
        await this.inner.change(change);
      },
    };
  }
}

function keeperOver(keyValues: KeyValues) {
  const told: (string | undefined)[] = [];
  const keeper = new MachineKeeper({
    store: machineStore(keyValues),
    platform,
    openBlob: (blob) => new BlobSource(blob),
    onFault: (fault) => told.push(fault?.code),
  });
  return { keeper, told };
}

async function write(lab: LabMachine, path: string, bytes: Uint8Array): Promise<void> {
  await asProcess(lab.machine.host, 'test', (process) => calls.writeFile(process, path, bytes));
}

async function names(lab: LabMachine): Promise<readonly string[]> {
  return asProcess(lab.machine.host, 'test', async (process) =>
    calls.readdir(process, '/root').map(({ name }) => name),
  );
}

async function readAgain(keyValues: KeyValues): Promise<LabMachine> {
  const kept = await keeperOver(keyValues).keeper.read();
  if (!kept) throw new Error('nothing is kept');
  return wakeMachine(setup, kept);
}

describe('REST-3 a machine in a store', () => {
  it('REST-3 comes back, large files as Blobs', async () => {
    const { keyValues } = new Failing();
    const { keeper } = keeperOver(keyValues);
    expect(await keeper.read()).toBeUndefined();
    const lab = bootMachine(setup);
    const large = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251);
    await write(lab, '/root/large', large);
    keeper.keep(lab);
    await keeper.saveNow();
    const woken = await readAgain(keyValues);
    const read = await asProcess(woken.machine.host, 'test', (process) => calls.readFile(process, '/root/large'));
    expect(Buffer.compare(read, large)).toBe(0);
    await keeper.clear();
    expect(await keeperOver(keyValues).keeper.read()).toBeUndefined();
    expect(await keyValues.pairs('')).toEqual([]);
  });

  it('REST-3 however early it ends, the machine of before is there', async () => {
    const store = new Failing();
    const { keyValues } = store;
    const { keeper, told } = keeperOver(keyValues);
    const lab = bootMachine(setup);
    keeper.keep(lab);
    await keeper.saveNow();
    for (let step = 1; step <= 4; step++) {
      const before = [...(await names(await readAgain(store.inner)))].sort();
      store.changesLeft = step - 1;
      await write(lab, `/root/file${step}`, new Uint8Array(2_000_000).fill(step));
      await keeper.saveNow();
      const after = [...(await names(await readAgain(store.inner)))].sort();
      expect(after.includes(`file${step}`) ? after.filter((name) => name !== `file${step}`) : after).toEqual(before);
      store.changesLeft = Number.POSITIVE_INFINITY;
      await keeper.saveNow();
      expect(await names(await readAgain(store.inner))).toContain(`file${step}`);
    }
    expect(told.slice(0, 2)).toEqual(['quota', undefined]);
  });

  it('REST-3 what is named no more goes', async () => {
    const store = new Failing();
    const { keeper } = keeperOver(store.keyValues);
    const lab = bootMachine(setup);
    keeper.keep(lab);
    await keeper.saveNow();
    const before = (await store.inner.pairs('')).length;
    await write(lab, '/root/large', new Uint8Array(100_000).fill(1));
    await keeper.saveNow();
    await asProcess(lab.machine.host, 'test', async (process) => calls.unlink(process, '/root/large'));
    await keeper.saveNow();
    expect((await store.inner.pairs('')).length).toBe(before);
  });
});
