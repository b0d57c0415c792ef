import type { CommandSpec } from '../commandLine/spec.ts';

/** `docker checkpoint` as client 28.2.2 documents it. */
export const CHECKPOINT_CREATE: CommandSpec = {
  name: 'create',
  use: '[OPTIONS] CONTAINER CHECKPOINT',
  short: 'Create a checkpoint from a running container',
  arguments: { kind: 'exactly', count: 2 },
  flags: [
    { name: 'checkpoint-dir', type: 'string', usage: 'Use a custom checkpoint storage directory' },
    { name: 'leave-running', type: 'bool', usage: 'Leave the container running after checkpoint' },
  ],
};

export const CHECKPOINT_LS: CommandSpec = {
  name: 'ls',
  use: '[OPTIONS] CONTAINER',
  short: 'List checkpoints for a container',
  aliases: ['list'],
  arguments: { kind: 'exactly', count: 1 },
  flags: [{ name: 'checkpoint-dir', type: 'string', usage: 'Use a custom checkpoint storage directory' }],
};

export const CHECKPOINT_RM: CommandSpec = {
  name: 'rm',
  use: '[OPTIONS] CONTAINER CHECKPOINT',
  short: 'Remove a checkpoint',
  aliases: ['remove'],
  arguments: { kind: 'exactly', count: 2 },
  flags: [{ name: 'checkpoint-dir', type: 'string', usage: 'Use a custom checkpoint storage directory' }],
};

export const CHECKPOINT: CommandSpec = {
  name: 'checkpoint',
  short: 'Manage checkpoints',
  apiVersion: '1.25',
  isExperimental: true,
  osType: 'linux',
  arguments: { kind: 'none' },
  flags: [],
  commands: [CHECKPOINT_CREATE, CHECKPOINT_LS, CHECKPOINT_RM],
};
