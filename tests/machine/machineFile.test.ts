import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/byteSource.ts';
import { nodeCatalogue } from '../../src/cli/machine/nodeCatalogue.ts';
import { bootMachine, machineAtRest } from '../../src/machine/bootMachine.ts';
import { decodeDocument, encodeDocument, type Plain } from '../../src/machine/keep/document.ts';
import { openMachineFile, writeMachineFile } from '../../src/machine/keep/machineFile.ts';
import { packMachine } from '../../src/machine/keep/packMachine.ts';
import { unpackMachine } from '../../src/machine/keep/unpackMachine.ts';
import { asProcess } from '../../src/machine/machineProcess.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import * as calls from '../../src/shell/kernel/calls.ts';

const platform = nodePlatform();

async function machineFile(): Promise<Uint8Array> {
  const lab = bootMachine({ platform, files: nodeCatalogue() });
  await asProcess(lab.machine.host, 'test', async (process) => {
    await calls.writeFile(process, '/root/large', new Uint8Array(50_000).fill(7));
  });
  const kept = await packMachine(machineAtRest(lab), platform);
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeMachineFile(kept, 0)) chunks.push(chunk.slice());
  await lab.machine.halt();
  return new Uint8Array(Buffer.concat(chunks));
}

async function open(bytes: Uint8Array, changeHead: (head: Head) => unknown = (head) => head) {
  const { head, parts } = await openMachineFile(new MemorySource(bytes));
  const changed = changeHead(decodeDocument(head, '') as unknown as Head);
  return unpackMachine(encodeDocument(changed as Plain), { parts, platform, trust: 'foreign' });
}

interface Head {
  version: number;
  disk: { pages: [number, string][]; nextInode: number };
  engine: { references: unknown; images: unknown[]; layers: unknown[]; networks: { labels: unknown }[] };
  containers: unknown[];
}

const file = machineFile();

describe('REST-5 a machine in one file', () => {
  it('REST-5 comes out as it went in', async () => {
    const bytes = await file;
    const opened = await openMachineFile(new MemorySource(bytes));
    const again = await packMachine(await open(bytes), platform);
    expect(again.head).toEqual(opened.head);
    for (const [name, part] of again.parts) {
      const [is, was] = [await part.open(), await opened.parts.part(name)];
      expect(await is.read(0, is.sizeBytes), name).toEqual(await was?.read(0, was.sizeBytes));
    }
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['a picture', Uint8Array.from({ length: 4096 }, (_, i) => i * 31)],
    ['an empty tar', new Uint8Array(1024)],
  ])('REST-5 refuses %s', async (_name, bytes) => {
    await expect(openMachineFile(new MemorySource(bytes))).rejects.toMatchObject({
      name: 'KeepError',
      code: 'notAMachine',
    });
  });

  it('REST-5 refuses a file that was cut', async () => {
    const bytes = await file;
    for (const part of [0.2, 0.5, 0.9])
      await expect(open(bytes.slice(0, bytes.length * part))).rejects.toMatchObject({ name: 'KeepError' });
  });

  it.each<[string, (head: Head) => unknown, string]>([
    ['no record', () => [], 'it is no record'],
    ['another version', (head) => ({ ...head, version: 9 }), 'kept by version 9, not 2'],
    ['no disk', ({ disk: _disk, ...head }) => head, 'disk is no record'],
    [
      'a lost page',
      (head) => withDisk(head, { pages: [[0, 'inodes/00']] }),
      'inodes/00: this part of the machine is lost',
    ],
    ['a path as a part', (head) => withDisk(head, { pages: [[0, '../etc/passwd']] }), 'is lost'],
    [
      'a page in another place',
      (head) => withDisk(head, { pages: [[7, head.disk.pages[0]?.[1] ?? '']] }),
      'out of place',
    ],
    ['no pages', (head) => withDisk(head, { pages: [] }), 'has no root'],
    ['inodes to come', (head) => withDisk(head, { nextInode: 5 }), 'that is yet to come'],
    ['a page missing', (head) => withDisk(head, { pages: head.disk.pages.slice(0, 1) }), 'that is not there'],
    ['a tag of nothing', (head) => withEngine(head, { references: [['x', 'sha256:0']] }), 'an image that is not there'],
    ['a lost image', (head) => withEngine(head, { images: [{ id: 'sha256:00' }] }), 'config/sha256:00: this part'],
    [
      'a forged layer',
      (head) => withEngine(head, { layers: [{ diffId: 'x', cacheId: '', tar: 'x' }] }),
      'no layer is x',
    ],
    [
      'labels that are none',
      (head) => withEngine(head, { networks: head.engine.networks.map((one) => ({ ...one, labels: 3 })) }),
      'labels is no record',
    ],
    ['a container of nothing', (head) => ({ ...head, containers: [{}] }), 'containers[0].record is no record'],
  ])('REST-5 refuses a head with %s', async (_name, change, message) => {
    await expect(open(await file, change)).rejects.toThrow(message);
  });

  it('REST-1 no changed byte does worse than a KeepError', async () => {
    const bytes = await file;
    for (let at = 0; at < bytes.length; at += 997) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ 0x15;
      const fault = await open(damaged).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (fault !== undefined) expect((fault as Error).name, `${at}: ${String(fault)}`).toBe('KeepError');
    }
  });
});

function withDisk(head: Head, changes: Partial<Head['disk']>): Head {
  return { ...head, disk: { ...head.disk, ...changes } };
}

function withEngine(head: Head, changes: Partial<Head['engine']>): Head {
  return { ...head, engine: { ...head.engine, ...changes } };
}
