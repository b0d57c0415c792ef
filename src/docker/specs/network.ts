import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker network` as client 28.2.2 documents it. */
export const NETWORK_CONNECT: CommandSpec = {
  name: 'connect',
  use: '[OPTIONS] NETWORK CONTAINER',
  short: 'Connect a container to a network',
  arguments: { kind: 'exactly', count: 2 },
  flags: [
    { name: 'alias', type: 'stringSlice', usage: 'Add network-scoped alias for the container' },
    { name: 'driver-opt', type: 'stringSlice', usage: 'driver options for the network' },
    {
      name: 'gw-priority',
      type: 'int',
      usage: 'Highest gw-priority provides the default gateway. Accepts positive and negative values.',
    },
    { name: 'ip', type: 'string', usage: 'IPv4 address (e.g., "172.30.100.104")' },
    { name: 'ip6', type: 'string', usage: 'IPv6 address (e.g., "2001:db8::33")' },
    { name: 'link', type: 'list', usage: 'Add link to another container' },
    { name: 'link-local-ip', type: 'stringSlice', usage: 'Add a link-local address for the container' },
  ],
};

export const NETWORK_CREATE: CommandSpec = {
  name: 'create',
  use: '[OPTIONS] NETWORK',
  short: 'Create a network',
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    { name: 'attachable', type: 'bool', usage: 'Enable manual container attachment', apiVersion: '1.25' },
    {
      name: 'aux-address',
      type: 'map',
      usage: 'Auxiliary IPv4 or IPv6 addresses used by Network driver',
      default: 'map[]',
    },
    {
      name: 'config-from',
      type: 'string',
      usage: 'The network from which to copy the configuration',
      apiVersion: '1.30',
    },
    { name: 'config-only', type: 'bool', usage: 'Create a configuration only network', apiVersion: '1.30' },
    { name: 'driver', short: 'd', type: 'string', usage: 'Driver to manage the Network', default: 'bridge' },
    { name: 'gateway', type: 'stringSlice', usage: 'IPv4 or IPv6 Gateway for the master subnet' },
    { name: 'ingress', type: 'bool', usage: 'Create swarm routing-mesh network', apiVersion: '1.29' },
    { name: 'internal', type: 'bool', usage: 'Restrict external access to the network' },
    { name: 'ip-range', type: 'stringSlice', usage: 'Allocate container ip from a sub-range' },
    { name: 'ipam-driver', type: 'string', usage: 'IP Address Management Driver', default: 'default' },
    { name: 'ipam-opt', type: 'map', usage: 'Set IPAM driver specific options', default: 'map[]' },
    { name: 'ipv4', type: 'bool', usage: 'Enable or disable IPv4 address assignment', default: 'true' },
    { name: 'ipv6', type: 'bool', usage: 'Enable or disable IPv6 address assignment' },
    { name: 'label', type: 'list', holds: 'label', usage: 'Set metadata on a network' },
    { name: 'opt', short: 'o', type: 'map', usage: 'Set driver specific options', default: 'map[]' },
    { name: 'scope', type: 'string', usage: "Control the network's scope", apiVersion: '1.30' },
    { name: 'subnet', type: 'stringSlice', usage: 'Subnet in CIDR format that represents a network segment' },
  ],
};

export const NETWORK_DISCONNECT: CommandSpec = {
  name: 'disconnect',
  use: '[OPTIONS] NETWORK CONTAINER',
  short: 'Disconnect a container from a network',
  arguments: { kind: 'exactly', count: 2 },
  flags: [{ name: 'force', short: 'f', type: 'bool', usage: 'Force the container to disconnect from a network' }],
};

export const NETWORK_INSPECT: CommandSpec = {
  name: 'inspect',
  use: '[OPTIONS] NETWORK [NETWORK...]',
  short: 'Display detailed information on one or more networks',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [
    {
      name: 'format',
      short: 'f',
      type: 'string',
      usage:
        "Format output using a custom template:\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    { name: 'verbose', short: 'v', type: 'bool', usage: 'Verbose output for diagnostics' },
  ],
};

export const NETWORK_LS: CommandSpec = {
  name: 'ls',
  use: '[OPTIONS]',
  short: 'List networks',
  aliases: ['list'],
  arguments: { kind: 'none' },
  flags: [
    { name: 'filter', short: 'f', type: 'filter', usage: 'Provide filter values (e.g. "driver=bridge")' },
    {
      name: 'format',
      type: 'string',
      usage:
        "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    { name: 'no-trunc', type: 'bool', usage: 'Do not truncate the output' },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Only display network IDs' },
  ],
};

export const NETWORK_PRUNE: CommandSpec = {
  name: 'prune',
  use: '[OPTIONS]',
  short: 'Remove all unused networks',
  apiVersion: '1.25',
  arguments: { kind: 'none' },
  flags: [
    { name: 'filter', type: 'filter', usage: 'Provide filter values (e.g. "until=<timestamp>")' },
    { name: 'force', short: 'f', type: 'bool', usage: 'Do not prompt for confirmation' },
  ],
};

export const NETWORK_RM: CommandSpec = {
  name: 'rm',
  use: 'NETWORK [NETWORK...]',
  short: 'Remove one or more networks',
  aliases: ['remove'],
  arguments: { kind: 'atLeast', least: 1 },
  flags: [{ name: 'force', short: 'f', type: 'bool', usage: 'Do not error if the network does not exist' }],
};

export const NETWORK: CommandSpec = {
  name: 'network',
  short: 'Manage networks',
  apiVersion: '1.21',
  arguments: { kind: 'none' },
  flags: [],
  commands: [
    NETWORK_CONNECT,
    NETWORK_CREATE,
    NETWORK_DISCONNECT,
    NETWORK_INSPECT,
    NETWORK_LS,
    NETWORK_PRUNE,
    NETWORK_RM,
  ],
};
