import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker plugin` as client 28.2.2 documents it. */
export const PLUGIN_CREATE: CommandSpec = {
  name: 'create',
  use: '[OPTIONS] PLUGIN PLUGIN-DATA-DIR',
  short:
    'Create a plugin from a rootfs and configuration. Plugin data directory must contain config.json and rootfs directory.',
  arguments: { kind: 'atLeast', least: 2 },
  flags: [{ name: 'compress', type: 'bool', usage: 'Compress the context using gzip' }],
};

export const PLUGIN_DISABLE: CommandSpec = {
  name: 'disable',
  use: '[OPTIONS] PLUGIN',
  short: 'Disable a plugin',
  arguments: { kind: 'exactly', count: 1 },
  flags: [{ name: 'force', short: 'f', type: 'bool', usage: 'Force the disable of an active plugin' }],
};

export const PLUGIN_ENABLE: CommandSpec = {
  name: 'enable',
  use: '[OPTIONS] PLUGIN',
  short: 'Enable a plugin',
  arguments: { kind: 'exactly', count: 1 },
  flags: [{ name: 'timeout', type: 'int', usage: 'HTTP client timeout (in seconds)', default: '30' }],
};

export const PLUGIN_INSPECT: CommandSpec = {
  name: 'inspect',
  use: '[OPTIONS] PLUGIN [PLUGIN...]',
  short: 'Display detailed information on one or more plugins',
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

export const PLUGIN_INSTALL: CommandSpec = {
  name: 'install',
  use: '[OPTIONS] PLUGIN [KEY=VALUE...]',
  short: 'Install a plugin',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [
    { name: 'alias', type: 'string', usage: 'Local name for plugin' },
    { name: 'disable', type: 'bool', usage: 'Do not enable the plugin on install' },
    { name: 'disable-content-trust', type: 'bool', usage: 'Skip image verification', default: 'true' },
    { name: 'grant-all-permissions', type: 'bool', usage: 'Grant all permissions necessary to run the plugin' },
  ],
};

export const PLUGIN_LS: CommandSpec = {
  name: 'ls',
  use: '[OPTIONS]',
  short: 'List plugins',
  aliases: ['list'],
  arguments: { kind: 'none' },
  flags: [
    { name: 'filter', short: 'f', type: 'filter', usage: 'Provide filter values (e.g. "enabled=true")' },
    {
      name: 'format',
      type: 'string',
      usage:
        "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    { name: 'no-trunc', type: 'bool', usage: "Don't truncate output" },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Only display plugin IDs' },
  ],
};

export const PLUGIN_PUSH: CommandSpec = {
  name: 'push',
  use: '[OPTIONS] PLUGIN[:TAG]',
  short: 'Push a plugin to a registry',
  arguments: { kind: 'exactly', count: 1 },
  flags: [{ name: 'disable-content-trust', type: 'bool', usage: 'Skip image signing', default: 'true' }],
};

export const PLUGIN_RM: CommandSpec = {
  name: 'rm',
  use: '[OPTIONS] PLUGIN [PLUGIN...]',
  short: 'Remove one or more plugins',
  aliases: ['remove'],
  arguments: { kind: 'atLeast', least: 1 },
  flags: [{ name: 'force', short: 'f', type: 'bool', usage: 'Force the removal of an active plugin' }],
};

export const PLUGIN_SET: CommandSpec = {
  name: 'set',
  use: 'PLUGIN KEY=VALUE [KEY=VALUE...]',
  short: 'Change settings for a plugin',
  arguments: { kind: 'atLeast', least: 2 },
  flags: [],
};

export const PLUGIN_UPGRADE: CommandSpec = {
  name: 'upgrade',
  use: '[OPTIONS] PLUGIN [REMOTE]',
  short: 'Upgrade an existing plugin',
  apiVersion: '1.26',
  arguments: { kind: 'range', least: 1, most: 2 },
  flags: [
    { name: 'disable-content-trust', type: 'bool', usage: 'Skip image verification', default: 'true' },
    { name: 'grant-all-permissions', type: 'bool', usage: 'Grant all permissions necessary to run the plugin' },
    {
      name: 'skip-remote-check',
      type: 'bool',
      usage: 'Do not check if specified remote plugin matches existing plugin image',
    },
  ],
};

export const PLUGIN: CommandSpec = {
  name: 'plugin',
  short: 'Manage plugins',
  apiVersion: '1.25',
  arguments: { kind: 'none' },
  flags: [],
  commands: [
    PLUGIN_CREATE,
    PLUGIN_DISABLE,
    PLUGIN_ENABLE,
    PLUGIN_INSPECT,
    PLUGIN_INSTALL,
    PLUGIN_LS,
    PLUGIN_PUSH,
    PLUGIN_RM,
    PLUGIN_SET,
    PLUGIN_UPGRADE,
  ],
};
