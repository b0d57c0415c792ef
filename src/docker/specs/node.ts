import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker node` as client 28.2.2 documents it. */
export const NODE_DEMOTE: CommandSpec = {
  name: 'demote',
  use: 'NODE [NODE...]',
  short: 'Demote one or more nodes from manager in the swarm',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [],
};

export const NODE_INSPECT: CommandSpec = {
  name: 'inspect',
  use: '[OPTIONS] self|NODE [NODE...]',
  short: 'Display detailed information on one or more nodes',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [
    {
      name: 'format',
      short: 'f',
      type: 'string',
      usage:
        "Format output using a custom template:\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    { name: 'pretty', type: 'bool', usage: 'Print the information in a human friendly format' },
  ],
};

export const NODE_LS: CommandSpec = {
  name: 'ls',
  use: '[OPTIONS]',
  short: 'List nodes in the swarm',
  aliases: ['list'],
  arguments: { kind: 'none' },
  flags: [
    { name: 'filter', short: 'f', type: 'filter', usage: 'Filter output based on conditions provided' },
    {
      name: 'format',
      type: 'string',
      usage:
        "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Only display IDs' },
  ],
};

export const NODE_PROMOTE: CommandSpec = {
  name: 'promote',
  use: 'NODE [NODE...]',
  short: 'Promote one or more nodes to manager in the swarm',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [],
};

export const NODE_PS: CommandSpec = {
  name: 'ps',
  use: '[OPTIONS] [NODE...]',
  short: 'List tasks running on one or more nodes, defaults to current node',
  arguments: { kind: 'any' },
  flags: [
    { name: 'filter', short: 'f', type: 'filter', usage: 'Filter output based on conditions provided' },
    { name: 'format', type: 'string', usage: 'Pretty-print tasks using a Go template' },
    { name: 'no-resolve', type: 'bool', usage: 'Do not map IDs to Names' },
    { name: 'no-trunc', type: 'bool', usage: 'Do not truncate output' },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Only display task IDs' },
  ],
};

export const NODE_RM: CommandSpec = {
  name: 'rm',
  use: '[OPTIONS] NODE [NODE...]',
  short: 'Remove one or more nodes from the swarm',
  aliases: ['remove'],
  arguments: { kind: 'atLeast', least: 1 },
  flags: [{ name: 'force', short: 'f', type: 'bool', usage: 'Force remove a node from the swarm' }],
};

export const NODE_UPDATE: CommandSpec = {
  name: 'update',
  use: '[OPTIONS] NODE',
  short: 'Update a node',
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    { name: 'availability', type: 'string', usage: 'Availability of the node ("active", "pause", "drain")' },
    { name: 'label-add', type: 'list', usage: 'Add or update a node label ("key=value")' },
    { name: 'label-rm', type: 'list', usage: 'Remove a node label if exists' },
    { name: 'role', type: 'string', usage: 'Role of the node ("worker", "manager")' },
  ],
};

export const NODE: CommandSpec = {
  name: 'node',
  short: 'Manage Swarm nodes',
  apiVersion: '1.24',
  swarm: 'manager',
  arguments: { kind: 'none' },
  flags: [],
  commands: [NODE_DEMOTE, NODE_INSPECT, NODE_LS, NODE_PROMOTE, NODE_PS, NODE_RM, NODE_UPDATE],
};
