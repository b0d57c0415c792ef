import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker stack` as client 28.2.2 documents it. */
export const STACK_CONFIG: CommandSpec = {
  name: 'config',
  use: '[OPTIONS]',
  short: 'Outputs the final config file, after doing merges and interpolations',
  arguments: { kind: 'none' },
  flags: [
    {
      name: 'compose-file',
      short: 'c',
      type: 'stringSlice',
      usage: 'Path to a Compose file, or "-" to read from stdin',
    },
    { name: 'skip-interpolation', type: 'bool', usage: 'Skip interpolation and output only merged config' },
  ],
};

export const STACK_DEPLOY: CommandSpec = {
  name: 'deploy',
  use: '[OPTIONS] STACK',
  short: 'Deploy a new stack or update an existing stack',
  aliases: ['up'],
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    {
      name: 'compose-file',
      short: 'c',
      type: 'stringSlice',
      usage: 'Path to a Compose file, or "-" to read from stdin',
      apiVersion: '1.25',
    },
    {
      name: 'detach',
      short: 'd',
      type: 'bool',
      usage: 'Exit immediately instead of waiting for the stack services to converge',
      default: 'true',
    },
    { name: 'prune', type: 'bool', usage: 'Prune services that are no longer referenced', apiVersion: '1.27' },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Suppress progress output' },
    {
      name: 'resolve-image',
      type: 'string',
      usage: 'Query the registry to resolve image digest and supported platforms ("always", "changed", "never")',
      default: 'always',
      apiVersion: '1.30',
    },
    { name: 'with-registry-auth', type: 'bool', usage: 'Send registry authentication details to Swarm agents' },
  ],
};

export const STACK_LS: CommandSpec = {
  name: 'ls',
  use: '[OPTIONS]',
  short: 'List stacks',
  aliases: ['list'],
  arguments: { kind: 'none' },
  flags: [
    {
      name: 'format',
      type: 'string',
      usage:
        "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
  ],
};

export const STACK_PS: CommandSpec = {
  name: 'ps',
  use: '[OPTIONS] STACK',
  short: 'List the tasks in the stack',
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    { name: 'filter', short: 'f', type: 'filter', usage: 'Filter output based on conditions provided' },
    {
      name: 'format',
      type: 'string',
      usage:
        "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    { name: 'no-resolve', type: 'bool', usage: 'Do not map IDs to Names' },
    { name: 'no-trunc', type: 'bool', usage: 'Do not truncate output' },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Only display task IDs' },
  ],
};

export const STACK_RM: CommandSpec = {
  name: 'rm',
  use: '[OPTIONS] STACK [STACK...]',
  short: 'Remove one or more stacks',
  aliases: ['remove', 'down'],
  arguments: { kind: 'atLeast', least: 1 },
  flags: [{ name: 'detach', short: 'd', type: 'bool', usage: 'Do not wait for stack removal', default: 'true' }],
};

export const STACK_SERVICES: CommandSpec = {
  name: 'services',
  use: '[OPTIONS] STACK',
  short: 'List the services in the stack',
  arguments: { kind: 'exactly', count: 1 },
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

export const STACK: CommandSpec = {
  name: 'stack',
  use: '[OPTIONS]',
  short: 'Manage Swarm stacks',
  apiVersion: '1.25',
  swarm: 'manager',
  arguments: { kind: 'none' },
  flags: [],
  commands: [STACK_CONFIG, STACK_DEPLOY, STACK_LS, STACK_PS, STACK_RM, STACK_SERVICES],
};
