import type { Platform } from '../bytes/platform.ts';
import { Catalogue } from '../catalogue/catalogue.ts';
import type { CatalogueFiles } from '../catalogue/catalogueFiles.ts';
import { cataloguePrograms } from '../catalogue/programs.ts';
import type { EngineVintage } from '../engine/systemCalls.ts';
import { type Clock, WallClock } from '../shell/kernel/clock.ts';
import type { Process } from '../shell/kernel/process.ts';
import { createHub, createMirror, type HubSetup } from '../registry/simulated/hub.ts';
import { RegistryServer } from '../registry/simulated/registryServer.ts';
import { RegistryStore } from '../registry/simulated/registryStore.ts';
import { catalogueHub } from './catalogueHub.ts';
import { createHost } from './host.ts';
import { HOST_PROGRAMS } from './hostPrograms.ts';
import { LabNetwork } from './labNetwork.ts';
import { Machine } from './machine.ts';
import { joinPrograms } from './programs.ts';

/** Bytes that a machine's disk holds. */
const DISK_BYTES = 2 * 2 ** 30;
const HOST_NAME = 'palimpsest';
/** A mirror that tutorials of old pull from. */
const MIRROR_NAME = 'dl.dockerpool.com';
const HTTPS_PORT = 443;
const REGISTRY_PORT = 5000;

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
  const random = setup.random ?? randomBytes;
  addRegistries(network, catalogue, { platform: setup.platform, random });
  const host = createHost({
    name: HOST_NAME,
    clock: setup.clock ?? new WallClock(),
    random,
    platform: setup.platform,
    vintage: setup.vintage ?? '20.10',
    network,
    programs: joinPrograms(HOST_PROGRAMS, cataloguePrograms(catalogue)),
    diskBytes: DISK_BYTES,
    onFault: setup.onFault,
  });
  return { machine: new Machine(host), network, catalogue };
}

/** The hub, a mirror of it, and a registry of the machine's own, empty at first. */
function addRegistries(network: LabNetwork, catalogue: Catalogue, setup: HubSetup): void {
  const hub = catalogueHub(catalogue);
  for (const [name, service] of Object.entries(createHub(hub, setup).hosts)) network.listen(name, HTTPS_PORT, service);
  network.listen(MIRROR_NAME, REGISTRY_PORT, createMirror(hub, setup));
  const store = new RegistryStore();
  network.listen(HOST_NAME, REGISTRY_PORT, new RegistryServer({ ...setup, store, access: { kind: 'open' } }));
}

/** `getRandomValues` gives 64 KiB at a time. */
function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
}
