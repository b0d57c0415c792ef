import { ClientError, type CommandCall, describeError, type DockerCommand, waitThrough } from '../client.ts';
import { attachTo, connect } from './attachStreams.ts';
import { forwardSignals } from './forwardSignals.ts';
import { watchSize } from './terminalSize.ts';

export const start: DockerCommand = {
  flags: ['attach', 'detach-keys', 'interactive'],
  async run(call) {
    const { client, flags, arguments: names } = call;
    if (flags.isOn('attach') || flags.isOn('interactive')) {
      if (names.length > 1) throw new ClientError('you cannot start and attach multiple containers at once');
      return startAttached(call, names[0] ?? '');
    }
    const failed: string[] = [];
    for (const name of names) {
      try {
        await client.engine.containers.start(name);
        await client.print(`${name}\n`);
      } catch (error) {
        const text = describeError(error);
        if (text === undefined) throw error;
        await client.complain(`${text}\n`);
        failed.push(name);
      }
    }
    if (failed.length > 0) throw new ClientError(`Error: failed to start containers: ${failed.join(', ')}`);
    return 0;
  },
};

async function startAttached({ client, flags }: CommandCall, name: string): Promise<number> {
  const { containers } = client.engine;
  const { id, hasTty, openStdin } = containers.resolve(name);
  const wantsStdin = flags.isOn('interactive') && openStdin;
  const unforward = hasTty ? undefined : forwardSignals(client, id);
  try {
    const attachment = await attachTo(client, id, {
      wantsStdin,
      wantsStdout: true,
      wantsStderr: true,
      detachKeys: flags.text('detach-keys') || client.config.detachKeys,
    });
    const exit = containers.wait(id, 'next-exit');
    exit.catch(() => undefined);
    try {
      await containers.start(id);
    } catch (error) {
      attachment.detach();
      throw error;
    }
    const unwatch = hasTty ? watchSize(client, (columns, rows) => containers.resize(id, columns, rows)) : undefined;
    const end = await connect(client, attachment, { wantsStdin, hasTty });
    unwatch?.();
    return end === 'detached' ? 0 : (await waitThrough(client.process, exit)).statusCode;
  } finally {
    unforward?.();
  }
}
