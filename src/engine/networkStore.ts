import type { Endpoint } from './containerRecord.ts';
import type { EngineCore } from './engineCore.ts';
import { withEntry } from './engineState.ts';
import { EngineError } from './engineError.ts';
import { noSuchNetwork } from './containerMessages.ts';
import { other } from './messages.ts';
import type { NetworkRecord } from './networkRecord.ts';
import { addressText, doOverlap, parseSubnet } from './subnet.ts';

/** The network of containers that name none. */
export const DEFAULT_BRIDGE = 'bridge';

const FIRST_OCTETS = '172';
const FIRST_POOL = 17;
const LAST_POOL = 31;

/** bridge, host and none, which every daemon has. */
export function predefineNetworks(core: EngineCore): void {
  if (core.state.networks.size > 0) return;
  let { networks } = core.state;
  for (const [name, driver] of [
    ['bridge', 'bridge'],
    ['host', 'host'],
    ['none', 'null'],
  ] as const) {
    const isBridge = name === 'bridge';
    const record: NetworkRecord = {
      id: core.newId(),
      name,
      driver,
      scope: 'local',
      createdAt: core.now(),
      isInternal: false,
      isAttachable: false,
      subnet: isBridge ? `${FIRST_OCTETS}.${FIRST_POOL}.0.0/16` : undefined,
      gateway: isBridge ? `${FIRST_OCTETS}.${FIRST_POOL}.0.1` : undefined,
      options: isBridge ? BRIDGE_OPTIONS : {},
      labels: {},
      isPredefined: true,
    };
    networks = withEntry(networks, record.id, record);
  }
  core.update({ networks });
}

const BRIDGE_OPTIONS: Readonly<Record<string, string>> = {
  'com.docker.network.bridge.default_bridge': 'true',
  'com.docker.network.bridge.enable_icc': 'true',
  'com.docker.network.bridge.enable_ip_masquerade': 'true',
  'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
  'com.docker.network.bridge.name': 'docker0',
  'com.docker.network.driver.mtu': '1500',
};

/** By name, ID, or the beginning of an ID. Throws EngineError `noSuchNetwork`. */
export function findNetwork(core: EngineCore, typed: string): NetworkRecord {
  const networks = [...core.state.networks.values()];
  const exact = networks.find(({ id, name }) => name === typed || id === typed);
  if (exact) return exact;
  const found = networks.filter(({ id }) => typed !== '' && id.startsWith(typed));
  if (found.length !== 1) throw noSuchNetwork(typed);
  return found[0] as NetworkRecord;
}

/** Of docker's default pools the first that overlaps with no network. */
export function freeSubnet(core: EngineCore): { readonly subnet: string; readonly gateway: string } {
  for (let pool = FIRST_POOL; pool <= LAST_POOL; pool++) {
    const subnet = `${FIRST_OCTETS}.${pool}.0.0/16`;
    if (!overlapping(core, subnet)) return { subnet, gateway: `${FIRST_OCTETS}.${pool}.0.1` };
  }
  for (let pool = 0; pool < 256; pool += 16) {
    const subnet = `192.168.${pool}.0/20`;
    if (!overlapping(core, subnet)) return { subnet, gateway: `192.168.${pool}.1` };
  }
  throw other(
    'system',
    'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
  );
}

/** Whether a network has addresses of that subnet. */
export function overlapping(core: EngineCore, subnet: string): boolean {
  const range = parseSubnet(subnet);
  if (!range) return false;
  return [...core.state.networks.values()].some(({ subnet: other }) => {
    const known = other === undefined ? undefined : parseSubnet(other);
    return known !== undefined && doOverlap(known, range);
  });
}

/** Where a new container will hang: addresses come with its start. */
export function plannedEndpoints(
  core: EngineCore,
  mode: string,
  networks: Readonly<Record<string, { readonly Aliases?: readonly string[] }>>,
): readonly Endpoint[] {
  const ownName = (name: string) => (name === '' || name === 'default' ? 'bridge' : name);
  // In another container's network there is nothing of its own.
  if (mode.startsWith('container:')) return [];
  const names = new Set([...Object.keys(networks).map(ownName), ownName(mode)]);
  return [...names].map((name) => {
    const asked = networks[name] ?? (name === 'bridge' ? networks.default : undefined);
    return plannedEndpoint(core, name, asked?.Aliases ?? []);
  });
}

/** A network that is not there is missed at the start. */
function plannedEndpoint(core: EngineCore, name: string, aliases: readonly string[]): Endpoint {
  try {
    return emptyEndpoint(findNetwork(core, name), aliases);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'noSuchNetwork') throw error;
    return { networkId: '', networkName: name, aliases, endpointId: '', ipAddress: '', macAddress: '' };
  }
}

export function emptyEndpoint(network: NetworkRecord, aliases: readonly string[]): Endpoint {
  return { networkId: network.id, networkName: network.name, aliases, endpointId: '', ipAddress: '', macAddress: '' };
}

/** The endpoint with an address that is free in its network. */
export function connectedEndpoint(core: EngineCore, planned: Endpoint): Endpoint {
  const endpoint =
    planned.networkId === '' ? emptyEndpoint(findNetwork(core, planned.networkName), planned.aliases) : planned;
  const network = core.state.networks.get(endpoint.networkId);
  const connected = { ...endpoint, endpointId: core.newId() };
  if (!network?.subnet) return connected;
  const range = parseSubnet(network.subnet);
  if (!range) return connected;
  const taken = new Set<string | undefined>([network.gateway]);
  for (const { endpoints } of core.state.containers.values())
    for (const { networkId, ipAddress } of endpoints) if (networkId === network.id) taken.add(ipAddress);
  // The first is the network's own, the last all of it.
  for (let number = range.first + 1; number < range.first + range.sizeAddresses - 1; number++) {
    const ipAddress = addressText(number);
    if (taken.has(ipAddress)) continue;
    const octets = ipAddress.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
    return { ...connected, ipAddress, macAddress: `02:42:${octets.join(':')}` };
  }
  throw other('system', `no available IPv4 addresses on this network's address pools: ${network.name} (${network.id})`);
}

/** Bits of a network's prefix; 0 where it has no addresses. */
export function prefixBits(core: EngineCore, networkId: string): number {
  return parseSubnet(core.state.networks.get(networkId)?.subnet ?? '')?.prefixBits ?? 0;
}

export function disconnectedEndpoint(endpoint: Endpoint): Endpoint {
  return { ...endpoint, endpointId: '', ipAddress: '', macAddress: '' };
}
