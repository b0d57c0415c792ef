import type { DockerCommand } from '../client.ts';
import { OutputFile } from '../outputFile.ts';

export const exportContainer: DockerCommand = {
  flags: ['output'],
  async run({ client, flags, arguments: [name = ''] }) {
    const output = new OutputFile(client.process, flags.text('output'), 'failed to export container');
    client.engine.containers.resolve(name);
    await output.write(client.engine.containers.exportContainer(name, client.process.signal));
    return 0;
  },
};
