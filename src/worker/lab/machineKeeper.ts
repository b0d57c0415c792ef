import { type ByteSource, MemorySource } from '../../bytes/byteSource.ts';
import type { Platform } from '../../bytes/platform.ts';
import { type LabMachine, machineAtRest } from '../../machine/bootMachine.ts';
import type { KeptMachine, KeptPart, KeptParts } from '../../machine/keep/keptMachine.ts';
import { type MachineAtRest, packMachine } from '../../machine/keep/packMachine.ts';
import { unpackMachine } from '../../machine/keep/unpackMachine.ts';
import type { MachineStore, StoredMachine, StoredPart } from '../../persistence/machineStore.ts';
import { BlobWriter } from '../blobWriter.ts';
import { toFault } from '../faults.ts';

/** Changes that come together are written together. */
const SAVE_PAUSE_MS = 120;
/** Parts up to this are kept as their bytes, so that they are read at once; larger ones as Blobs. */
const MAX_BYTES_PART = 1024 * 1024;
/** Bytes written in one transaction. */
const BATCH_BYTES = 8 * 1024 * 1024;

export interface KeeperSetup {
  readonly store: MachineStore;
  /** What was read of it already. */
  readonly stored?: Promise<StoredMachine | undefined>;
  readonly platform: Platform;
  readonly openBlob: (blob: Blob) => ByteSource;
  /** Told when the machine could not be written, and undefined when it is written again. */
  readonly onFault: (fault: { readonly code: string; readonly message: string } | undefined) => void;
}

/** Keeps one machine in a store: parts first, the head that names them last, then what is named no more goes. */
export class MachineKeeper {
  readonly #setup: KeeperSetup;
  /** What the store has. */
  #parts = new Set<string>();
  #trees = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #lab: LabMachine | undefined;
  #isFailing = false;

  constructor(setup: KeeperSetup) {
    this.#setup = setup;
  }

  /** The machine that is kept; undefined where there is none. Throws where it cannot be used. */
  async read(): Promise<MachineAtRest | undefined> {
    const { store, platform, openBlob } = this.#setup;
    const stored = await (this.#setup.stored ?? store.read());
    if (!stored) {
      // A first machine that was never whole may have left parts.
      await store.clear();
      return undefined;
    }
    const parts: KeptParts = {
      async part(name) {
        const part = stored.parts.get(name);
        return part instanceof Blob ? openBlob(part) : part && new MemorySource(part);
      },
      tree: async (name) => stored.trees.get(name),
    };
    const machine = await unpackMachine(stored.head, { parts, platform, trust: 'kept' });
    this.#parts = new Set(stored.parts.keys());
    this.#trees = new Set(stored.trees.keys());
    return machine;
  }

  /** From now on this machine is the one that is kept. */
  keep(lab: LabMachine): void {
    this.#lab = lab;
    this.saveSoon();
  }

  /** The machine may have changed. */
  saveSoon(): void {
    this.#timer ??= setTimeout(() => void this.saveNow(), SAVE_PAUSE_MS);
  }

  /** Resolves when it is written, or could not be. */
  saveNow(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#saving = this.#saving.then(() => this.#save());
    return this.#saving;
  }

  /** Forgets what is kept. */
  async clear(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lab = undefined;
    await this.#saving;
    await this.#setup.store.clear();
    this.#parts.clear();
    this.#trees.clear();
  }

  async #save(): Promise<void> {
    const lab = this.#lab;
    if (!lab) return;
    try {
      await this.#write(await packMachine(machineAtRest(lab), this.#setup.platform));
      if (this.#isFailing) this.#setup.onFault(undefined);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#setup.onFault(toFault(error));
      this.#isFailing = true;
    }
  }

  async #write({ head, parts, trees }: KeptMachine): Promise<void> {
    const { store } = this.#setup;
    const newTrees = [...trees].filter(([name]) => !this.#trees.has(name));
    await this.#writeParts([...parts].filter(([name]) => !this.#parts.has(name)));
    if (newTrees.length > 0) await store.putTrees(newTrees);
    for (const [name] of newTrees) this.#trees.add(name);
    await store.putHead(head);
    const goneParts = [...this.#parts].filter((name) => !parts.has(name));
    const goneTrees = [...this.#trees].filter((name) => !trees.has(name));
    if (goneParts.length + goneTrees.length === 0) return;
    await store.remove({ parts: goneParts, trees: goneTrees });
    for (const name of goneParts) this.#parts.delete(name);
    for (const name of goneTrees) this.#trees.delete(name);
  }

  async #writeParts(parts: readonly (readonly [string, KeptPart])[]): Promise<void> {
    let batch: (readonly [string, StoredPart])[] = [];
    let batchBytes = 0;
    const flush = async () => {
      if (batch.length > 0) await this.#setup.store.putParts(batch);
      for (const [name] of batch) this.#parts.add(name);
      batch = [];
      batchBytes = 0;
    };
    for (const [name, part] of parts) {
      const source = await part.open();
      batch.push([name, await stored(source)]);
      batchBytes += source.sizeBytes;
      if (batchBytes >= BATCH_BYTES) await flush();
    }
    await flush();
  }
}

/** A copy of the bytes: a view of a large buffer would be stored whole. */
async function stored(source: ByteSource): Promise<StoredPart> {
  if (source.sizeBytes <= MAX_BYTES_PART) return (await source.read(0, source.sizeBytes)).slice();
  const writer = new BlobWriter();
  for await (const chunk of source.stream()) writer.write(chunk);
  return writer.finish();
}
