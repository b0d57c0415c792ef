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
import { hubOrOutside } from './hubOrOutside.ts';
import { createHost, type Host, type HostSetup } from './host.ts';
import { gitServer } from './gitServer.ts';
import { HOST_PROGRAMS } from './hostPrograms.ts';
import { wakeHost } from './keep/wake.ts';
import type { MachineAtRest } from './keep/packMachine.ts';
import { LabNetwork } from './labNetwork.ts';
import { type HostState, Machine, type Surroundings } from './machine.ts';
import { inImages, joinPrograms, oneProgram } from './programs.ts';
import { registryProgram } from './registryProgram.ts';
import { ssh } from './ssh.ts';
import { sshServer } from './sshServer.ts';
import { templateServer } from './templateServer.ts';

/** Bytes that a machine's disk holds. */
const DISK_BYTES = 2 * 2 ** 30;
const HOST_NAME = 'palimpsest';
/** A mirror that tutorials of old pull from. */
const MIRROR_NAME = 'dl.dockerpool.com';
/** The second machine, for `ssh`. */
const OTHER_NAME = 'b';
const TEMPLATES_NAME = 'download.openvz.org';
const SSH_PORT = 22;
const HTTP_PORT = 80;
const HTTPS_PORT = 443;
const REGISTRY_PORT = 5000;

export interface BootSetup {
  readonly platform: Platform;
  readonly files: CatalogueFiles;
  readonly clock?: Clock;
  /** Seeded where a machine shall repeat itself. */
  readonly random?: (length: number) => Uint8Array;
  readonly vintage?: EngineVintage;
  /** What each host's disk holds; 2 GiB unless given. */
  readonly diskBytes?: number;
  readonly onFault?: (error: unknown, process: Process) => void;
}

/** A machine on a lab network of its own, with the catalogue as its hub. */
export interface LabMachine {
  readonly machine: Machine;
  readonly network: LabNetwork;
  readonly catalogue: Catalogue;
  /** What was pushed to the machine's own registry. */
  readonly registry: RegistryStore;
  readonly vintage: EngineVintage;
}

export function bootMachine(setup: BootSetup): LabMachine {
  const { host, surroundings, ...lab } = prepareHost(setup, new RegistryStore());
  return { ...lab, machine: new Machine(host, surroundings) };
}

/** Boots with the disks, the engines and the registry that were kept, and with the past. Containers are as after a power
 *  cut; programs that came with a later version of the product are there. */
export async function wakeMachine(setup: Omit<BootSetup, 'vintage'>, kept: MachineAtRest): Promise<LabMachine> {
  const { host, surroundings, ...lab } = prepareHost({ ...setup, vintage: kept.vintage }, kept.registry);
  const wake = async (one: Host, state: HostState) => {
    one.engine.recall(kept.events?.get(one.name) ?? []);
    await wakeHost(one, state, kept.programs);
  };
  await wake(host, kept.state);
  for (const [name, state] of kept.state.others) {
    const other = surroundings.switchOn(name);
    if (other) await wake(other, state);
  }
  const { timeline, programs: givenPrograms = [] } = kept;
  return { ...lab, machine: new Machine(host, surroundings, timeline && { timeline, givenPrograms }) };
}

/** What there is to keep of it, as it is now. */
export function machineAtRest({ machine, registry, vintage }: LabMachine): MachineAtRest {
  const hosts = [machine.host, ...machine.others.values()];
  return {
    vintage,
    registry,
    state: machine.state,
    timeline: machine.timeline,
    events: new Map(hosts.map(({ name, engine }) => [name, engine.pastEvents])),
    programs: [...machine.host.kernel.programs.names()],
  };
}

type PreparedLab = Omit<LabMachine, 'machine'> & { readonly host: Host; readonly surroundings: Surroundings };

function prepareHost(setup: BootSetup, registry: RegistryStore): PreparedLab {
  const catalogue = new Catalogue(setup.files, setup.platform);
  const network = new LabNetwork();
  network.addHost(HOST_NAME);
  const random = setup.random ?? randomBytes;
  const vintage = setup.vintage ?? '20.10';
  addRegistries(network, catalogue, registry, { platform: setup.platform, random });
  const common: Omit<HostSetup, 'name'> = {
    clock: setup.clock ?? new WallClock(),
    random,
    platform: setup.platform,
    vintage,
    // The client of that time has BuildKit in it; today's builds with its plugin.
    client: vintage === '20.10' ? '20.10' : '28',
    plugins: ['buildx'],
    network,
    companion: () => network.companion,
    programs: joinPrograms(
      HOST_PROGRAMS,
      oneProgram('ssh', ssh),
      cataloguePrograms(catalogue),
      inImages('registry', registryProgram({ platform: setup.platform, random })),
    ),
    diskBytes: setup.diskBytes ?? DISK_BYTES,
    shelf: (diffId) => catalogue.layer(diffId)?.tar,
    onFault: setup.onFault,
  };
  const host = createHost({ ...common, name: HOST_NAME });
  const surroundings = labAround(common, registry);
  network.listen(
    HOST_NAME,
    SSH_PORT,
    sshServer(() => host),
  );
  network.listen(
    OTHER_NAME,
    SSH_PORT,
    sshServer(() => surroundings.switchOn(OTHER_NAME) ?? host),
  );
  const otherGit = gitServer(() => surroundings.switchOn(OTHER_NAME) ?? host);
  network.listen(OTHER_NAME, HTTP_PORT, otherGit, { yields: true });
  network.listen(TEMPLATES_NAME, HTTP_PORT, templateServer(catalogue));
  return { host, surroundings, network, catalogue, registry, vintage };
}

/** The lab has one other host, which is switched on when somebody asks for it. */
function labAround(common: Omit<HostSetup, 'name'>, registry: RegistryStore): Surroundings {
  const others = new Map<string, Host>();
  return {
    others,
    registry,
    switchOn(name) {
      if (name !== OTHER_NAME) return undefined;
      const host = others.get(name) ?? createHost({ ...common, name });
      others.set(name, host);
      return host;
    },
    async switchOff(name) {
      const host = others.get(name);
      others.delete(name);
      await host?.engine.shutDown();
      await host?.kernel.halt();
    },
  };
}

/** The hub, a mirror of it, and a registry of the machine's own. */
function addRegistries(network: LabNetwork, catalogue: Catalogue, store: RegistryStore, setup: HubSetup): void {
  const hub = catalogueHub(catalogue);
  for (const [name, service] of Object.entries(createHub(hub, setup).hosts))
    network.listen(name, HTTPS_PORT, hubOrOutside(service, hub, network));
  network.listen(MIRROR_NAME, REGISTRY_PORT, createMirror(hub, setup));
  const own = new RegistryServer({ ...setup, store, access: { kind: 'open' } });
  // A registry that is started there, as tutorials do, takes the port while it runs.
  network.listen(HOST_NAME, REGISTRY_PORT, own, { yields: true });
}

/** `getRandomValues` gives 64 KiB at a time. */
function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
}
