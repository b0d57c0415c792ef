import type { NetworkView } from '../shell/kernel/network.ts';
import type { Namespaces } from '../shell/kernel/namespaces.ts';
import { linkTargets } from './containerLinks.ts';
import { findContainer } from './containerNames.ts';
import type { ContainerRecord, Endpoint } from './containerRecord.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import type { EngineCore } from './engineCore.ts';
import { DEFAULT_BRIDGE } from './networkStore.ts';
import { other } from './messages.ts';
import { isRunning } from './removeImage.ts';
import { isWithin, parseAddress, parseSubnet } from './subnet.ts';

const SHORT_ID = 12;

/** The network that a container's processes see: its own, the host's, or another container's. Throws EngineError where
 *  that one does not run. */
export function networkNamespaceOf(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  { id, hostConfig: { NetworkMode: mode } }: ContainerRecord,
): Namespaces['network'] {
  if (mode === 'host') return core.host.network;
  if (mode.startsWith('container:')) return joinedContainer(core, runtimes, mode).network;
  return { host: id, isIsolated: mode === 'none' };
}

function joinedContainer(core: EngineCore, runtimes: ContainerRuntimes, mode: string): Namespaces {
  const target = findContainer(core, mode.slice('container:'.length));
  const { running } = runtimes.of(target);
  if (!running) throw other('conflict', `cannot join network of a non running container: ${target.id}`);
  return running.namespaces;
}

/** Puts a container on the network until the function that it gives is called. Others' networks are theirs. */
export function joinNetwork(core: EngineCore, { id, hostConfig }: ContainerRecord): () => void {
  const { NetworkMode: mode } = hostConfig;
  if (mode === 'host' || mode.startsWith('container:')) return () => undefined;
  return core.kernel.network.attach?.(id, new ContainerView(core, id)) ?? (() => undefined);
}

/** What an engine's host sees of its containers: their addresses, not their names. */
export function hostView(core: EngineCore): NetworkView {
  return {
    address: undefined,
    isCutOff: false,
    lookUp: () => undefined,
    hostAt: (address) => ownerOf(core, address, () => true),
  };
}

class ContainerView implements NetworkView {
  readonly #core: EngineCore;
  readonly #id: string;

  constructor(core: EngineCore, id: string) {
    this.#core = core;
    this.#id = id;
  }

  get address(): string | undefined {
    return this.#endpoints.find(({ ipAddress }) => ipAddress !== '')?.ipAddress;
  }

  get isCutOff(): boolean {
    const { networks } = this.#core.state;
    return this.#endpoints.every(({ networkId }) => {
      const network = networks.get(networkId);
      return !network || network.driver === 'null' || network.isInternal;
    });
  }

  /** The resolver that user networks have: names, aliases, short IDs, and each with the network's name behind. */
  lookUp(name: string): string | undefined {
    const record = this.#record;
    if (!record) return undefined;
    const wanted = name.toLowerCase().replace(/\.$/, '');
    const linked = linkTargets(this.#core, record).find(({ alias }) => alias.toLowerCase() === wanted)?.target;
    for (const { networkId, networkName } of record.endpoints) {
      if (networkName === DEFAULT_BRIDGE) continue;
      const bare = wanted.endsWith(`.${networkName.toLowerCase()}`) ? wanted.slice(0, -networkName.length - 1) : wanted;
      for (const other of this.#core.state.containers.values()) {
        if (!isOnNetwork(other)) continue;
        const endpoint = other.endpoints.find((one) => one.networkId === networkId && one.ipAddress !== '');
        if (endpoint && (other.id === linked?.id || answersTo(other, endpoint, bare))) return endpoint.ipAddress;
      }
    }
    return undefined;
  }

  hostAt(address: string): string | null | undefined {
    const own = new Set(this.#endpoints.map(({ networkId }) => networkId));
    return ownerOf(this.#core, address, (networkId) => own.has(networkId));
  }

  get #record(): ContainerRecord | undefined {
    return this.#core.state.containers.get(this.#id);
  }

  get #endpoints(): readonly Endpoint[] {
    return this.#record?.endpoints ?? [];
  }
}

/** Addresses are given before the container counts as running. */
function isOnNetwork(record: ContainerRecord): boolean {
  return isRunning(record) || record.endpoints.some(({ ipAddress }) => ipAddress !== '');
}

function answersTo({ id, name }: ContainerRecord, { aliases }: Endpoint, wanted: string): boolean {
  return [name, ...aliases, id.slice(0, SHORT_ID)].some((one) => one.toLowerCase() === wanted);
}

/** Whose an address is: a container's, the host's where it is a gateway; `null` where the network has it for nobody, or
 *  the way to that network is closed. */
function ownerOf(core: EngineCore, address: string, isOpen: (networkId: string) => boolean): string | null | undefined {
  const number = parseAddress(address);
  if (number === undefined) return undefined;
  for (const { id, subnet, gateway } of core.state.networks.values()) {
    const range = subnet === undefined ? undefined : parseSubnet(subnet);
    if (!range || !isWithin(range, number)) continue;
    if (!isOpen(id)) return null;
    if (address === gateway) return core.host.network.host;
    for (const container of core.state.containers.values())
      if (container.endpoints.some((one) => one.networkId === id && one.ipAddress === address)) return container.id;
    return null;
  }
  return undefined;
}
