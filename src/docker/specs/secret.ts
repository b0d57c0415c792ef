import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker secret` as client 28.2.2 documents it. */
export const SECRET_CREATE: CommandSpec = {
  name: 'create',
  use: '[OPTIONS] SECRET [file|-]',
  short: 'Create a secret from a file or STDIN as content',
  arguments: { kind: 'range', least: 1, most: 2 },
  flags: [
    { name: 'driver', short: 'd', type: 'string', usage: 'Secret driver', apiVersion: '1.31' },
    { name: 'label', short: 'l', type: 'list', usage: 'Secret labels' },
    { name: 'template-driver', type: 'string', usage: 'Template driver', apiVersion: '1.37' },
  ],
};

export const SECRET_INSPECT: CommandSpec = {
  name: 'inspect',
  use: '[OPTIONS] SECRET [SECRET...]',
  short: 'Display detailed information on one or more secrets',
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

export const SECRET_LS: CommandSpec = {
  name: 'ls',
  use: '[OPTIONS]',
  short: 'List secrets',
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

export const SECRET_RM: CommandSpec = {
  name: 'rm',
  use: 'SECRET [SECRET...]',
  short: 'Remove one or more secrets',
  aliases: ['remove'],
  arguments: { kind: 'atLeast', least: 1 },
  flags: [],
};

export const SECRET: CommandSpec = {
  name: 'secret',
  short: 'Manage Swarm secrets',
  apiVersion: '1.25',
  swarm: 'manager',
  arguments: { kind: 'none' },
  flags: [],
  commands: [SECRET_CREATE, SECRET_INSPECT, SECRET_LS, SECRET_RM],
};
