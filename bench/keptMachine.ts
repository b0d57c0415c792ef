import { type ByteSource, MemorySource } from '../src/bytes/byteSource.ts';
import { machineAtRest, wakeMachine } from '../src/machine/bootMachine.ts';
import { packMachine } from '../src/machine/keep/packMachine.ts';
import { unpackMachine } from '../src/machine/keep/unpackMachine.ts';
import type { LayerColumns } from '../src/vfs/layerTree.ts';
import { BENCH_SETUP, bootLabMachine, labMachineOf } from './labMachine.ts';

const IMAGES = ['alpine', 'busybox', 'debian', 'golang', 'httpd', 'nginx', 'node', 'python', 'redis', 'ubuntu'];

export interface KeepFigures {
  readonly images: number;
  readonly keepMs: number;
  /** Until a shell of the machine that woke has listed its images. */
  readonly wakeMs: number;
}

/** Keeps a machine with ten images in memory, as bytes that share nothing with it, and wakes it. */
export async function measureKept(): Promise<KeepFigures> {
  const machine = bootLabMachine();
  await machine.run(`for i in ${IMAGES.join(' ')}; do docker pull -q $i || exit; done`);
  const startMs = performance.now();
  const kept = await packMachine(machineAtRest(machine.booted), BENCH_SETUP.platform);
  const parts = new Map<string, Uint8Array>();
  for (const [name, part] of kept.parts) {
    const source: ByteSource = await part.open();
    parts.set(name, (await source.read(0, source.sizeBytes)).slice());
  }
  const trees = new Map<string, LayerColumns>(structuredClone([...kept.trees]));
  const head = kept.head.slice();
  const keepMs = performance.now() - startMs;
  await machine.halt();
  const wokeMs = performance.now();
  const shelf = {
    part: async (name: string) => {
      const bytes = parts.get(name);
      return bytes && new MemorySource(bytes);
    },
    tree: async (name: string) => trees.get(name),
  };
  const { platform } = BENCH_SETUP;
  const atRest = await unpackMachine(head, { parts: shelf, platform, trust: 'kept' });
  const woken = labMachineOf(await wakeMachine(BENCH_SETUP, atRest));
  const { output } = await woken.run('docker images -q');
  const wakeMs = performance.now() - wokeMs;
  await woken.halt();
  return { images: output.trim().split('\n').length, keepMs, wakeMs };
}
