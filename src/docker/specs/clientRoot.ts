import type { ClientVintage } from '../client.ts';
import type { CommandSpec, FlagSpec } from '../commandLine/spec.ts';
import { BUILDX } from './buildx.ts';
import { ROOT } from './root.ts';

/** What `build` of client 20.10 had for the BuildKit that it spoke to. */
const BUILDKIT_FLAGS: readonly FlagSpec[] = [
  {
    name: 'output',
    short: 'o',
    type: 'list',
    usage: 'Output destination (format: type=local,dest=path)',
    apiVersion: '1.40',
  },
  {
    name: 'progress',
    type: 'string',
    usage: 'Set type of progress output (auto, plain, tty). Use plain to show container output',
    default: 'auto',
  },
  {
    name: 'secret',
    type: 'list',
    usage: 'Secret file to expose to the build (only if BuildKit enabled): id=mysecret,src=/local/secret',
    apiVersion: '1.39',
  },
  {
    name: 'ssh',
    type: 'list',
    usage:
      'SSH agent socket or keys to expose to the build (only if BuildKit enabled) (format: default|<id>[=<socket>|<key>[,<key>]])',
    apiVersion: '1.39',
  },
];

const ROOT_20_10 = withBuildkit(ROOT);

const WITH_BUILDX: Readonly<Record<ClientVintage, CommandSpec>> = {
  '20.10': withPlugin(ROOT_20_10, BUILDX),
  28: withPlugin(ROOT, BUILDX),
};

/** The commands of a client, those of its plugin among them. */
export function rootOf(vintage: ClientVintage, { hasBuildx }: { readonly hasBuildx: boolean }): CommandSpec {
  if (hasBuildx) return WITH_BUILDX[vintage];
  return vintage === '20.10' ? ROOT_20_10 : ROOT;
}

function withPlugin(root: CommandSpec, plugin: CommandSpec): CommandSpec {
  const commands = [...(root.commands ?? []), plugin].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ...root, commands };
}

function withBuildkit(command: CommandSpec): CommandSpec {
  if (command.name === 'build') {
    const flags = [...command.flags, ...BUILDKIT_FLAGS].sort((a, b) => (a.name < b.name ? -1 : 1));
    return { ...command, flags };
  }
  return command.commands ? { ...command, commands: command.commands.map(withBuildkit) } : command;
}
