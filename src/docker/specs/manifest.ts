import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker manifest` as client 28.2.2 documents it. */
export const MANIFEST_ANNOTATE: CommandSpec = {
  name: 'annotate',
  use: '[OPTIONS] MANIFEST_LIST MANIFEST',
  short: 'Add additional information to a local image manifest',
  arguments: { kind: 'exactly', count: 2 },
  flags: [
    { name: 'arch', type: 'string', usage: 'Set architecture' },
    { name: 'os', type: 'string', usage: 'Set operating system' },
    { name: 'os-features', type: 'stringSlice', usage: 'Set operating system feature' },
    { name: 'os-version', type: 'string', usage: 'Set operating system version' },
    { name: 'variant', type: 'string', usage: 'Set architecture variant' },
  ],
};

export const MANIFEST_CREATE: CommandSpec = {
  name: 'create',
  use: 'MANIFEST_LIST MANIFEST [MANIFEST...]',
  short: 'Create a local manifest list for annotating and pushing to a registry',
  arguments: { kind: 'atLeast', least: 2 },
  flags: [
    { name: 'amend', short: 'a', type: 'bool', usage: 'Amend an existing manifest list' },
    { name: 'insecure', type: 'bool', usage: 'Allow communication with an insecure registry' },
  ],
};

export const MANIFEST_INSPECT: CommandSpec = {
  name: 'inspect',
  use: '[OPTIONS] [MANIFEST_LIST] MANIFEST',
  short: 'Display an image manifest, or manifest list',
  arguments: { kind: 'range', least: 1, most: 2 },
  flags: [
    { name: 'insecure', type: 'bool', usage: 'Allow communication with an insecure registry' },
    { name: 'verbose', short: 'v', type: 'bool', usage: 'Output additional info including layers and platform' },
  ],
};

export const MANIFEST_PUSH: CommandSpec = {
  name: 'push',
  use: '[OPTIONS] MANIFEST_LIST',
  short: 'Push a manifest list to a repository',
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    { name: 'insecure', type: 'bool', usage: 'Allow push to an insecure registry' },
    { name: 'purge', short: 'p', type: 'bool', usage: 'Remove the local manifest list after push' },
  ],
};

export const MANIFEST_RM: CommandSpec = {
  name: 'rm',
  use: 'MANIFEST_LIST [MANIFEST_LIST...]',
  short: 'Delete one or more manifest lists from local storage',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [],
};

export const MANIFEST: CommandSpec = {
  name: 'manifest',
  use: 'COMMAND',
  short: 'Manage Docker image manifests and manifest lists',
  long: '\nThe **docker manifest** command has subcommands for managing image manifests and\nmanifest lists. A manifest list allows you to use one name to refer to the same image\nbuilt for multiple architectures.\n\nTo see help for a subcommand, use:\n\n    docker manifest CMD --help\n\nFor full details on using docker manifest lists, see the registry v2 specification.\n\n',
  isExperimentalClient: true,
  arguments: { kind: 'none' },
  flags: [],
  commands: [MANIFEST_ANNOTATE, MANIFEST_CREATE, MANIFEST_INSPECT, MANIFEST_PUSH, MANIFEST_RM],
};
