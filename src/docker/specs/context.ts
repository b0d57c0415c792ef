import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker context` as client 28.2.2 documents it. */
export const CONTEXT_CREATE: CommandSpec = {
  name: 'create',
  use: '[OPTIONS] CONTEXT',
  short: 'Create a context',
  long: 'Create a context\n\nDocker endpoint config:\n\nNAME                DESCRIPTION\nfrom                Copy named context\'s Docker endpoint configuration\nhost                Docker endpoint on which to connect\nca                  Trust certs signed only by this CA\ncert                Path to TLS certificate file\nkey                 Path to TLS key file\nskip-tls-verify     Skip TLS certificate validation\n\nExample:\n\n$ docker context create my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"\n',
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    { name: 'description', type: 'string', usage: 'Description of the context' },
    { name: 'docker', type: 'stringToString', usage: 'set the docker endpoint', default: '[]' },
    { name: 'from', type: 'string', usage: 'create context from a named context' },
  ],
};

export const CONTEXT_EXPORT: CommandSpec = {
  name: 'export',
  use: '[OPTIONS] CONTEXT [FILE|-]',
  short: 'Export a context to a tar archive FILE or a tar stream on STDOUT.',
  arguments: { kind: 'range', least: 1, most: 2 },
  flags: [],
};

export const CONTEXT_IMPORT: CommandSpec = {
  name: 'import',
  use: 'CONTEXT FILE|-',
  short: 'Import a context from a tar or zip file',
  arguments: { kind: 'exactly', count: 2 },
  flags: [],
};

export const CONTEXT_INSPECT: CommandSpec = {
  name: 'inspect',
  use: '[OPTIONS] [CONTEXT] [CONTEXT...]',
  short: 'Display detailed information on one or more contexts',
  arguments: { kind: 'any' },
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

export const CONTEXT_LS: CommandSpec = {
  name: 'ls',
  use: '[OPTIONS]',
  short: 'List contexts',
  aliases: ['list'],
  arguments: { kind: 'none' },
  flags: [
    {
      name: 'format',
      type: 'string',
      usage:
        "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Only show context names' },
  ],
};

export const CONTEXT_RM: CommandSpec = {
  name: 'rm',
  use: 'CONTEXT [CONTEXT...]',
  short: 'Remove one or more contexts',
  aliases: ['remove'],
  arguments: { kind: 'atLeast', least: 1 },
  flags: [{ name: 'force', short: 'f', type: 'bool', usage: 'Force the removal of a context in use' }],
};

export const CONTEXT_SHOW: CommandSpec = {
  name: 'show',
  short: 'Print the name of the current context',
  arguments: { kind: 'none' },
  flags: [],
};

export const CONTEXT_UPDATE: CommandSpec = {
  name: 'update',
  use: '[OPTIONS] CONTEXT',
  short: 'Update a context',
  long: 'Update a context\n\nDocker endpoint config:\n\nNAME                DESCRIPTION\nfrom                Copy named context\'s Docker endpoint configuration\nhost                Docker endpoint on which to connect\nca                  Trust certs signed only by this CA\ncert                Path to TLS certificate file\nkey                 Path to TLS key file\nskip-tls-verify     Skip TLS certificate validation\n\nExample:\n\n$ docker context update my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"\n',
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    { name: 'description', type: 'string', usage: 'Description of the context' },
    { name: 'docker', type: 'stringToString', usage: 'set the docker endpoint', default: '[]' },
  ],
};

export const CONTEXT_USE: CommandSpec = {
  name: 'use',
  use: 'CONTEXT',
  short: 'Set the current docker context',
  arguments: { kind: 'exactly', count: 1 },
  flags: [],
};

export const CONTEXT: CommandSpec = {
  name: 'context',
  short: 'Manage contexts',
  arguments: { kind: 'none' },
  flags: [],
  commands: [
    CONTEXT_CREATE,
    CONTEXT_EXPORT,
    CONTEXT_IMPORT,
    CONTEXT_INSPECT,
    CONTEXT_LS,
    CONTEXT_RM,
    CONTEXT_SHOW,
    CONTEXT_UPDATE,
    CONTEXT_USE,
  ],
};
