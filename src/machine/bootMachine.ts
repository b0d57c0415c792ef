import type { Platform } from '../bytes/platform.ts';
import { Catalogue } from '../catalogue/catalogue.ts';
import type { CatalogueFiles } from '../catalogue/catalogueFiles.ts';
import { cataloguePrograms } from '../catalogue/programs.ts';
import type { EngineVintage } from '../engine/systemCalls.ts';
import { type Clock, WallClock } from '../shell/kernel/clock.ts';
import type { Process } from '../shell/kernel/process.ts';
import { createHost } from './host.ts';
import { HOST_PROGRAMS } from './hostPrograms.ts';
import { LabNetwork } from './labNetwork.ts';
import { Machine } from './machine.ts';
import { joinPrograms } from './programs.ts';

/** Bytes that a machine's disk holds. */
const DISK_BYTES = 2 * 2 ** 30;
const HOST_NAME = 'palimpsest';

export interface BootSetup {
  readonly platform: Platform;
  readonly files: CatalogueFiles;
  readonly clock?: Clock;
  /** Seeded where a machine shall repeat itself. */
  readonly random?: (length: number) => Uint8Array;
  readonly vintage?: EngineVintage;
  readonly onFault?: (error: unknown, process: Process) => void;
}

/** A machine on a lab network of its own, with the catalogue as its hub. */
export interface LabMachine {
  readonly machine: Machine;
  readonly network: LabNetwork;
  readonly catalogue: Catalogue;
}

export function bootMachine(setup: BootSetup): LabMachine {
  const catalogue = new Catalogue(setup.files, setup.platform);
  const network = new LabNetwork();
  network.addHost(HOST_NAME);
  const host = createHost({
    name: HOST_NAME,
    clock: setup.clock ?? new WallClock(),
    random: setup.random ?? randomBytes,
    platform: setup.platform,
    vintage: setup.vintage ?? '20.10',
    network,
    programs: joinPrograms(HOST_PROGRAMS, cataloguePrograms(catalogue)),
    diskBytes: DISK_BYTES,
    onFault: setup.onFault,
  });
  return { machine: new Machine(host), network, catalogue };
}

/** `getRandomValues` gives 64 KiB at a time. */
function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
}
