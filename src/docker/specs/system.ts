import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker system` as client 28.2.2 documents it. */
export const SYSTEM_DF: CommandSpec = {
  name: 'df',
  use: '[OPTIONS]',
  short: 'Show docker disk usage',
  apiVersion: '1.25',
  arguments: { kind: 'none' },
  flags: [
    {
      name: 'format',
      type: 'string',
      usage:
        "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    { name: 'verbose', short: 'v', type: 'bool', usage: 'Show detailed information on space usage' },
  ],
};

export const SYSTEM_DIAL_STDIO: CommandSpec = {
  name: 'dial-stdio',
  short: 'Proxy the stdio stream to the daemon connection. Should not be invoked manually.',
  isHidden: true,
  arguments: { kind: 'none' },
  flags: [],
};

export const SYSTEM_EVENTS: CommandSpec = {
  name: 'events',
  use: '[OPTIONS]',
  short: 'Get real time events from the server',
  aliasText: 'docker system events, docker events',
  arguments: { kind: 'none' },
  flags: [
    { name: 'filter', short: 'f', type: 'filter', usage: 'Filter output based on conditions provided' },
    {
      name: 'format',
      type: 'string',
      usage:
        "Format output using a custom template:\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    { name: 'since', type: 'string', usage: 'Show all events created since timestamp' },
    { name: 'until', type: 'string', usage: 'Stream events until this timestamp' },
  ],
};

export const SYSTEM_INFO: CommandSpec = {
  name: 'info',
  use: '[OPTIONS]',
  short: 'Display system-wide information',
  aliasText: 'docker system info, docker info',
  category: 12,
  arguments: { kind: 'none' },
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

export const SYSTEM_PRUNE: CommandSpec = {
  name: 'prune',
  use: '[OPTIONS]',
  short: 'Remove unused data',
  apiVersion: '1.25',
  arguments: { kind: 'none' },
  flags: [
    { name: 'all', short: 'a', type: 'bool', usage: 'Remove all unused images not just dangling ones' },
    { name: 'filter', type: 'filter', usage: 'Provide filter values (e.g. "label=<key>=<value>")', apiVersion: '1.28' },
    { name: 'force', short: 'f', type: 'bool', usage: 'Do not prompt for confirmation' },
    { name: 'volumes', type: 'bool', usage: 'Prune anonymous volumes' },
  ],
};

export const SYSTEM: CommandSpec = {
  name: 'system',
  short: 'Manage Docker',
  arguments: { kind: 'none' },
  flags: [],
  commands: [SYSTEM_DF, SYSTEM_DIAL_STDIO, SYSTEM_EVENTS, SYSTEM_INFO, SYSTEM_PRUNE],
};
