import type { Platform } from '../../bytes/platform.ts';
import type { CatalogueFiles } from '../../catalogue/catalogueFiles.ts';
import { LayerDigests } from '../../catalogue/layerDigests.ts';
import { type LabMachine, machineAtRest } from '../../machine/bootMachine.ts';
import { openMachineFile, writeMachineFile } from '../../machine/keep/machineFile.ts';
import { type MachineAtRest, packMachine } from '../../machine/keep/packMachine.ts';
import { unpackMachine } from '../../machine/keep/unpackMachine.ts';
import { BlobWriter } from '../blobWriter.ts';
import type { Host } from '../host.ts';

/** `LabService.exportMachine`. */
export async function exportMachine(lab: LabMachine, platform: Platform): Promise<Blob> {
  const kept = await packMachine(machineAtRest(lab), platform);
  const writer = new BlobWriter();
  const { sec } = lab.machine.host.kernel.clock.now();
  for await (const chunk of writeMachineFile(kept, sec)) writer.write(chunk);
  return writer.finish('application/x-tar');
}

/** The machine in a file. Throws KeepError, and nothing is changed then. */
export async function importMachine(
  file: Blob,
  { platform, openBlob }: Host,
  catalogue: CatalogueFiles,
): Promise<MachineAtRest> {
  const { head, parts } = await openMachineFile(openBlob(file));
  const digests = new LayerDigests(catalogue, platform);
  return unpackMachine(head, { parts, platform, trust: 'foreign', knownDigest: (tar) => digests.known(tar) });
}
