import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker swarm` as client 28.2.2 documents it. */
export const SWARM_CA: CommandSpec = {
  name: 'ca',
  use: '[OPTIONS]',
  short: 'Display and rotate the root CA',
  apiVersion: '1.30',
  swarm: 'manager',
  arguments: { kind: 'none' },
  flags: [
    {
      name: 'ca-cert',
      type: 'pem-file',
      usage: 'Path to the PEM-formatted root CA certificate to use for the new cluster',
    },
    { name: 'ca-key', type: 'pem-file', usage: 'Path to the PEM-formatted root CA key to use for the new cluster' },
    {
      name: 'cert-expiry',
      type: 'duration',
      usage: 'Validity period for node certificates (ns|us|ms|s|m|h)',
      default: '2160h0m0s',
    },
    {
      name: 'detach',
      short: 'd',
      type: 'bool',
      usage: 'Exit immediately instead of waiting for the root rotation to converge',
    },
    { name: 'external-ca', type: 'external-ca', usage: 'Specifications of one or more certificate signing endpoints' },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Suppress progress output' },
    {
      name: 'rotate',
      type: 'bool',
      usage: 'Rotate the swarm CA - if no certificate or key are provided, new ones will be generated',
    },
  ],
};

export const SWARM_INIT: CommandSpec = {
  name: 'init',
  use: '[OPTIONS]',
  short: 'Initialize a swarm',
  apiVersion: '1.24',
  swarm: '',
  arguments: { kind: 'none' },
  flags: [
    { name: 'advertise-addr', type: 'string', usage: 'Advertised address (format: "<ip|interface>[:port]")' },
    {
      name: 'autolock',
      type: 'bool',
      usage: 'Enable manager autolocking (requiring an unlock key to start a stopped manager)',
    },
    {
      name: 'availability',
      type: 'string',
      usage: 'Availability of the node ("active", "pause", "drain")',
      default: 'active',
    },
    {
      name: 'cert-expiry',
      type: 'duration',
      usage: 'Validity period for node certificates (ns|us|ms|s|m|h)',
      default: '2160h0m0s',
    },
    {
      name: 'data-path-addr',
      type: 'string',
      usage: 'Address or interface to use for data path traffic (format: "<ip|interface>")',
      apiVersion: '1.31',
    },
    {
      name: 'data-path-port',
      type: 'uint32',
      usage:
        'Port number to use for data path traffic (1024 - 49151). If no value is set or is set to 0, the default port (4789) is used.',
      apiVersion: '1.40',
    },
    {
      name: 'default-addr-pool',
      type: 'ipNetSlice',
      usage: 'default address pool in CIDR format',
      default: '[]',
      apiVersion: '1.39',
    },
    {
      name: 'default-addr-pool-mask-length',
      type: 'uint32',
      usage: 'default address pool subnet mask length',
      default: '24',
      apiVersion: '1.39',
    },
    {
      name: 'dispatcher-heartbeat',
      type: 'duration',
      usage: 'Dispatcher heartbeat period (ns|us|ms|s|m|h)',
      default: '5s',
    },
    { name: 'external-ca', type: 'external-ca', usage: 'Specifications of one or more certificate signing endpoints' },
    { name: 'force-new-cluster', type: 'bool', usage: 'Force create a new cluster from current state' },
    {
      name: 'listen-addr',
      type: 'node-addr',
      usage: 'Listen address (format: "<ip|interface>[:port]")',
      default: '0.0.0.0:2377',
    },
    {
      name: 'max-snapshots',
      type: 'uint64',
      usage: 'Number of additional Raft snapshots to retain',
      apiVersion: '1.25',
    },
    {
      name: 'snapshot-interval',
      type: 'uint64',
      usage: 'Number of log entries between Raft snapshots',
      default: '10000',
      apiVersion: '1.25',
    },
    { name: 'task-history-limit', type: 'int64', usage: 'Task history retention limit', default: '5' },
  ],
};

export const SWARM_JOIN: CommandSpec = {
  name: 'join',
  use: '[OPTIONS] HOST:PORT',
  short: 'Join a swarm as a node and/or manager',
  apiVersion: '1.24',
  swarm: '',
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    { name: 'advertise-addr', type: 'string', usage: 'Advertised address (format: "<ip|interface>[:port]")' },
    {
      name: 'availability',
      type: 'string',
      usage: 'Availability of the node ("active", "pause", "drain")',
      default: 'active',
    },
    {
      name: 'data-path-addr',
      type: 'string',
      usage: 'Address or interface to use for data path traffic (format: "<ip|interface>")',
      apiVersion: '1.31',
    },
    {
      name: 'listen-addr',
      type: 'node-addr',
      usage: 'Listen address (format: "<ip|interface>[:port]")',
      default: '0.0.0.0:2377',
    },
    { name: 'token', type: 'string', usage: 'Token for entry into the swarm' },
  ],
};

export const SWARM_JOIN_TOKEN: CommandSpec = {
  name: 'join-token',
  use: '[OPTIONS] (worker|manager)',
  short: 'Manage join tokens',
  apiVersion: '1.24',
  swarm: 'manager',
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Only display token' },
    { name: 'rotate', type: 'bool', usage: 'Rotate join token' },
  ],
};

export const SWARM_LEAVE: CommandSpec = {
  name: 'leave',
  use: '[OPTIONS]',
  short: 'Leave the swarm',
  apiVersion: '1.24',
  swarm: 'active',
  arguments: { kind: 'none' },
  flags: [{ name: 'force', short: 'f', type: 'bool', usage: 'Force this node to leave the swarm, ignoring warnings' }],
};

export const SWARM_UNLOCK: CommandSpec = {
  name: 'unlock',
  short: 'Unlock swarm',
  apiVersion: '1.24',
  swarm: 'manager',
  arguments: { kind: 'none' },
  flags: [],
};

export const SWARM_UNLOCK_KEY: CommandSpec = {
  name: 'unlock-key',
  use: '[OPTIONS]',
  short: 'Manage the unlock key',
  apiVersion: '1.24',
  swarm: 'manager',
  arguments: { kind: 'none' },
  flags: [
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Only display token' },
    { name: 'rotate', type: 'bool', usage: 'Rotate unlock key' },
  ],
};

export const SWARM_UPDATE: CommandSpec = {
  name: 'update',
  use: '[OPTIONS]',
  short: 'Update the swarm',
  apiVersion: '1.24',
  swarm: 'manager',
  arguments: { kind: 'none' },
  flags: [
    { name: 'autolock', type: 'bool', usage: 'Change manager autolocking setting (true|false)' },
    {
      name: 'cert-expiry',
      type: 'duration',
      usage: 'Validity period for node certificates (ns|us|ms|s|m|h)',
      default: '2160h0m0s',
    },
    {
      name: 'dispatcher-heartbeat',
      type: 'duration',
      usage: 'Dispatcher heartbeat period (ns|us|ms|s|m|h)',
      default: '5s',
    },
    { name: 'external-ca', type: 'external-ca', usage: 'Specifications of one or more certificate signing endpoints' },
    {
      name: 'max-snapshots',
      type: 'uint64',
      usage: 'Number of additional Raft snapshots to retain',
      apiVersion: '1.25',
    },
    {
      name: 'snapshot-interval',
      type: 'uint64',
      usage: 'Number of log entries between Raft snapshots',
      default: '10000',
      apiVersion: '1.25',
    },
    { name: 'task-history-limit', type: 'int64', usage: 'Task history retention limit', default: '5' },
  ],
};

export const SWARM: CommandSpec = {
  name: 'swarm',
  short: 'Manage Swarm',
  apiVersion: '1.24',
  swarm: '',
  arguments: { kind: 'none' },
  flags: [],
  commands: [
    SWARM_CA,
    SWARM_INIT,
    SWARM_JOIN,
    SWARM_JOIN_TOKEN,
    SWARM_LEAVE,
    SWARM_UNLOCK,
    SWARM_UNLOCK_KEY,
    SWARM_UPDATE,
  ],
};
