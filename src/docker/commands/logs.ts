import { ClientError, type DockerCommand } from '../client.ts';
import { parseTimeOption } from '../timeOption.ts';

export const logs: DockerCommand = {
  flags: ['details', 'follow', 'since', 'tail', 'timestamps', 'until'],
  async run({ client, flags, arguments: [name = ''] }) {
    const { engine, process, nowSec } = client;
    const { hasTty } = engine.containers.resolve(name);
    const tail = flags.text('tail');
    const lines = engine.containers.logs(
      name,
      {
        wantsStdout: true,
        wantsStderr: true,
        follow: flags.isOn('follow'),
        tail: /^\d+$/.test(tail) ? Number(tail) : undefined,
        sinceSec: timeOf('since', flags.text('since'), nowSec),
        untilSec: timeOf('until', flags.text('until'), nowSec),
      },
      process.signal,
    );
    const withTime = flags.isOn('timestamps');
    for await (const { stream, at, bytes } of lines) {
      const fd = stream === 'stderr' && !hasTty ? 2 : 1;
      if (withTime) await process.write(fd, `${at} `);
      await process.write(fd, bytes);
      if (process.isDue) await process.pause();
    }
    return 0;
  },
};

function timeOf(option: string, text: string, nowSec: number): number | undefined {
  if (text === '') return undefined;
  const sec = parseTimeOption(text, nowSec);
  if (sec === undefined)
    throw new ClientError(`invalid value for "${option}": failed to parse value as time or duration: "${text}"`);
  return sec;
}
