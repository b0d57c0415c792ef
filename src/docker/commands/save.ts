import type { DockerCommand } from '../client.ts';
import { OutputFile } from '../outputFile.ts';

export const save: DockerCommand = {
  flags: ['output'],
  async run({ client, flags, arguments: names }) {
    const output = new OutputFile(client.process, flags.text('output'), 'failed to save image');
    await output.write(await client.engine.images.save(names, client.process.signal));
    return 0;
  },
};
