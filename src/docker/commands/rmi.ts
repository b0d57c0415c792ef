import { EngineError } from '../../engine/engineError.ts';
import { ClientError, describeError, type DockerCommand } from '../client.ts';

export const rmi: DockerCommand = {
  flags: ['force', 'no-prune'],
  async run({ client, flags, arguments: names }) {
    const isForced = flags.isOn('force');
    const problems: string[] = [];
    let isFatal = false;
    for (const name of names) {
      try {
        const items = client.engine.images.remove(name, { isForced, keepsParents: flags.isOn('no-prune') });
        const lines = items.map((item) =>
          'untagged' in item ? `Untagged: ${item.untagged}\n` : `Deleted: ${item.deleted}\n`,
        );
        await client.print(lines.join(''));
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        if (error.kind !== 'notFound') isFatal = true;
        problems.push(describeError(error) as string);
      }
    }
    if (problems.length === 0) return 0;
    // Forced, what is not there is told, and fine.
    if (!isForced || isFatal) throw new ClientError(problems.join('\n'));
    await client.complain(`${problems.join('\n')}\n`);
    return 0;
  },
};
