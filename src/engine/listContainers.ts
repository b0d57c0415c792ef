import { type ContainerStatus, type ContainerSummary, listedMounts, type PortSummary } from './containerCalls.ts';
import { noSuchContainer } from './containerMessages.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import { findContainer } from './containerNames.ts';
import { sizeRwBytes } from './containerSize.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { type Filters, fitsLabels, invalidFilter, NO_FILTERS, requireKnownFilters, wordFilter } from './filters.ts';
import { compareTimes, timeSec } from './goTime.ts';
import { humanDuration } from './humanDuration.ts';
import { findImage } from './imageStore.ts';
import { other, quoted } from './messages.ts';
import { LAST_PORT, portsOf } from './publishedPort.ts';
import { isRunning } from './removeImage.ts';

const FILTERS = [
  'ancestor',
  'before',
  'exited',
  'id',
  'isolation',
  'label',
  'name',
  'status',
  'health',
  'since',
  'volume',
  'network',
  'is-task',
  'publish',
  'expose',
];
const STATUSES: readonly string[] = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];

/** The rows of `docker ps`, newest first (moby daemon/list.go). Stopped ones are there with `isAll`, `limit`, or a filter
 *  for states. */
export function listContainers(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  options: {
    readonly isAll?: boolean;
    readonly limit?: number;
    readonly wantsSize?: boolean;
    readonly filters?: Filters;
  },
): ContainerSummary[] {
  const filters = options.filters ?? NO_FILTERS;
  requireKnownFilters(filters, FILTERS);
  const accepts = containerFilter(core, filters);
  const limit = options.limit !== undefined && options.limit > 0 ? options.limit : undefined;
  const showsStopped = options.isAll === true || limit !== undefined || filters.has('status');
  const rows = newestFirst(core).filter((record) => (showsStopped || isRunning(record)) && accepts(record));
  return rows.slice(0, limit).map((record) => summarize(core, runtimes, record, options.wantsSize === true));
}

function newestFirst(core: EngineCore): ContainerRecord[] {
  return [...core.state.containers.values()].reverse().sort((a, b) => compareTimes(b.createdAt, a.createdAt));
}

function containerFilter(core: EngineCore, filters: Filters): (record: ContainerRecord) => boolean {
  const values = (name: string) => filters.get(name) ?? [];
  for (const status of values('status')) if (!STATUSES.includes(status)) throw invalidFilter(`status=${status}`);
  const exited = values('exited').map((code) => {
    if (!/^[+-]?\d+$/.test(code)) throw other('system', `strconv.Atoi: parsing ${quoted(code)}: invalid syntax`);
    return Number(code);
  });
  for (const health of values('health'))
    if (!['starting', 'healthy', 'unhealthy', 'none'].includes(health))
      throw other('invalidParameter', `Unrecognised filter value for health: ${health}`);
  for (const name of ['publish', 'expose'] as const) for (const port of values(name)) checkPort(name, port);
  const areTasks = wordFilter(filters, 'is-task', core.vintage);
  const before = values('before').map((name) => neighbour(core, name).createdAt);
  const since = values('since').map((name) => neighbour(core, name).createdAt);
  const ancestors = ancestorIds(core, values('ancestor'));
  const names = values('name').map(pattern);
  const ids = values('id').map(pattern);
  return (record) => {
    const { state } = record;
    if (before.some((time) => compareTimes(record.createdAt, time) >= 0)) return false;
    if (since.some((time) => compareTimes(record.createdAt, time) <= 0)) return false;
    if (exited.length > 0 && (isRunning(record) || state.status === 'created' || !exited.includes(state.exitCode)))
      return false;
    if (filters.has('status') && !values('status').includes(state.status)) return false;
    if (filters.has('health') && !values('health').includes(state.health?.status ?? 'none')) return false;
    if (names.length > 0 && !names.some((name) => name.test(`/${record.name}`) || name.test(record.name))) return false;
    if (ids.length > 0 && !ids.some((id) => id.test(record.id))) return false;
    if (ancestors && !ancestors.has(record.imageId)) return false;
    if (filters.has('volume') && !values('volume').some((volume) => hasVolume(record, volume))) return false;
    if (filters.has('network') && !values('network').some((network) => hasNetwork(record, network))) return false;
    if (filters.has('publish') && !values('publish').some((port) => hasPort(shownPorts(record), port, 'publicPort')))
      return false;
    if (filters.has('expose') && !values('expose').some((port) => hasPort(shownPorts(record), port, 'privatePort')))
      return false;
    if (areTasks === true) return false;
    return fitsLabels(filters, 'label', record.config.Labels);
  };
}

/** Of `publish` and `expose`: `80`, `8000-8010/tcp` (go-connections/nat, ParsePortRange). */
function checkPort(filter: 'publish' | 'expose', text: string): void {
  const [, range = '', protocol = 'tcp'] = /^([^/]*)(?:\/(.*))?$/s.exec(text) ?? [];
  for (const port of range.split('-')) {
    const isNumber = /^\d+$/.test(port);
    if (isNumber && Number(port) <= LAST_PORT && ['tcp', 'udp', 'sctp'].includes(protocol.toLowerCase())) continue;
    const why = isNumber ? 'value out of range' : 'invalid syntax';
    throw other(
      'system',
      `error while looking up for ${filter} ${text}: strconv.ParseUint: parsing ${quoted(port)}: ${why}`,
    );
  }
}

/** Of `before` and `since`. Throws EngineError in words of their own. */
function neighbour(core: EngineCore, name: string): ContainerRecord {
  try {
    return findContainer(core, name);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'noSuchContainer')
      throw new EngineError(
        'notFound',
        error.code,
        noSuchContainer(name).message.replace('No such container:', 'no such container'),
      );
    throw error;
  }
}

/** A Go regular expression of a person's; what is none matches as text. */
function pattern(text: string): { test(name: string): boolean } {
  try {
    return new RegExp(text);
  } catch {
    return { test: (name) => name.includes(text) };
  }
}

/** Images by that name and all that were built on them. An unknown name fits nothing. */
function ancestorIds(core: EngineCore, names: readonly string[]): ReadonlySet<string> | undefined {
  if (names.length === 0) return undefined;
  const ids = new Set<string>();
  for (const name of names) {
    try {
      const image = findImage(core, name);
      for (const other of core.state.images.values())
        if (
          image.layers.every(({ chainId }, i) => other.layers[i]?.chainId === chainId) &&
          descends(core, other.id, image.id)
        )
          ids.add(other.id);
      ids.add(image.id);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }
  return ids;
}

function descends(core: EngineCore, id: string, from: string): boolean {
  for (let at: string | undefined = id; at !== undefined; at = core.state.images.get(at as never)?.parent)
    if (at === from) return true;
  return false;
}

function hasVolume(record: ContainerRecord, volume: string): boolean {
  return record.mounts.some(
    ({ name, destination, source }) => name === volume || destination === volume || source === volume,
  );
}

function hasNetwork(record: ContainerRecord, network: string): boolean {
  return record.endpoints.some(
    ({ networkId, networkName }) => networkName === network || networkId.startsWith(network),
  );
}

function hasPort(ports: readonly PortSummary[], wanted: string, side: 'publicPort' | 'privatePort'): boolean {
  const [range = '', protocol = 'tcp'] = wanted.split('/');
  const [first = 0, last = first] = range.split('-').map(Number);
  return ports.some((port) => {
    const number = port[side];
    return number !== undefined && port.protocol === protocol && number >= first && number <= last;
  });
}

/** One that does not run has none, whatever it was asked for. */
function shownPorts(record: ContainerRecord): readonly PortSummary[] {
  return isRunning(record) ? portsOf(record) : [];
}

function summarize(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  wantsSize: boolean,
): ContainerSummary {
  const sizeRw = wantsSize ? sizeRwBytes(runtimes.of(record).upper) : 0;
  return {
    id: record.id,
    name: record.name,
    image: shownImage(core, record),
    imageId: record.imageId,
    command: commandText(record),
    createdSec: timeSec(record.createdAt),
    ports: shownPorts(record),
    ...(wantsSize && { sizeRwBytes: sizeRw, sizeRootFsBytes: sizeRw + imageBytes(record) }),
    labels: record.config.Labels,
    state: record.state.status,
    status: statusText(core, record),
    networkNames: record.endpoints.map(({ networkName }) => networkName),
    mounts: listedMounts(record.mounts),
  };
}

export function imageBytes({ layers }: ContainerRecord): number {
  return layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** As it was given, as long as that still means this image; else the ID (moby daemon/list.go, refreshImage). */
function shownImage(core: EngineCore, record: ContainerRecord): string {
  const { Image: given } = record.config;
  if (given === '') return '';
  try {
    if (findImage(core, given).id === record.imageId) return given;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
  return record.imageId;
}

/** Path and arguments; those with a blank in quotes. */
function commandText({ path, args }: ContainerRecord): string {
  if (args.length === 0) return path;
  return `${path} ${args.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ')}`;
}

export function statusText(core: EngineCore, { state }: ContainerRecord): string {
  const nowSec = core.kernel.clock.now().sec;
  const since = (time: string) => humanDuration(nowSec - timeSec(time));
  const words: Readonly<Record<ContainerStatus, () => string>> = {
    created: () => 'Created',
    running: () => `Up ${since(state.startedAt)}${healthText(state.health?.status)}`,
    paused: () => `Up ${since(state.startedAt)} (Paused)`,
    restarting: () => `Restarting (${state.exitCode}) ${since(state.finishedAt)} ago`,
    removing: () => 'Removal In Progress',
    exited: () => `Exited (${state.exitCode}) ${since(state.finishedAt)} ago`,
    dead: () => 'Dead',
  };
  return words[state.status]();
}

function healthText(status: 'starting' | 'healthy' | 'unhealthy' | undefined): string {
  if (status === undefined) return '';
  return status === 'starting' ? ' (health: starting)' : ` (${status})`;
}
