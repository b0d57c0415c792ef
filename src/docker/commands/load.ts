import { type CommandCall, ClientError, type DockerCommand, readStream } from '../client.ts';
import { ProgressDisplay } from '../progressDisplay.ts';
import { openInput, uploaded } from './importImage.ts';

export const load: DockerCommand = {
  flags: ['input', 'quiet'],
  async run({ client, flags }: CommandCall) {
    const { process } = client;
    const name = flags.text('input');
    if (name === '' && client.terminal(0)) throw new ClientError('requested load from stdin, but stdin is empty');
    const input = name === '' ? process.file(0).retain() : await openInput(process, name);
    const isQuiet = flags.isOn('quiet') || !client.terminal(1);
    const display = new ProgressDisplay(process, 1);
    try {
      const archive = uploaded(
        client,
        input.path,
        name,
        `images/load?quiet=${isQuiet ? 1 : 0}`,
        readStream(process, input),
      );
      await client.engine.images.load(
        archive,
        (message) => {
          // Quiet: what was loaded, without the layers.
          if (!isQuiet || !('status' in message) || message.id === undefined) display.show(message);
        },
        process.signal,
      );
    } finally {
      input.close();
      await display.end();
    }
    return 0;
  },
};
