import { expect } from 'vitest';
import { type ByteSource, MemorySource } from '../../src/bytes/byteSource.ts';
import { nodeCatalogue } from '../../src/cli/machine/nodeCatalogue.ts';
import { type LabMachine, machineAtRest, wakeMachine } from '../../src/machine/bootMachine.ts';
import type { KeptMachine, KeptParts } from '../../src/machine/keep/keptMachine.ts';
import { packMachine } from '../../src/machine/keep/packMachine.ts';
import { unpackMachine } from '../../src/machine/keep/unpackMachine.ts';
import { asProcess } from '../../src/machine/machineProcess.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import * as calls from '../../src/shell/kernel/calls.ts';
import type { LayerColumns } from '../../src/vfs/layerTree.ts';

export const platform = nodePlatform();
export const setup = { platform, files: nodeCatalogue() };

/** Parts as a database has them: bytes, and nothing shared. */
export class Shelf implements KeptParts {
  head = new Uint8Array(0);
  readonly parts = new Map<string, Uint8Array>();
  readonly trees = new Map<string, LayerColumns>();

  /** Gives the bytes that were written. */
  async keep(kept: KeptMachine): Promise<number> {
    let written = kept.head.length;
    for (const [name, part] of kept.parts) {
      if (this.parts.has(name)) continue;
      const source = await part.open();
      const bytes = (await source.read(0, source.sizeBytes)).slice();
      expect(bytes.length).toBe(source.sizeBytes);
      this.parts.set(name, bytes);
      written += bytes.length;
    }
    for (const [name, columns] of kept.trees) this.trees.set(name, structuredClone(columns));
    this.head = kept.head.slice();
    return written;
  }

  async part(name: string): Promise<ByteSource | undefined> {
    const bytes = this.parts.get(name);
    return bytes && new MemorySource(bytes);
  }

  async tree(name: string): Promise<LayerColumns | undefined> {
    return this.trees.get(name);
  }
}

/** What a script prints on the machine's host. */
export async function run(lab: LabMachine, script: string): Promise<string> {
  const { host } = lab.machine;
  await asProcess(host, 'test', async (process) => {
    const out = await calls.open(process, '/tmp/out', 0o1101, 0o644);
    const child = host.kernel.launch(
      {
        namespaces: host.namespaces,
        argv: ['bash', '-c', script],
        env: new Map([['PATH', '/usr/bin:/bin']]),
        cwd: '/root',
        credentials: process.credentials,
        files: new Map([
          [0, await calls.open(process, '/dev/null', 0)],
          [1, out.retain()],
          [2, out.retain()],
        ]),
        group: 'new',
      },
      (self) => self.exec('/bin/bash', self.argv),
    );
    await child.wait();
    out.close();
  });
  return asProcess(host, 'test', async (process) => {
    const text = new TextDecoder().decode(await calls.readFile(process, '/tmp/out'));
    calls.unlink(process, '/tmp/out');
    return text;
  });
}

export const pack = (lab: LabMachine) => packMachine(machineAtRest(lab), platform);

export async function wokenFrom(shelf: Shelf, trust: 'kept' | 'foreign' = 'kept'): Promise<LabMachine> {
  return wakeMachine(setup, await unpackMachine(shelf.head, { parts: shelf, platform, trust }));
}
