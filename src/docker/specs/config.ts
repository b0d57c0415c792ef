import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker config` as client 28.2.2 documents it. */
export const CONFIG_CREATE: CommandSpec = {
  name: 'create',
  use: '[OPTIONS] CONFIG file|-',
  short: 'Create a config from a file or STDIN',
  arguments: { kind: 'exactly', count: 2 },
  flags: [
    { name: 'label', short: 'l', type: 'list', usage: 'Config labels' },
    { name: 'template-driver', type: 'string', usage: 'Template driver', apiVersion: '1.37' },
  ],
};

export const CONFIG_INSPECT: CommandSpec = {
  name: 'inspect',
  use: '[OPTIONS] CONFIG [CONFIG...]',
  short: 'Display detailed information on one or more configs',
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

export const CONFIG_LS: CommandSpec = {
  name: 'ls',
  use: '[OPTIONS]',
  short: 'List configs',
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

export const CONFIG_RM: CommandSpec = {
  name: 'rm',
  use: 'CONFIG [CONFIG...]',
  short: 'Remove one or more configs',
  aliases: ['remove'],
  arguments: { kind: 'atLeast', least: 1 },
  flags: [],
};

export const CONFIG: CommandSpec = {
  name: 'config',
  short: 'Manage Swarm configs',
  apiVersion: '1.30',
  swarm: 'manager',
  arguments: { kind: 'none' },
  flags: [],
  commands: [CONFIG_CREATE, CONFIG_INSPECT, CONFIG_LS, CONFIG_RM],
};
