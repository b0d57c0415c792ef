import { type Client, ClientError, type DockerCommand } from '../client.ts';

// An engine is in no swarm here: what asks it about one hears that, as the real one says it. Making a swarm is not
// simulated.

const NOT_A_MANAGER =
  'Error response from daemon: This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to ' +
  'connect this node to swarm and try again.';
const NOT_IN_A_SWARM = 'Error response from daemon: This node is not part of a swarm';
const PLUGIN_HEADER = 'ID        NAME      DESCRIPTION   ENABLED\n';

/** Throws ClientError where no engine answers. */
function requireEngine({ engine }: Client): void {
  engine.system.version();
}

function refusing(message: string): DockerCommand {
  return {
    flags: ['filter', 'format', 'quiet', 'force', 'rotate'],
    run({ client }) {
      requireEngine(client);
      throw new ClientError(message);
    },
  };
}

/** By their paths without `docker`. */
export const SWARM_COMMANDS: Readonly<Record<string, DockerCommand>> = {
  'config ls': refusing(NOT_A_MANAGER),
  'node ls': refusing(NOT_A_MANAGER),
  'secret ls': refusing(NOT_A_MANAGER),
  'service ls': refusing(NOT_A_MANAGER),
  'stack ls': refusing(NOT_A_MANAGER),
  'swarm join-token': refusing(NOT_A_MANAGER),
  'swarm unlock-key': refusing(NOT_A_MANAGER),
  'swarm leave': refusing(NOT_IN_A_SWARM),
};

/** No plugin of the engine's can be installed. */
export const pluginLs: DockerCommand = {
  flags: ['quiet'],
  async run({ client, flags }) {
    requireEngine(client);
    if (!flags.isOn('quiet')) await client.print(PLUGIN_HEADER);
    return 0;
  },
};
