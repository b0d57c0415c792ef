import { type Client, ClientError, type DockerCommand, waitThrough } from '../client.ts';
import { readEnvironment } from '../runOptions/environment.ts';
import { connect } from './attachStreams.ts';
import { watchSize } from './terminalSize.ts';

export const exec: DockerCommand = {
  flags: ['detach', 'detach-keys', 'env', 'env-file', 'interactive', 'privileged', 'tty', 'user', 'workdir'],
  async run({ client, flags, arguments: [name = '', ...command] }) {
    const { engine, process } = client;
    const isDetached = flags.isOn('detach');
    const wantsStdin = flags.isOn('interactive') && !isDetached;
    const hasTty = flags.isOn('tty');
    const env = await readEnvironment(process, flags.list('env-file'), flags.list('env'));
    engine.containers.resolve(name);
    if (!isDetached) requireTerminal(client, wantsStdin, hasTty);
    const terminal = client.terminal(1);
    const started = await engine.containers.exec(name, {
      command,
      env,
      workingDir: flags.text('workdir'),
      user: flags.text('user'),
      hasTty,
      isPrivileged: flags.isOn('privileged'),
      wantsStdin,
      isDetached,
      detachKeys: flags.text('detach-keys') || client.config.detachKeys,
      ...(hasTty && terminal ? { columns: terminal.columns, rows: terminal.rows } : {}),
    });
    if (!started.attachment) return 0;
    const unwatch = hasTty ? watchSize(client, (columns, rows) => started.resize(columns, rows)) : () => undefined;
    try {
      if ((await connect(client, started.attachment, { wantsStdin, hasTty })) === 'detached') return 0;
      return await waitThrough(process, started.exit);
    } finally {
      unwatch();
    }
  },
};

/** A terminal is asked for, but the input is none: told before anything happens. */
export function requireTerminal(client: Client, wantsStdin: boolean, hasTty: boolean): void {
  if (hasTty && wantsStdin && !client.terminal(0)) throw new ClientError('the input device is not a TTY');
}
