import type { JsonWritable } from '../image/writeJson.ts';
import { findContainer } from './containerNames.ts';
import type { ContainerRecord } from './containerRecord.ts';
import { changeContainer } from './containerState.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { withEntry, withoutEntry } from './engineState.ts';
import { type Filters, fitsLabels, NO_FILTERS, requireKnownFilters } from './filters.ts';
import { addOwnAddress, removeNetworkNames } from './hostsFile.ts';
import { other } from './messages.ts';
import type { NetworkCalls, NetworkSummary } from './networkCalls.ts';
import type { NetworkRecord } from './networkRecord.ts';
import { connectedEndpoint, emptyEndpoint, findNetwork, freeSubnet, overlapping, prefixBits } from './networkStore.ts';
import { addressText, isWithin, parseAddress, parseSubnet } from './subnet.ts';
import { isRunning } from './removeImage.ts';
import { untilSec } from './untilFilter.ts';

const DRIVERS = ['bridge', 'host', 'null', 'overlay', 'macvlan', 'ipvlan'];

/** The calls about networks: names, addresses and who hangs where. Packets are the lab network's. */
export function networkCalls(core: EngineCore): NetworkCalls {
  return {
    list: (filters) => listNetworks(core, filters ?? NO_FILTERS),
    create: (options) => createNetwork(core, options),
    inspect: (name) => inspectNetwork(core, findNetwork(core, name)),
    remove: (name) => removeNetwork(core, findNetwork(core, name)),
    connect: async (network, container, aliases) => {
      const record = findContainer(core, container);
      await connect(core, findNetwork(core, network), record, aliases);
    },
    disconnect: async (network, container) => {
      const record = findContainer(core, container);
      await disconnect(core, findNetwork(core, network), record);
    },
    prune: (filters) => pruneNetworks(core, filters),
  };
}

function listNetworks(core: EngineCore, filters: Filters): NetworkSummary[] {
  requireKnownFilters(filters, ['driver', 'type', 'name', 'id', 'label', 'scope', 'dangling']);
  const fits = (name: string, test: (value: string) => boolean) => {
    const values = filters.get(name) ?? [];
    return values.length === 0 || values.some(test);
  };
  return [...core.state.networks.values()]
    .filter(
      (network) =>
        fits('driver', (driver) => network.driver === driver) &&
        fits('name', (name) => network.name.includes(name)) &&
        fits('id', (id) => network.id.startsWith(id)) &&
        fits('scope', (scope) => network.scope === scope) &&
        fits('type', (type) => (type === 'builtin') === network.isPredefined) &&
        fits('dangling', (dangling) => (dangling === 'true') === isUnused(core, network)) &&
        fitsLabels(filters, 'label', network.labels),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ id, name, driver, scope, createdAt, isInternal, labels }) => ({
      id,
      name,
      driver,
      scope,
      createdAt,
      isInternal,
      labels,
    }));
}

function isUnused(core: EngineCore, { id, isPredefined }: NetworkRecord): boolean {
  return !isPredefined && endpointsIn(core, id).length === 0;
}

function endpointsIn(core: EngineCore, networkId: string) {
  return [...core.state.containers.values()].flatMap((container) =>
    container.endpoints
      .filter((endpoint) => endpoint.networkId === networkId)
      .map((endpoint) => ({ container, endpoint })),
  );
}

function createNetwork(core: EngineCore, options: Parameters<NetworkCalls['create']>[0]): string {
  const { name, driver = 'bridge' } = options;
  for (const network of core.state.networks.values()) {
    if (network.name !== name) continue;
    if (network.isPredefined && core.vintage === '20.10')
      throw other('forbidden', `operation is not permitted on predefined ${name} network`);
    throw new EngineError('conflict', 'nameInUse', `network with name ${name} already exists`);
  }
  if (!DRIVERS.includes(driver))
    throw other(
      'notFound',
      `${core.vintage === '20.10' ? '' : `could not find plugin ${driver} in v1 plugin registry: `}plugin "${driver}" not found`,
    );
  const { subnet, gateway } = poolOf(core, options);
  const record: NetworkRecord = {
    id: core.newId(),
    name,
    driver,
    scope: 'local',
    createdAt: core.now(),
    isInternal: options.isInternal ?? false,
    isAttachable: options.isAttachable ?? false,
    subnet,
    gateway,
    options: options.options ?? {},
    labels: options.labels ?? {},
    isPredefined: false,
  };
  core.update({ networks: withEntry(core.state.networks, record.id, record) });
  core.events.log('network', 'create', record.id, { name, type: driver });
  return record.id;
}

/** The addresses of a new network, as they were asked for or as they are free. */
function poolOf(
  core: EngineCore,
  { subnet, gateway }: Parameters<NetworkCalls['create']>[0],
): { readonly subnet: string; readonly gateway: string } {
  if (subnet === undefined) {
    if (gateway !== undefined) throw other('invalidParameter', 'gateway is given without a matching subnet');
    return freeSubnet(core);
  }
  const range = parseSubnet(subnet);
  if (!range) throw other('invalidParameter', `invalid CIDR address: ${subnet}`);
  if (overlapping(core, subnet)) throw other('forbidden', 'Pool overlaps with other one on this address space');
  const asked = gateway === undefined ? undefined : parseAddress(gateway);
  if (gateway !== undefined && (asked === undefined || !isWithin(range, asked)))
    throw other('invalidParameter', `no matching subnet for gateway ${gateway}`);
  return { subnet, gateway: gateway ?? addressText(range.first + 1) };
}

function inspectNetwork(core: EngineCore, network: NetworkRecord): Record<string, JsonWritable> {
  const connected = endpointsIn(core, network.id).filter(({ container }) => isRunning(container));
  return {
    Name: network.name,
    Id: network.id,
    Created: network.createdAt,
    Scope: network.scope,
    Driver: network.driver,
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Options: network.isPredefined ? null : {},
      Config:
        network.subnet === undefined
          ? network.isPredefined && core.vintage !== '20.10'
            ? null
            : []
          : [{ Subnet: network.subnet, ...(network.gateway !== undefined && { Gateway: network.gateway }) }],
    },
    Internal: network.isInternal,
    Attachable: network.isAttachable,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(
      connected.map(({ container, endpoint }): [string, JsonWritable] => [
        container.id,
        {
          Name: container.name,
          EndpointID: endpoint.endpointId,
          MacAddress: endpoint.macAddress,
          IPv4Address: endpoint.ipAddress === '' ? '' : `${endpoint.ipAddress}/${prefixBits(core, network.id)}`,
          IPv6Address: '',
        },
      ]),
    ),
    Options: network.options,
    Labels: network.labels,
  };
}

function removeNetwork(core: EngineCore, network: NetworkRecord): void {
  if (network.isPredefined) throw other('forbidden', `${network.name} is a pre-defined network and cannot be removed`);
  if (endpointsIn(core, network.id).some(({ container }) => isRunning(container)))
    throw other(
      'forbidden',
      `error while removing network: network ${network.name} id ${network.id} has active endpoints`,
    );
  core.update({ networks: withoutEntry(core.state.networks, network.id) });
  core.events.log('network', 'destroy', network.id, { name: network.name, type: network.driver });
}

function hostConflict(): EngineError {
  return other('forbidden', 'container cannot be disconnected from host network or connected to host network');
}

/** One that does not run is only noted down: it may hang there already. */
async function connect(
  core: EngineCore,
  network: NetworkRecord,
  container: ContainerRecord,
  aliases: readonly string[],
): Promise<void> {
  if (network.name === 'host') throw hostConflict();
  const isThere = container.endpoints.some(({ networkId }) => networkId === network.id);
  if (isThere && !isRunning(container)) return;
  if (isThere)
    throw other('forbidden', `endpoint with name ${container.name} already exists in network ${network.name}`);
  const endpoint = emptyEndpoint(network, aliases);
  const placed = isRunning(container) ? connectedEndpoint(core, endpoint) : endpoint;
  changeContainer(core, container.id, (current) => ({ ...current, endpoints: [...current.endpoints, placed] }));
  if (isRunning(container)) await addOwnAddress(core, container, placed.ipAddress);
  core.events.log('network', 'connect', network.id, {
    container: container.id,
    name: network.name,
    type: network.driver,
  });
}

async function disconnect(core: EngineCore, network: NetworkRecord, container: ContainerRecord): Promise<void> {
  if (network.name === 'host' && container.hostConfig.NetworkMode === 'host') throw hostConflict();
  if (!container.endpoints.some(({ networkId }) => networkId === network.id))
    throw other(
      'forbidden',
      `container ${container.id} is not connected to ${isRunning(container) ? '' : 'the '}network ${network.name}`,
    );
  if (isRunning(container)) await removeNetworkNames(core, container, network);
  changeContainer(core, container.id, (current) => ({
    ...current,
    endpoints: current.endpoints.filter(({ networkId }) => networkId !== network.id),
  }));
  core.events.log('network', 'disconnect', network.id, {
    container: container.id,
    name: network.name,
    type: network.driver,
  });
}

function pruneNetworks(core: EngineCore, filters: Filters): string[] {
  requireKnownFilters(filters, ['label', 'label!', 'until']);
  const until = untilSec(core, filters);
  const unused = [...core.state.networks.values()].filter(
    (network) =>
      isUnused(core, network) &&
      (until === undefined || Date.parse(network.createdAt) / 1000 <= until) &&
      fitsLabels(filters, 'label', network.labels) &&
      !(filters.has('label!') && fitsLabels(filters, 'label!', network.labels)),
  );
  for (const network of unused) removeNetwork(core, network);
  return unused.map(({ name }) => name);
}
