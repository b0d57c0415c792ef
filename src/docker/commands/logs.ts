import { ClientError, type DockerCommand } from '../client.ts';
import { parseTimeOption } from '../timeOption.ts';

export const logs: DockerCommand = {
  flags: ['details', 'follow', 'since', 'tail', 'timestamps', 'until'],
  async run({ client, flags, arguments: [name = ''] }) {
    const { engine, process, nowSec } = client;
    const { id, hasTty } = engine.containers.resolve(name);
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
    const details = flags.isOn('details') ? `${attributes(engine.containers.inspect(id))} ` : '';
    const withTime = flags.isOn('timestamps');
    for await (const { stream, at, bytes } of lines) {
      const fd = stream === 'stderr' && !hasTty ? 2 : 1;
      if (withTime) await process.write(fd, `${at} `);
      if (details !== '') await process.write(fd, details);
      await process.write(fd, bytes);
      if (process.isDue) await process.pause();
    }
    return 0;
  },
};

interface Logged {
  readonly HostConfig?: { readonly LogConfig?: { readonly Config?: Readonly<Record<string, string>> } };
  readonly Config?: {
    readonly Labels?: ReadonlyMap<string, string> | null;
    readonly Env?: readonly string[] | null;
  };
}

/** What the options `labels` and `env` of the log driver have kept with every line: `K=v,tier=web`, sorted
 *  (moby daemon/logger/loginfo.go, ExtraAttributes). */
function attributes(document: Logged): string {
  const options = document.HostConfig?.LogConfig?.Config ?? {};
  const names = (option: string) => (options[option] ?? '').split(',').filter((name) => name !== '');
  const labels = document.Config?.Labels ?? new Map<string, string>();
  const variables = Object.fromEntries(
    (document.Config?.Env ?? []).map((variable) => {
      const equals = variable.indexOf('=');
      return equals < 0 ? [variable, ''] : [variable.slice(0, equals), variable.slice(equals + 1)];
    }),
  ) as Record<string, string>;
  const kept = new Map<string, string>();
  for (const name of names('labels')) if (labels.has(name)) kept.set(name, labels.get(name) ?? '');
  for (const name of names('env')) if (Object.hasOwn(variables, name)) kept.set(name, variables[name] ?? '');
  const { tag } = options;
  if (tag !== undefined) kept.set('tag', tag);
  return [...kept]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${queryEscaped(name)}=${queryEscaped(value)}`)
    .join(',');
}

/** Go's url.QueryEscape. */
function queryEscaped(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

function timeOf(option: string, text: string, nowSec: number): number | undefined {
  if (text === '') return undefined;
  const sec = parseTimeOption(text, nowSec);
  if (sec === undefined)
    throw new ClientError(`invalid value for "${option}": failed to parse value as time or duration: "${text}"`);
  return sec;
}
