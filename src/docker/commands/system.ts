import type { EngineEvent } from '../../engine/systemCalls.ts';
import { type Client, ClientError, confirm, type DockerCommand, filtersOf } from '../client.ts';
import { humanSize } from '../humanUnits.ts';
import { fromJson } from '../template/goJson.ts';
import { INT64, STRING, STRING_MAP, type GoStruct } from '../template/goValue.ts';
import { Template } from '../template/template.ts';
import { TemplateError } from '../template/templateError.ts';
import { parseTimeOption } from '../timeOption.ts';
import { pruneBuildCache } from './builderPrune.ts';
import { pruneImages } from './imagePrune.ts';
import { pruneNetworks } from './networks.ts';
import { pruneVolumes } from './volumes.ts';

export const systemPrune: DockerCommand = {
  flags: ['all', 'filter', 'force', 'volumes'],
  async run({ client, flags }) {
    const filters = filtersOf(flags);
    const withVolumes = flags.isOn('volumes');
    const isAll = flags.isOn('all');
    if (withVolumes && filters.has('until')) {
      throw new ClientError('ERROR: The "until" filter is not supported with "--volumes"');
    }
    if (!flags.isOn('force')) {
      const told = ['label', 'label!', 'until'].flatMap((name) =>
        (filters.get(name) ?? []).map((value) => `${name}=${value}`),
      );
      if (!(await confirm(client, warningText(isAll, withVolumes, told)))) return 0;
    }
    let reclaimedBytes = 0;
    const tell = async (part: { readonly text: string; readonly reclaimedBytes: number }) => {
      reclaimedBytes += part.reclaimedBytes;
      if (part.text !== '') await client.print(`${part.text}\n`);
    };
    const removed = await client.engine.containers.prune(filters);
    const containers =
      removed.ids.length > 0 ? `Deleted Containers:\n${removed.ids.map((id) => `${id}\n`).join('')}` : '';
    await tell({ text: containers, reclaimedBytes: containers === '' ? 0 : removed.reclaimedBytes });
    await tell({ text: pruneNetworks(client, filters), reclaimedBytes: 0 });
    if (withVolumes) await tell(pruneVolumes(client, filters));
    await tell(pruneImages(client, isAll, filters));
    await tell(pruneBuildCache(client, { isAll, filters }));
    await client.print(`Total reclaimed space: ${humanSize(reclaimedBytes, 4)}\n`);
    return 0;
  },
};

function warningText(isAll: boolean, withVolumes: boolean, filters: readonly string[]): string {
  const warnings = [
    'all stopped containers',
    'all networks not used by at least one container',
    ...(withVolumes ? ['all anonymous volumes not used by at least one container'] : []),
    isAll ? 'all images without at least one container associated to them' : 'all dangling images',
    isAll ? 'all build cache' : 'unused build cache',
  ];
  const list = warnings.map((warning) => `\n  - ${warning}`).join('');
  const filtered =
    filters.length === 0
      ? ''
      : `\n  Items to be pruned will be filtered with:${filters.map((filter) => `\n  - ${filter}`).join('')}\n`;
  return `WARNING! This will remove:${list}\n${filtered}\nAre you sure you want to continue?`;
}

const ACTOR: GoStruct = {
  kind: 'struct',
  name: 'events.Actor',
  fields: [
    { name: 'ID', type: STRING },
    { name: 'Attributes', type: STRING_MAP },
  ],
};
const EVENT: GoStruct = {
  kind: 'struct',
  // The client hands its template a pointer.
  name: '*events.Message',
  fields: [
    { name: 'Status', json: 'status', type: STRING, omitsEmpty: true },
    { name: 'ID', json: 'id', type: STRING, omitsEmpty: true },
    { name: 'From', json: 'from', type: STRING, omitsEmpty: true },
    { name: 'Type', type: { kind: 'string', name: 'events.Type' } },
    { name: 'Action', type: { kind: 'string', name: 'events.Action' } },
    { name: 'Actor', type: ACTOR },
    { name: 'Scope', json: 'scope', type: STRING, omitsEmpty: true },
    { name: 'Time', json: 'time', type: INT64, omitsEmpty: true },
    { name: 'TimeNano', json: 'timeNano', type: INT64, omitsEmpty: true },
  ],
};
const FORMAT_STATUS = 64;

export const events: DockerCommand = {
  flags: ['filter', 'format', 'since', 'until'],
  async run({ client, flags }) {
    const template = eventTemplate(flags.text('format'));
    const stream = client.engine.system.events({
      sinceSec: timeOf(client, flags.text('since')),
      untilSec: timeOf(client, flags.text('until')),
      filters: filtersOf(flags),
      signal: client.process.signal,
    });
    for await (const event of stream) {
      await client.print(template ? `${template.execute(eventValue(event))}\n` : eventText(event));
    }
    return 0;
  },
};

function eventTemplate(format: string): Template | undefined {
  if (format === '') return undefined;
  try {
    const template = new Template(format === 'json' ? '{{json .}}' : format);
    template.execute(fromJson(EVENT, {}));
    return template;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new ClientError(`Error parsing format: ${error.message}`, FORMAT_STATUS);
  }
}

function eventValue({ type, action, actorId, attributes, timeSec, timeNsec }: EngineEvent) {
  // Containers and images have the fields of old times, too.
  const old = type === 'container' ? { status: action, id: actorId, from: attributes.image ?? '' } : {};
  const value = fromJson(EVENT, {
    ...(type === 'image' ? { status: action, id: actorId } : old),
    Type: type,
    Action: action,
    Actor: { ID: actorId, Attributes: attributes },
    scope: 'local',
    time: timeSec,
  });
  const data = new Map(value.data as ReadonlyMap<string, typeof value>);
  data.set('TimeNano', { type: INT64, data: timeNsec });
  return { ...value, data };
}

function eventText({ type, action, actorId, attributes, timeNsec }: EngineEvent): string {
  const sec = Number(timeNsec / 1_000_000_000n);
  const fraction = String(timeNsec % 1_000_000_000n).padStart(9, '0');
  const time = `${new Date(sec * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
  const told = Object.keys(attributes)
    .sort()
    .map((key) => `${key}=${attributes[key] ?? ''}`);
  return `${time} ${type} ${action} ${actorId}${told.length > 0 ? ` (${told.join(', ')})` : ''}\n`;
}

function timeOf(client: Client, text: string): number | undefined {
  if (text === '') return undefined;
  const sec = parseTimeOption(text, client.nowSec);
  if (sec === undefined) throw new ClientError(`failed to parse value as time or duration: "${text}"`);
  return sec;
}
