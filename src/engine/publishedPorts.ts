import type { NetworkService } from '../shell/kernel/network.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { LAST_PORT, portNames, portOf, type PublishedPort } from './publishedPort.ts';
import { isRunning } from './removeImage.ts';
import type { EngineVintage } from './systemCalls.ts';

/** First and last of the ports that the daemon chooses from (libnetwork/portallocator; since 23 the kernel's own range,
 *  net.ipv4.ip_local_port_range). */
const CHOSEN_PORTS: Readonly<Record<EngineVintage, readonly [number, number]>> = {
  '20.10': [49_153, LAST_PORT],
  '26': [32_768, 60_999],
};

interface Wanted {
  readonly name: string;
  readonly hostIp: string;
  /** A number, `FIRST-LAST`, or empty: any. */
  readonly hostPort: string;
}

/** The host's ports for a container that starts. Throws EngineError where one is taken. */
export function allocatePorts(core: EngineCore, record: ContainerRecord): readonly PublishedPort[] {
  const taken = takenPorts(core, record);
  const allocated: PublishedPort[] = [];
  for (const wanted of wantedPorts(record)) {
    const port = { ...portOf(wanted.name), hostIp: wanted.hostIp, hostPort: choosePort(core, record, wanted, taken) };
    taken.push(port);
    allocated.push(port);
  }
  return allocated;
}

/** In the order in which they are allocated: named ports of the host first, the larger before the smaller
 *  (go-connections/nat, SortPortMap). */
function wantedPorts(record: ContainerRecord): readonly Wanted[] {
  const { PortBindings: bindings, PublishAllPorts: publishesAll } = record.hostConfig;
  const wanted: Wanted[] = [];
  for (const name of portNames(record)) {
    const list = bindings[name] ?? [];
    for (const { HostIp: hostIp, HostPort: hostPort } of list) wanted.push({ name, hostIp, hostPort });
    if (list.length === 0 && publishesAll) wanted.push({ name, hostIp: '', hostPort: '' });
  }
  const named = ({ hostPort }: Wanted) => Number(hostPort) || 0;
  return wanted.sort((a, b) => named(b) - named(a) || portOf(b.name).privatePort - portOf(a.name).privatePort);
}

function takenPorts(core: EngineCore, { id }: ContainerRecord): PublishedPort[] {
  const others = [...core.state.containers.values()].filter((other) => other.id !== id && isRunning(other));
  return others.flatMap(({ publishedPorts }) => publishedPorts ?? []);
}

function choosePort(
  core: EngineCore,
  record: ContainerRecord,
  { name, hostIp, hostPort }: Wanted,
  taken: readonly PublishedPort[],
): number {
  const { protocol } = portOf(name);
  const isTaken = (port: number) =>
    taken.some(
      (one) =>
        one.hostPort === port &&
        one.protocol === protocol &&
        (one.hostIp === '' || hostIp === '' || one.hostIp === hostIp),
    );
  const isBound = (port: number) =>
    protocol === 'tcp' && core.kernel.network.isBound?.(core.host.network.host, port, hostIp || undefined) === true;
  const shown = hostIp === '' ? '0.0.0.0' : hostIp;
  if (/^\d+$/.test(hostPort) && Number(hostPort) > 0) {
    const port = Number(hostPort);
    if (isTaken(port)) throw cannotPublish(record, `Bind for ${shown}:${port} failed: port is already allocated`);
    if (isBound(port))
      throw cannotPublish(
        record,
        `Error starting userland proxy: listen tcp4 ${shown}:${port}: bind: address already in use`,
      );
    return port;
  }
  const [first, last] = rangeOf(hostPort) ?? CHOSEN_PORTS[core.vintage];
  for (let port = first; port <= last; port++) if (!isTaken(port) && !isBound(port)) return port;
  throw cannotPublish(record, 'all ports are allocated');
}

function rangeOf(text: string): readonly [number, number] | undefined {
  const match = /^(\d+)-(\d+)$/.exec(text);
  return match ? [Number(match[1]), Math.min(Number(match[2]), LAST_PORT)] : undefined;
}

function cannotPublish({ name, endpoints }: ContainerRecord, why: string): EngineError {
  const endpoint = endpoints[0]?.endpointId ?? '';
  return new EngineError(
    'system',
    'other',
    `driver failed programming external connectivity on endpoint ${name} (${endpoint}): ${why}`,
  );
}

/** Hands on what comes to the host's ports to the container, in whatever protocol, until the function that it gives is
 *  called. */
export function publishPorts(core: EngineCore, record: ContainerRecord): () => void {
  const endings: (() => void)[] = [];
  for (const { hostIp, hostPort, privatePort, protocol } of record.publishedPorts ?? []) {
    if (protocol !== 'tcp') continue;
    const place = hostIp === '' || hostIp === '0.0.0.0' ? {} : { address: hostIp };
    const forward = new Forward(core, record, privatePort);
    const end = core.kernel.network.listen?.(core.host.network.host, hostPort, forward, place);
    if (end) endings.push(end);
  }
  return () => {
    for (const end of endings) end();
  };
}

/** Speaks what the container's own service speaks. */
class Forward implements NetworkService {
  readonly #core: EngineCore;
  readonly #record: ContainerRecord;
  readonly #host: string;
  readonly #port: number;

  constructor(core: EngineCore, record: ContainerRecord, port: number) {
    this.#core = core;
    this.#record = record;
    this.#host = record.id;
    this.#port = port;
  }

  /** What comes through the proxy comes from the bridge. */
  get #gateway(): string | undefined {
    const { networks } = this.#core.state;
    return this.#record.endpoints.map(({ networkId }) => networks.get(networkId)?.gateway).find((one) => one);
  }

  /** The proxy takes every connection, and drops one that leads nowhere. */
  get #target(): NetworkService | undefined {
    try {
      return this.#core.kernel.network.service(this.#host, this.#port, this.#host);
    } catch (error) {
      if (error instanceof VfsError) return undefined;
      throw error;
    }
  }

  get http(): NetworkService['http'] {
    const target = this.#target;
    const http = target?.http?.bind(target);
    return http && ((request) => http({ ...request, remoteAddress: this.#gateway }));
  }

  get ssh(): NetworkService['ssh'] {
    const target = this.#target;
    return target?.ssh?.bind(target);
  }

  get message(): NetworkService['message'] {
    const target = this.#target;
    return target?.message?.bind(target);
  }
}
