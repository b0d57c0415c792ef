import type { DockerCommand } from '../client.ts';
import { readTagReference } from '../references.ts';

export const commit: DockerCommand = {
  flags: ['author', 'change', 'message', 'pause'],
  async run({ client, flags, arguments: [container = '', name] }) {
    if (name !== undefined && name !== '') readTagReference(name);
    const id = await client.engine.containers.commit(container, {
      reference: name || undefined,
      comment: flags.text('message'),
      author: flags.text('author'),
      changes: flags.list('change'),
      pauses: flags.isOn('pause'),
    });
    await client.print(`${id}\n`);
    return 0;
  },
};
