import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker trust` as client 28.2.2 documents it. */
export const TRUST_INSPECT: CommandSpec = {
  name: 'inspect',
  use: 'IMAGE[:TAG] [IMAGE[:TAG]...]',
  short: 'Return low-level information about keys and signatures',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [{ name: 'pretty', type: 'bool', usage: 'Print the information in a human friendly format' }],
};

export const TRUST_KEY_GENERATE: CommandSpec = {
  name: 'generate',
  use: 'NAME',
  short: 'Generate and load a signing key-pair',
  arguments: { kind: 'exactly', count: 1 },
  flags: [{ name: 'dir', type: 'string', usage: 'Directory to generate key in, defaults to current directory' }],
};

export const TRUST_KEY_LOAD: CommandSpec = {
  name: 'load',
  use: '[OPTIONS] KEYFILE',
  short: 'Load a private key file for signing',
  arguments: { kind: 'exactly', count: 1 },
  flags: [{ name: 'name', type: 'string', usage: 'Name for the loaded key', default: 'signer' }],
};

export const TRUST_REVOKE: CommandSpec = {
  name: 'revoke',
  use: '[OPTIONS] IMAGE[:TAG]',
  short: 'Remove trust for an image',
  arguments: { kind: 'exactly', count: 1 },
  flags: [{ name: 'yes', short: 'y', type: 'bool', usage: 'Do not prompt for confirmation' }],
};

export const TRUST_SIGN: CommandSpec = {
  name: 'sign',
  use: 'IMAGE:TAG',
  short: 'Sign an image',
  arguments: { kind: 'exactly', count: 1 },
  flags: [{ name: 'local', type: 'bool', usage: 'Sign a locally tagged image' }],
};

export const TRUST_SIGNER_ADD: CommandSpec = {
  name: 'add',
  use: 'OPTIONS NAME REPOSITORY [REPOSITORY...] ',
  short: 'Add a signer',
  arguments: { kind: 'atLeast', least: 2 },
  flags: [{ name: 'key', type: 'list', usage: "Path to the signer's public key file" }],
};

export const TRUST_SIGNER_REMOVE: CommandSpec = {
  name: 'remove',
  use: '[OPTIONS] NAME REPOSITORY [REPOSITORY...]',
  short: 'Remove a signer',
  arguments: { kind: 'atLeast', least: 2 },
  flags: [
    {
      name: 'force',
      short: 'f',
      type: 'bool',
      usage: 'Do not prompt for confirmation before removing the most recent signer',
    },
  ],
};

export const TRUST: CommandSpec = {
  name: 'trust',
  short: 'Manage trust on Docker images',
  arguments: { kind: 'none' },
  flags: [],
  commands: [
    TRUST_INSPECT,
    {
      name: 'key',
      short: 'Manage keys for signing Docker images',
      arguments: { kind: 'none' },
      flags: [],
      commands: [TRUST_KEY_GENERATE, TRUST_KEY_LOAD],
    },
    TRUST_REVOKE,
    TRUST_SIGN,
    {
      name: 'signer',
      short: 'Manage entities who can sign Docker images',
      arguments: { kind: 'none' },
      flags: [],
      commands: [TRUST_SIGNER_ADD, TRUST_SIGNER_REMOVE],
    },
  ],
};
