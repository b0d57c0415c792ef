import type { CommandSpec } from '../commandLine/spec.ts';
import { BUILDER_BUILD } from './builder.ts';

/** `docker image` as client 28.2.2 documents it. */
export const IMAGE_BUILD: CommandSpec = { ...BUILDER_BUILD, name: 'build' };

export const IMAGE_HISTORY: CommandSpec = {
  name: 'history',
  use: '[OPTIONS] IMAGE',
  short: 'Show the history of an image',
  aliasText: 'docker image history, docker history',
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    {
      name: 'format',
      type: 'string',
      usage:
        "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    {
      name: 'human',
      short: 'H',
      type: 'bool',
      usage: 'Print sizes and dates in human readable format',
      default: 'true',
    },
    { name: 'no-trunc', type: 'bool', usage: "Don't truncate output" },
    {
      name: 'platform',
      type: 'string',
      usage: 'Show history for the given platform. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
      apiVersion: '1.48',
    },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Only show image IDs' },
  ],
};

export const IMAGE_IMPORT: CommandSpec = {
  name: 'import',
  use: '[OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  short: 'Import the contents from a tarball to create a filesystem image',
  aliasText: 'docker image import, docker import',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [
    { name: 'change', short: 'c', type: 'list', usage: 'Apply Dockerfile instruction to the created image' },
    { name: 'message', short: 'm', type: 'string', usage: 'Set commit message for imported image' },
    { name: 'platform', type: 'string', usage: 'Set platform if server is multi-platform capable', apiVersion: '1.32' },
  ],
};

export const IMAGE_INSPECT: CommandSpec = {
  name: 'inspect',
  use: '[OPTIONS] IMAGE [IMAGE...]',
  short: 'Display detailed information on one or more images',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [
    {
      name: 'format',
      short: 'f',
      type: 'string',
      usage:
        "Format output using a custom template:\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    {
      name: 'platform',
      type: 'string',
      usage:
        "Inspect a specific platform of the multi-platform image.\nIf the image or the server is not multi-platform capable, the command will error out if the platform does not match.\n'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)",
      apiVersion: '1.49',
    },
  ],
};

export const IMAGE_LOAD: CommandSpec = {
  name: 'load',
  use: '[OPTIONS]',
  short: 'Load an image from a tar archive or STDIN',
  aliasText: 'docker image load, docker load',
  arguments: { kind: 'none' },
  flags: [
    { name: 'input', short: 'i', type: 'string', usage: 'Read from tar archive file, instead of STDIN' },
    {
      name: 'platform',
      type: 'string',
      usage: 'Load only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
      apiVersion: '1.48',
    },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Suppress the load output' },
  ],
};

export const IMAGE_LS: CommandSpec = {
  name: 'ls',
  use: '[OPTIONS] [REPOSITORY[:TAG]]',
  short: 'List images',
  aliases: ['list'],
  aliasText: 'docker image ls, docker image list, docker images',
  category: 7,
  arguments: { kind: 'atMost', most: 1 },
  flags: [
    { name: 'all', short: 'a', type: 'bool', usage: 'Show all images (default hides intermediate images)' },
    { name: 'digests', type: 'bool', usage: 'Show digests' },
    { name: 'filter', short: 'f', type: 'filter', usage: 'Filter output based on conditions provided' },
    {
      name: 'format',
      type: 'string',
      usage:
        "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates",
    },
    { name: 'no-trunc', type: 'bool', usage: "Don't truncate output" },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Only show image IDs' },
    { name: 'tree', type: 'bool', usage: 'List multi-platform images as a tree (EXPERIMENTAL)', apiVersion: '1.47' },
  ],
};

export const IMAGE_PRUNE: CommandSpec = {
  name: 'prune',
  use: '[OPTIONS]',
  short: 'Remove unused images',
  apiVersion: '1.25',
  arguments: { kind: 'none' },
  flags: [
    { name: 'all', short: 'a', type: 'bool', usage: 'Remove all unused images, not just dangling ones' },
    { name: 'filter', type: 'filter', usage: 'Provide filter values (e.g. "until=<timestamp>")' },
    { name: 'force', short: 'f', type: 'bool', usage: 'Do not prompt for confirmation' },
  ],
};

export const IMAGE_PULL: CommandSpec = {
  name: 'pull',
  use: '[OPTIONS] NAME[:TAG|@DIGEST]',
  short: 'Download an image from a registry',
  aliasText: 'docker image pull, docker pull',
  category: 5,
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    { name: 'all-tags', short: 'a', type: 'bool', usage: 'Download all tagged images in the repository' },
    { name: 'disable-content-trust', type: 'bool', usage: 'Skip image verification', default: 'true' },
    { name: 'platform', type: 'string', usage: 'Set platform if server is multi-platform capable', apiVersion: '1.32' },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Suppress verbose output' },
  ],
};

export const IMAGE_PUSH: CommandSpec = {
  name: 'push',
  use: '[OPTIONS] NAME[:TAG]',
  short: 'Upload an image to a registry',
  aliasText: 'docker image push, docker push',
  category: 6,
  arguments: { kind: 'exactly', count: 1 },
  flags: [
    { name: 'all-tags', short: 'a', type: 'bool', usage: 'Push all tags of an image to the repository' },
    { name: 'disable-content-trust', type: 'bool', usage: 'Skip image signing', default: 'true' },
    {
      name: 'platform',
      type: 'string',
      usage:
        "Push a platform-specific manifest as a single-platform image to the registry.\nImage index won't be pushed, meaning that other manifests, including attestations won't be preserved.\n'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)",
      apiVersion: '1.46',
    },
    { name: 'quiet', short: 'q', type: 'bool', usage: 'Suppress verbose output' },
  ],
};

export const IMAGE_RM: CommandSpec = {
  name: 'rm',
  use: '[OPTIONS] IMAGE [IMAGE...]',
  short: 'Remove one or more images',
  aliases: ['rmi', 'remove'],
  aliasText: 'docker image rm, docker image remove, docker rmi',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [
    { name: 'force', short: 'f', type: 'bool', usage: 'Force removal of the image' },
    { name: 'no-prune', type: 'bool', usage: 'Do not delete untagged parents' },
    {
      name: 'platform',
      type: 'stringSlice',
      usage: 'Remove only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
      apiVersion: '1.50',
    },
  ],
};

export const IMAGE_SAVE: CommandSpec = {
  name: 'save',
  use: '[OPTIONS] IMAGE [IMAGE...]',
  short: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
  aliasText: 'docker image save, docker save',
  arguments: { kind: 'atLeast', least: 1 },
  flags: [
    { name: 'output', short: 'o', type: 'string', usage: 'Write to a file, instead of STDOUT' },
    {
      name: 'platform',
      type: 'string',
      usage: 'Save only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")',
      apiVersion: '1.48',
    },
  ],
};

export const IMAGE_TAG: CommandSpec = {
  name: 'tag',
  use: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  short: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
  aliasText: 'docker image tag, docker tag',
  arguments: { kind: 'exactly', count: 2 },
  stopsAtFirstArgument: true,
  flags: [],
};

export const IMAGE: CommandSpec = {
  name: 'image',
  short: 'Manage images',
  arguments: { kind: 'none' },
  flags: [],
  commands: [
    IMAGE_BUILD,
    IMAGE_HISTORY,
    IMAGE_IMPORT,
    IMAGE_INSPECT,
    IMAGE_LOAD,
    IMAGE_LS,
    IMAGE_PRUNE,
    IMAGE_PULL,
    IMAGE_PUSH,
    IMAGE_RM,
    IMAGE_SAVE,
    IMAGE_TAG,
  ],
};
