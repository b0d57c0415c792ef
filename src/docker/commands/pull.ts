import { familiarForm, fullForm, withDefaultTag } from '../../image/reference.ts';
import type { DockerCommand } from '../client.ts';
import { platformOption } from '../platformOption.ts';
import { ProgressDisplay } from '../progressDisplay.ts';
import { transferReference } from '../references.ts';

export const pull: DockerCommand = {
  flags: ['all-tags', 'disable-content-trust', 'platform', 'quiet'],
  async run({ client, flags, arguments: [name = ''] }) {
    const allTags = flags.isOn('all-tags');
    const isQuiet = flags.isOn('quiet');
    const { reference, usesDefaultTag } = transferReference(name, allTags);
    const wanted = usesDefaultTag ? withDefaultTag(reference) : reference;
    if (usesDefaultTag && !isQuiet) await client.print('Using default tag: latest\n');
    const display = new ProgressDisplay(client.process, 1);
    try {
      await client.engine.images.pull(
        {
          reference: familiarForm(wanted),
          allTags,
          platform: platformOption(client, flags) || undefined,
          login: client.config.loginFor(name),
        },
        (message) => {
          if (!isQuiet) display.show(message);
        },
        client.process.signal,
      );
    } finally {
      await display.end();
    }
    await client.print(`${fullForm(wanted)}\n`);
    return 0;
  },
};
