import { EngineError } from '../../engine/engineError.ts';
import { type Client, ClientError, type DockerCommand } from '../client.ts';
import { quoteGo } from '../commandLine/flagValue.ts';
import {
  type Inspected,
  inspectedContainer,
  inspectedImage,
  inspectedNetwork,
  inspectedVolume,
  printInspected,
} from '../inspection.ts';

const TYPES = ['config', 'container', 'image', 'network', 'node', 'plugin', 'secret', 'service', 'task', 'volume'];
/** Kinds that an engine without a swarm has, in the order in which they are tried. */
const TRIED = ['container', 'image', 'network', 'volume'] as const;
type TriedType = (typeof TRIED)[number];

/** The kinds that are left are those of a swarm. */
const NO_SWARM =
  'Error response from daemon: This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to ' +
  'connect this node to swarm and try again.';

/** `docker inspect`: whatever has the name. */
export const inspect: DockerCommand = {
  flags: ['format', 'size', 'type'],
  run({ client, flags, arguments: names }) {
    const wanted = flags.text('type');
    const list = TYPES.map((type) => `"${type}"`).join(', ');
    if (flags.has('type') && wanted === '') throw new ClientError(`type is empty: must be one of ${list}`);
    if (wanted !== '' && !TYPES.includes(wanted)) {
      throw new ClientError(`unknown type: ${quoteGo(wanted)}: must be one of ${list}`);
    }
    const wantsSize = flags.isOn('size');
    return printInspected(client, names, flags.text('format'), (name) => find(client, name, wanted, wantsSize));
  },
};

async function find(client: Client, name: string, wanted: string, wantsSize: boolean): Promise<Inspected> {
  for (const type of TRIED) {
    if (wanted !== '' && wanted !== type) continue;
    try {
      const found = lookUp(client, type, name, wantsSize);
      if (wantsSize && type !== 'container') await client.complain(`WARNING: --size ignored for ${type}\n`);
      return found;
    } catch (error) {
      if (!(error instanceof EngineError) || error.code === 'emptyName') throw error;
      if (wanted === '' && error.kind !== 'notFound' && type !== 'image') throw error;
      if (wanted !== '') throw error;
    }
  }
  if (wanted === 'plugin') throw new ClientError(`Error response from daemon: plugin ${quoteGo(name)} not found`);
  if (wanted !== '') throw new ClientError(NO_SWARM);
  throw new ClientError(`Error: No such object: ${name}`);
}

function lookUp(client: Client, type: TriedType, name: string, wantsSize: boolean): Inspected {
  switch (type) {
    case 'container':
      return inspectedContainer(client, name, wantsSize);
    case 'image':
      return inspectedImage(client, name);
    case 'network':
      return inspectedNetwork(client, name);
    case 'volume':
      return inspectedVolume(client, name);
  }
}

export const imageInspect: DockerCommand = {
  flags: ['format'],
  run: ({ client, flags, arguments: names }) =>
    printInspected(client, names, flags.text('format'), (name) => inspectedImage(client, name)),
};

export const containerInspect: DockerCommand = {
  flags: ['format', 'size'],
  run: ({ client, flags, arguments: names }) =>
    printInspected(client, names, flags.text('format'), (name) => inspectedContainer(client, name, flags.isOn('size'))),
};

export const volumeInspect: DockerCommand = {
  flags: ['format'],
  run: ({ client, flags, arguments: names }) =>
    printInspected(client, names, flags.text('format'), (name) => inspectedVolume(client, name)),
};

export const networkInspect: DockerCommand = {
  flags: ['format', 'verbose'],
  run: ({ client, flags, arguments: names }) =>
    printInspected(client, names, flags.text('format'), (name) => inspectedNetwork(client, name)),
};
