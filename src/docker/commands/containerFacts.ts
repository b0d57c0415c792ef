import { ClientError, describeError, type DockerCommand } from '../client.ts';
import { hostText } from '../format/ports.ts';
import { alignColumns } from '../format/tabWriter.ts';
import { readResources, RESOURCE_FLAGS } from '../runOptions/resources.ts';
import { readRestartPolicy } from '../runOptions/restartPolicy.ts';

const TOP_TABLE = { leastWidth: 20, padding: 3 };

export const top: DockerCommand = {
  flags: [],
  async run({ client, arguments: [name = '', ...psArguments] }) {
    const { titles, rows } = await client.engine.containers.top(name, psArguments.join(' '));
    await client.print(alignColumns([titles, ...rows].map((row) => `${row.join('\t')}\n`).join(''), TOP_TABLE));
    return 0;
  },
};

interface Frontend {
  readonly HostIp: string;
  readonly HostPort: string;
}

export const port: DockerCommand = {
  flags: [],
  async run({ client, arguments: [name = '', wanted] }) {
    const document = client.engine.containers.inspect(name);
    const settings = document.NetworkSettings as { Ports?: Readonly<Record<string, readonly Frontend[] | null>> };
    const ports: (readonly [string, readonly Frontend[] | null])[] =
      settings.Ports instanceof Map ? [...settings.Ports] : Object.entries(settings.Ports ?? {});
    const address = ({ HostIp, HostPort }: Frontend) => `${hostText(HostIp, client.vintage)}:${HostPort}`;
    let lines: string[];
    if (wanted === undefined) {
      lines = ports.flatMap(([key, fronts]) => (fronts ?? []).map((front) => `${key} -> ${address(front)}`));
    } else {
      const [number = '', protocol = 'tcp'] = wanted.split('/');
      if (!/^\d+$/.test(number) || Number(number) > 65_535) {
        throw new ClientError(
          `Error: invalid port (${number}): strconv.ParseUint: parsing "${number}": ${/^\d+$/.test(number) ? 'value out of range' : 'invalid syntax'}`,
        );
      }
      const fronts = ports.find(([key]) => key === `${number}/${protocol}`)?.[1] ?? [];
      if (fronts.length === 0) throw new ClientError(`Error: No public port '${wanted}' published for ${name}`);
      lines = fronts.map(address);
    }
    lines.sort(naturalOrder);
    if (lines.length > 0) await client.print(`${lines.join('\n')}\n`);
    return 0;
  },
};

/** Digits compare as numbers. */
export function naturalOrder(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i] as string, right[i] as string];
    if (x === y) continue;
    const bothNumbers = /^\d/.test(x) && /^\d/.test(y);
    if (bothNumbers && Number(x) !== Number(y)) return Number(x) - Number(y);
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

export const update: DockerCommand = {
  flags: [...RESOURCE_FLAGS, 'restart'],
  async run({ client, flags, arguments: names }) {
    if (flags.given().length === 0) {
      throw new ClientError('you must provide one or more flags when using this command');
    }
    const resources = readResources(flags, 'given');
    const policy = flags.has('restart') ? { restartPolicy: readRestartPolicy(flags.text('restart')) } : {};
    const warnings: string[] = [];
    const problems: string[] = [];
    for (const name of names) {
      try {
        warnings.push(...client.engine.containers.update(name, { ...policy, resources }).warnings);
        await client.print(`${name}\n`);
      } catch (error) {
        const text = describeError(error);
        if (text === undefined) throw error;
        problems.push(text);
      }
    }
    if (warnings.length > 0) await client.print(`${warnings.join('\n')}\n`);
    if (problems.length > 0) throw new ClientError(problems.join('\n'));
    return 0;
  },
};
