import type { CommandSpec, FlagSpec } from '../commandLine/spec.ts';

/** `docker buildx` as buildx 0.24 documents it. */
const BUILDER_FLAG: FlagSpec = {
  name: 'builder',
  type: 'string',
  usage: 'Override the configured builder instance',
};
const DEBUG_FLAG: FlagSpec = { name: 'debug', short: 'D', type: 'bool', usage: 'Enable debug logging' };
const NO_ARGUMENTS = { kind: 'none' } as const;

export const BUILDX_BUILD: CommandSpec = {
  name: 'build',
  use: '[OPTIONS] PATH | URL | -',
  short: 'Start a build',
  aliases: ['b'],
  aliasText: 'docker build, docker builder build, docker image build, docker buildx b',
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    { name: 'add-host', type: 'stringSlice', usage: 'Add a custom host-to-IP mapping (format: "host:ip")' },
    {
      name: 'allow',
      type: 'stringArray',
      usage: 'Allow extra privileged entitlement (e.g., "network.host", "security.insecure")',
    },
    { name: 'annotation', type: 'stringArray', usage: 'Add annotation to the image' },
    {
      name: 'attest',
      type: 'stringArray',
      usage: 'Attestation parameters (format: "type=sbom,generator=image")',
    },
    { name: 'build-arg', type: 'stringArray', usage: 'Set build-time variables' },
    { name: 'build-context', type: 'stringArray', usage: 'Additional build contexts (e.g., name=path)' },
    BUILDER_FLAG,
    {
      name: 'cache-from',
      type: 'stringArray',
      usage: 'External cache sources (e.g., "user/app:cache", "type=local,src=path/to/dir")',
    },
    {
      name: 'cache-to',
      type: 'stringArray',
      usage: 'Cache export destinations (e.g., "user/app:cache", "type=local,dest=path/to/dir")',
    },
    {
      name: 'call',
      type: 'string',
      usage: 'Set method for evaluating build ("check", "outline", "targets")',
      default: 'build',
    },
    {
      name: 'cgroup-parent',
      type: 'string',
      usage: 'Set the parent cgroup for the "RUN" instructions during build',
    },
    { name: 'check', type: 'bool', usage: 'Shorthand for "--call=check"' },
    DEBUG_FLAG,
    { name: 'file', short: 'f', type: 'string', usage: 'Name of the Dockerfile (default: "PATH/Dockerfile")' },
    { name: 'iidfile', type: 'string', usage: 'Write the image ID to a file' },
    { name: 'label', type: 'stringArray', usage: 'Set metadata for an image' },
    { name: 'load', type: 'bool', usage: 'Shorthand for "--output=type=docker"' },
    { name: 'metadata-file', type: 'string', usage: 'Write build result metadata to a file' },
    {
      name: 'network',
      type: 'string',
      usage: 'Set the networking mode for the "RUN" instructions during build',
      default: 'default',
    },
    { name: 'no-cache', type: 'bool', usage: 'Do not use cache when building the image' },
    { name: 'no-cache-filter', type: 'stringArray', usage: 'Do not cache specified stages' },
    {
      name: 'output',
      short: 'o',
      type: 'stringArray',
      usage: 'Output destination (format: "type=local,dest=path")',
    },
    { name: 'platform', type: 'stringArray', usage: 'Set target platform for build' },
    {
      name: 'progress',
      type: 'string',
      usage:
        'Set type of progress output ("auto", "quiet", "plain", "tty", "rawjson"). Use plain to show container output',
      default: 'auto',
    },
    { name: 'provenance', type: 'string', usage: 'Shorthand for "--attest=type=provenance"' },
    { name: 'pull', type: 'bool', usage: 'Always attempt to pull all referenced images' },
    { name: 'push', type: 'bool', usage: 'Shorthand for "--output=type=registry,unpack=false"' },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Suppress the build output and print image ID on success' },
    { name: 'sbom', type: 'string', usage: 'Shorthand for "--attest=type=sbom"' },
    {
      name: 'secret',
      type: 'stringArray',
      usage: 'Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")',
    },
    { name: 'shm-size', type: 'bytes', usage: 'Shared memory size for build containers' },
    {
      name: 'ssh',
      type: 'stringArray',
      usage: 'SSH agent socket or keys to expose to the build (format: "default|<id>[=<socket>|<key>[,<key>]]")',
    },
    { name: 'tag', short: 't', type: 'stringArray', usage: 'Name and optionally a tag (format: "name:tag")' },
    { name: 'target', type: 'string', usage: 'Set the target build stage to build' },
    { name: 'ulimit', type: 'ulimit', usage: 'Ulimit options', default: '[]' },
  ],
};

const CREATE: CommandSpec = {
  name: 'create',
  use: '[OPTIONS] [SOURCE...]',
  short: 'Create a new image based on source images',
  arguments: { kind: 'any' },
  flags: [
    { name: 'annotation', type: 'stringArray', usage: 'Add annotation to the image' },
    { name: 'append', type: 'bool', usage: 'Append to existing manifest' },
    BUILDER_FLAG,
    DEBUG_FLAG,
    { name: 'dry-run', type: 'bool', usage: 'Show final image instead of pushing' },
    { name: 'file', short: 'f', type: 'stringArray', usage: 'Read source descriptor from file' },
    {
      name: 'prefer-index',
      type: 'bool',
      usage:
        'When only a single source is specified, prefer outputting an image index or manifest list instead of performing a carbon copy',
      default: 'true',
    },
    {
      name: 'progress',
      type: 'string',
      usage: 'Set type of progress output ("auto", "plain", "tty", "rawjson"). Use plain to show container output',
      default: 'auto',
    },
    { name: 'tag', short: 't', type: 'stringArray', usage: 'Set reference for new image' },
  ],
};

const IMAGETOOLS: CommandSpec = {
  name: 'imagetools',
  short: 'Commands to work on images in registry',
  arguments: NO_ARGUMENTS,
  flags: [BUILDER_FLAG, DEBUG_FLAG],
  commands: [
    CREATE,
    {
      name: 'inspect',
      use: '[OPTIONS] NAME',
      short: 'Show details of an image in the registry',
      arguments: { kind: 'exactly', count: 1 },
      flags: [
        BUILDER_FLAG,
        DEBUG_FLAG,
        {
          name: 'format',
          type: 'string',
          usage: 'Format the output using the given Go template',
          default: '{{.Manifest}}',
        },
        { name: 'raw', type: 'bool', usage: 'Show original, unformatted JSON manifest' },
      ],
    },
  ],
};

/** Of commands that are known and not simulated: enough for their command lines to be understood. */
function unsimulated(
  name: string,
  use: string,
  short: string,
  flags: readonly [string, 'bool' | 'stringArray'][],
): CommandSpec {
  return {
    name,
    use,
    short,
    arguments: { kind: 'any' },
    flags: [BUILDER_FLAG, DEBUG_FLAG, ...flags.map(([flag, type]): FlagSpec => ({ name: flag, type, usage: '' }))],
  };
}

const UNSIMULATED: readonly CommandSpec[] = [
  unsimulated('bake', '[OPTIONS] [TARGET...]', 'Build from a file', [
    ['load', 'bool'],
    ['no-cache', 'bool'],
    ['print', 'bool'],
    ['progress', 'stringArray'],
    ['pull', 'bool'],
    ['push', 'bool'],
    ['set', 'stringArray'],
    ['file', 'stringArray'],
  ]),
  unsimulated('create', '[OPTIONS] [CONTEXT|ENDPOINT]', 'Create a new builder instance', [
    ['append', 'bool'],
    ['bootstrap', 'bool'],
    ['buildkitd-config', 'stringArray'],
    ['buildkitd-flags', 'stringArray'],
    ['driver', 'stringArray'],
    ['driver-opt', 'stringArray'],
    ['leave', 'bool'],
    ['name', 'stringArray'],
    ['node', 'stringArray'],
    ['platform', 'stringArray'],
    ['use', 'bool'],
  ]),
  unsimulated('rm', '[OPTIONS] [NAME...]', 'Remove one or more builder instances', [
    ['all-inactive', 'bool'],
    ['force', 'bool'],
    ['keep-daemon', 'bool'],
    ['keep-state', 'bool'],
  ]),
  unsimulated('stop', '[NAME...]', 'Stop builder instance', []),
];

export const BUILDX: CommandSpec = {
  name: 'buildx',
  short: 'Docker Buildx',
  long: 'Extended build capabilities with BuildKit',
  isPlugin: true,
  arguments: NO_ARGUMENTS,
  flags: [BUILDER_FLAG, DEBUG_FLAG],
  commands: [
    BUILDX_BUILD,
    ...UNSIMULATED,
    {
      name: 'du',
      short: 'Disk usage',
      arguments: NO_ARGUMENTS,
      flags: [
        BUILDER_FLAG,
        DEBUG_FLAG,
        { name: 'filter', type: 'filter', usage: 'Provide filter values' },
        { name: 'verbose', type: 'bool', usage: 'Provide a more verbose output' },
      ],
    },
    IMAGETOOLS,
    {
      name: 'inspect',
      use: '[NAME]',
      short: 'Inspect current builder instance',
      arguments: { kind: 'atMost', most: 1 },
      flags: [
        { name: 'bootstrap', type: 'bool', usage: 'Ensure builder has booted before inspecting' },
        BUILDER_FLAG,
        DEBUG_FLAG,
      ],
    },
    {
      name: 'ls',
      short: 'List builder instances',
      arguments: NO_ARGUMENTS,
      flags: [
        BUILDER_FLAG,
        DEBUG_FLAG,
        { name: 'format', type: 'string', usage: 'Format the output', default: 'table' },
        { name: 'no-trunc', type: 'bool', usage: "Don't truncate output" },
      ],
    },
    {
      name: 'prune',
      short: 'Remove build cache',
      arguments: NO_ARGUMENTS,
      flags: [
        { name: 'all', short: 'a', type: 'bool', usage: 'Include internal/frontend images' },
        BUILDER_FLAG,
        DEBUG_FLAG,
        { name: 'filter', type: 'filter', usage: 'Provide filter values (e.g., "until=24h")' },
        { name: 'force', short: 'f', type: 'bool', usage: 'Do not prompt for confirmation' },
        { name: 'max-used-space', type: 'bytes', usage: 'Maximum amount of disk space allowed to keep for cache' },
        { name: 'min-free-space', type: 'bytes', usage: 'Target amount of free disk space after pruning' },
        { name: 'reserved-space', type: 'bytes', usage: 'Amount of disk space always allowed to keep for cache' },
        { name: 'verbose', type: 'bool', usage: 'Provide a more verbose output' },
      ],
    },
    {
      name: 'use',
      use: '[OPTIONS] NAME',
      short: 'Set the current builder instance',
      arguments: { kind: 'exactly', count: 1 },
      flags: [
        BUILDER_FLAG,
        DEBUG_FLAG,
        { name: 'default', type: 'bool', usage: 'Set builder as default for current context' },
        { name: 'global', type: 'bool', usage: 'Builder persists context changes' },
      ],
    },
    {
      name: 'version',
      short: 'Show buildx version information',
      arguments: NO_ARGUMENTS,
      flags: [BUILDER_FLAG, DEBUG_FLAG],
    },
  ],
};
