import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker volume` as client 28.2.2 documents it. */
export const VOLUME_CREATE: CommandSpec = {
  name: 'create',
  use: '[OPTIONS] [VOLUME]',
  short: 'Create a volume',
  arguments: { kind: 'atMost', most: 1 },
  flags: [
    {
      name: 'availability',
      type: 'string',
      usage: 'Cluster Volume availability ("active", "pause", "drain")',
      default: 'active',
      apiVersion: '1.42',
      swarm: 'manager',
    },
    { name: 'driver', short: 'd', type: 'string', usage: 'Specify volume driver name', default: 'local' },
    {
      name: 'group',
      type: 'string',
      usage: 'Cluster Volume group (cluster volumes)',
      apiVersion: '1.42',
      swarm: 'manager',
    },
    { name: 'label', type: 'list', holds: 'label', usage: 'Set metadata for a volume' },
    {
      name: 'limit-bytes',
      type: 'bytes',
      usage: 'Minimum size of the Cluster Volume in bytes',
      apiVersion: '1.42',
      swarm: 'manager',
    },
    { name: 'name', type: 'string', usage: 'Specify volume name', isHidden: true },
    { name: 'opt', short: 'o', type: 'map', usage: 'Set driver specific options', default: 'map[]' },
    {
      name: 'required-bytes',
      type: 'bytes',
      usage: 'Maximum size of the Cluster Volume in bytes',
      apiVersion: '1.42',
      swarm: 'manager',
    },
    {
      name: 'scope',
      type: 'string',
      usage: 'Cluster Volume access scope ("single", "multi")',
      default: 'single',
      apiVersion: '1.42',
      swarm: 'manager',
    },
    {
      name: 'secret',
      type: 'map',
      usage: 'Cluster Volume secrets',
      default: 'map[]',
      apiVersion: '1.42',
      swarm: 'manager',
    },
    {
      name: 'sharing',
      type: 'string',
      usage: 'Cluster Volume access sharing ("none", "readonly", "onewriter", "all")',
      default: 'none',
      apiVersion: '1.42',
      swarm: 'manager',
    },
    {
      name: 'topology-preferred',
      type: 'list',
      usage: 'A topology that the Cluster Volume would be preferred in',
      apiVersion: '1.42',
      swarm: 'manager',
    },
    {
      name: 'topology-required',
      type: 'list',
      usage: 'A topology that the Cluster Volume must be accessible from',
      apiVersion: '1.42',
      swarm: 'manager',
    },
    {
      name: 'type',
      type: 'string',
      usage: 'Cluster Volume access type ("mount", "block")',
      default: 'block',
      apiVersion: '1.42',
      swarm: 'manager',
    },
  ],
};

export const VOLUME_INSPECT: CommandSpec = {
  name: 'inspect',
  use: '[OPTIONS] VOLUME [VOLUME...]',
  short: 'Display detailed information on one or more volumes',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [
    {
      name: 'format',
      short: 'f',
      type: 'string',
      usage:
        "Format output using a custom template:\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
  ],
};

export const VOLUME_LS: CommandSpec = {
  name: 'ls',
  use: '[OPTIONS]',
  short: 'List volumes',
  aliases: ['list'],
  arguments: { kind: 'none' },
  flags: [
    {
      name: 'cluster',
      type: 'bool',
      usage: 'Display only cluster volumes, and use cluster volume list formatting',
      apiVersion: '1.42',
      swarm: 'manager',
    },
    { name: 'filter', short: 'f', type: 'filter', usage: 'Provide filter values (e.g. "dangling=true")' },
    {
      name: 'format',
      type: 'string',
      usage:
        "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Only display volume names' },
  ],
};

export const VOLUME_PRUNE: CommandSpec = {
  name: 'prune',
  use: '[OPTIONS]',
  short: 'Remove unused local volumes',
  apiVersion: '1.25',
  arguments: { kind: 'none' },
  flags: [
    {
      name: 'all',
      short: 'a',
      type: 'bool',
      usage: 'Remove all unused volumes, not just anonymous ones',
      apiVersion: '1.42',
    },
    { name: 'filter', type: 'filter', usage: 'Provide filter values (e.g. "label=<label>")' },
    { name: 'force', short: 'f', type: 'bool', usage: 'Do not prompt for confirmation' },
  ],
};

export const VOLUME_RM: CommandSpec = {
  name: 'rm',
  use: '[OPTIONS] VOLUME [VOLUME...]',
  short: 'Remove one or more volumes',
  long: 'Remove one or more volumes. You cannot remove a volume that is in use by a container.',
  aliases: ['remove'],
  arguments: { kind: 'atLeast', least: 1 },
  flags: [
    { name: 'force', short: 'f', type: 'bool', usage: 'Force the removal of one or more volumes', apiVersion: '1.25' },
  ],
};

export const VOLUME_UPDATE: CommandSpec = {
  name: 'update',
  use: '[OPTIONS] [VOLUME]',
  short: 'Update a volume (cluster volumes only)',
  apiVersion: '1.42',
  swarm: 'manager',
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    {
      name: 'availability',
      type: 'string',
      usage: 'Cluster Volume availability ("active", "pause", "drain")',
      default: 'active',
      apiVersion: '1.42',
      swarm: 'manager',
    },
  ],
};

export const VOLUME: CommandSpec = {
  name: 'volume',
  use: 'COMMAND',
  short: 'Manage volumes',
  apiVersion: '1.21',
  arguments: { kind: 'none' },
  flags: [],
  commands: [VOLUME_CREATE, VOLUME_INSPECT, VOLUME_LS, VOLUME_PRUNE, VOLUME_RM, VOLUME_UPDATE],
};
