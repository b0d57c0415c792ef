import { familiarForm, fullForm, withDefaultTag } from '../../image/reference.ts';
import { ClientError, type DockerCommand } from '../client.ts';
import { ProgressDisplay } from '../progressDisplay.ts';
import { transferReference } from '../references.ts';

export const push: DockerCommand = {
  flags: ['all-tags', 'disable-content-trust', 'quiet'],
  async run({ client, flags, arguments: [name = ''] }) {
    const allTags = flags.isOn('all-tags');
    const isQuiet = flags.isOn('quiet');
    const { reference, usesDefaultTag } = transferReference(name, allTags);
    if (reference.digest !== undefined) throw new ClientError('cannot push a digest reference');
    const wanted = usesDefaultTag ? withDefaultTag(reference) : reference;
    if (usesDefaultTag && !isQuiet) await client.print('Using default tag: latest\n');
    const display = new ProgressDisplay(client.process, 1);
    try {
      await client.engine.images.push(
        { reference: familiarForm(wanted), allTags, login: client.config.loginFor(name) },
        (message) => {
          if (!isQuiet) display.show(message);
        },
        client.process.signal,
      );
    } finally {
      await display.end();
    }
    if (isQuiet) await client.print(`${fullForm(wanted)}\n`);
    return 0;
  },
};
