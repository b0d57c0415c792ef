import type { CommandSpec } from '../commandLine/spec.ts';
import { BUILDER_BUILD, BUILDER } from './builder.ts';
import { CHECKPOINT } from './checkpoint.ts';
import { CONFIG } from './config.ts';
import {
  CONTAINER_ATTACH,
  CONTAINER_COMMIT,
  CONTAINER,
  CONTAINER_CP,
  CONTAINER_CREATE,
  CONTAINER_DIFF,
  CONTAINER_EXEC,
  CONTAINER_EXPORT,
  CONTAINER_KILL,
  CONTAINER_LOGS,
  CONTAINER_PAUSE,
  CONTAINER_PORT,
  CONTAINER_LS,
  CONTAINER_RENAME,
  CONTAINER_RESTART,
  CONTAINER_RM,
  CONTAINER_RUN,
  CONTAINER_START,
  CONTAINER_STATS,
  CONTAINER_STOP,
  CONTAINER_TOP,
  CONTAINER_UNPAUSE,
  CONTAINER_UPDATE,
  CONTAINER_WAIT,
} from './container.ts';
import { CONTEXT } from './context.ts';
import {
  IMAGE_HISTORY,
  IMAGE,
  IMAGE_LS,
  IMAGE_IMPORT,
  IMAGE_LOAD,
  IMAGE_PULL,
  IMAGE_PUSH,
  IMAGE_RM,
  IMAGE_SAVE,
  IMAGE_TAG,
} from './image.ts';
import { MANIFEST } from './manifest.ts';
import { NETWORK } from './network.ts';
import { NODE } from './node.ts';
import { PLUGIN } from './plugin.ts';
import { SECRET } from './secret.ts';
import { SERVICE } from './service.ts';
import { STACK } from './stack.ts';
import { SWARM } from './swarm.ts';
import { SYSTEM_EVENTS, SYSTEM_INFO, SYSTEM } from './system.ts';
import { TRUST } from './trust.ts';
import { VOLUME } from './volume.ts';

const TOP_BAKE: CommandSpec = {
  name: 'bake',
  use: '[OPTIONS] [TARGET...]',
  short: 'Build from a file',
  aliasText: 'docker buildx bake',
  // Shown only where buildx is.
  isHidden: true,
  apiVersion: '1.31',
  category: 5,
  arguments: { kind: 'any' },
  flags: [],
};

const TOP_INSPECT: CommandSpec = {
  name: 'inspect',
  use: '[OPTIONS] NAME|ID [NAME|ID...]',
  short: 'Return low-level information on Docker objects',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [
    {
      name: 'format',
      short: 'f',
      type: 'string',
      usage:
        "Format output using a custom template:\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    { name: 'size', short: 's', type: 'bool', usage: 'Display total file sizes if the type is container' },
    { name: 'type', type: 'string', usage: 'Only inspect objects of the given type' },
  ],
};

const TOP_LOGIN: CommandSpec = {
  name: 'login',
  use: '[OPTIONS] [SERVER]',
  short: 'Authenticate to a registry',
  long: 'Authenticate to a registry.\nDefaults to Docker Hub if no server is specified.',
  category: 8,
  arguments: { kind: 'atMost', most: 1 },
  flags: [
    { name: 'password', short: 'p', type: 'string', usage: 'Password or Personal Access Token (PAT)' },
    { name: 'password-stdin', type: 'bool', usage: 'Take the Password or Personal Access Token (PAT) from stdin' },
    { name: 'username', short: 'u', type: 'string', usage: 'Username' },
  ],
};

const TOP_LOGOUT: CommandSpec = {
  name: 'logout',
  use: '[SERVER]',
  short: 'Log out from a registry',
  long: 'Log out from a registry.\nIf no server is specified, the default is defined by the daemon.',
  category: 9,
  arguments: { kind: 'atMost', most: 1 },
  flags: [],
};

const TOP_SEARCH: CommandSpec = {
  name: 'search',
  use: '[OPTIONS] TERM',
  short: 'Search Docker Hub for images',
  category: 10,
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    { name: 'filter', short: 'f', type: 'filter', usage: 'Filter output based on conditions provided' },
    { name: 'format', type: 'string', usage: 'Pretty-print search using a Go template' },
    { name: 'limit', type: 'int', usage: 'Max number of search results' },
    { name: 'no-trunc', type: 'bool', usage: "Don't truncate output" },
  ],
};

const TOP_VERSION: CommandSpec = {
  name: 'version',
  use: '[OPTIONS]',
  short: 'Show the Docker version information',
  category: 10,
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

/** The tree of client 28.2.2. */
export const ROOT: CommandSpec = {
  name: 'docker',
  use: '[OPTIONS] COMMAND [ARG...]',
  short: 'A self-sufficient runtime for containers',
  arguments: { kind: 'any' },
  flags: [
    { name: 'config', type: 'string', usage: 'Location of client config files', default: '$CONFIG' },
    {
      name: 'context',
      short: 'c',
      type: 'string',
      usage:
        'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with "docker context use")',
    },
    { name: 'debug', short: 'D', type: 'bool', usage: 'Enable debug mode' },
    { name: 'host', short: 'H', type: 'list', usage: 'Daemon socket to connect to' },
    {
      name: 'log-level',
      short: 'l',
      type: 'string',
      usage: 'Set the logging level ("debug", "info", "warn", "error", "fatal")',
      default: 'info',
    },
    { name: 'tls', type: 'bool', usage: 'Use TLS; implied by --tlsverify' },
    { name: 'tlscacert', type: 'string', usage: 'Trust certs signed only by this CA', default: '$CONFIG/ca.pem' },
    { name: 'tlscert', type: 'string', usage: 'Path to TLS certificate file', default: '$CONFIG/cert.pem' },
    { name: 'tlskey', type: 'string', usage: 'Path to TLS key file', default: '$CONFIG/key.pem' },
    { name: 'tlsverify', type: 'bool', usage: 'Use TLS and verify the remote' },
    { name: 'version', short: 'v', type: 'bool', usage: 'Print version information and quit' },
  ],
  commands: [
    { ...CONTAINER_ATTACH, name: 'attach' },
    TOP_BAKE,
    { ...BUILDER_BUILD, name: 'build', category: 4 },
    BUILDER,
    CHECKPOINT,
    { ...CONTAINER_COMMIT, name: 'commit' },
    CONFIG,
    CONTAINER,
    CONTEXT,
    { ...CONTAINER_CP, name: 'cp' },
    { ...CONTAINER_CREATE, name: 'create' },
    { ...CONTAINER_DIFF, name: 'diff' },
    { ...SYSTEM_EVENTS, name: 'events' },
    { ...CONTAINER_EXEC, name: 'exec', category: 2 },
    { ...CONTAINER_EXPORT, name: 'export' },
    { ...IMAGE_HISTORY, name: 'history' },
    IMAGE,
    { ...IMAGE_LS, name: 'images', aliases: [], category: 7 },
    { ...IMAGE_IMPORT, name: 'import' },
    { ...SYSTEM_INFO, name: 'info', category: 12 },
    TOP_INSPECT,
    { ...CONTAINER_KILL, name: 'kill' },
    { ...IMAGE_LOAD, name: 'load' },
    TOP_LOGIN,
    TOP_LOGOUT,
    { ...CONTAINER_LOGS, name: 'logs' },
    MANIFEST,
    NETWORK,
    NODE,
    { ...CONTAINER_PAUSE, name: 'pause' },
    PLUGIN,
    { ...CONTAINER_PORT, name: 'port' },
    { ...CONTAINER_LS, name: 'ps', aliases: [], category: 3 },
    { ...IMAGE_PULL, name: 'pull', category: 5 },
    { ...IMAGE_PUSH, name: 'push', category: 6 },
    { ...CONTAINER_RENAME, name: 'rename' },
    { ...CONTAINER_RESTART, name: 'restart' },
    { ...CONTAINER_RM, name: 'rm', aliases: ['remove'] },
    { ...IMAGE_RM, name: 'rmi', aliases: [] },
    { ...CONTAINER_RUN, name: 'run', category: 1 },
    { ...IMAGE_SAVE, name: 'save' },
    TOP_SEARCH,
    SECRET,
    SERVICE,
    STACK,
    { ...CONTAINER_START, name: 'start' },
    { ...CONTAINER_STATS, name: 'stats' },
    { ...CONTAINER_STOP, name: 'stop' },
    SWARM,
    SYSTEM,
    { ...IMAGE_TAG, name: 'tag' },
    { ...CONTAINER_TOP, name: 'top' },
    TRUST,
    { ...CONTAINER_UNPAUSE, name: 'unpause' },
    { ...CONTAINER_UPDATE, name: 'update' },
    TOP_VERSION,
    VOLUME,
    { ...CONTAINER_WAIT, name: 'wait' },
  ],
};
