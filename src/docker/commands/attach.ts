import { ClientError, type DockerCommand, waitThrough } from '../client.ts';
import { attachTo, connect } from './attachStreams.ts';
import { requireTerminal } from './exec.ts';
import { forwardSignals } from './forwardSignals.ts';
import { watchSize } from './terminalSize.ts';

export const attach: DockerCommand = {
  flags: ['detach-keys', 'no-stdin', 'sig-proxy'],
  async run({ client, flags, arguments: [name = ''] }) {
    const { containers } = client.engine;
    const { id, hasTty, openStdin } = containers.resolve(name);
    const state = containers.inspect(id).State as { Running?: boolean; Paused?: boolean; Restarting?: boolean };
    if (!state.Running) throw new ClientError('You cannot attach to a stopped container, start it first');
    if (state.Paused) throw new ClientError('You cannot attach to a paused container, unpause it first');
    if (state.Restarting)
      throw new ClientError('You cannot attach to a restarting container, wait until it is running');
    requireTerminal(client, !flags.isOn('no-stdin'), hasTty);
    const wantsStdin = !flags.isOn('no-stdin') && openStdin;
    const unforward = flags.isOn('sig-proxy') && !hasTty ? forwardSignals(client, id) : undefined;
    let unwatch: () => void = () => undefined;
    try {
      const exit = containers.wait(id, 'not-running');
      exit.catch(() => undefined);
      const attachment = await attachTo(client, id, {
        wantsStdin,
        wantsStdout: true,
        wantsStderr: true,
        detachKeys: flags.text('detach-keys') || client.config.detachKeys,
      });
      if (hasTty) unwatch = watchSize(client, (columns, rows) => containers.resize(id, columns, rows));
      const end = await connect(client, attachment, { wantsStdin, hasTty });
      return end === 'detached' ? 0 : (await waitThrough(client.process, exit)).statusCode;
    } finally {
      unwatch();
      unforward?.();
    }
  },
};
