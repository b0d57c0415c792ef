import { VfsError } from '../vfs/vfsError.ts';
import type { NetworkService } from '../shell/kernel/network.ts';
import { EngineError } from './engineError.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { EngineCore } from './engineCore.ts';
import { portsOf } from './listContainers.ts';
import { isRunning } from './removeImage.ts';

/** Where a container's own services listen: its address, or what it is in no network. */
export function networkHostOf(record: ContainerRecord): string {
  return record.endpoints.find(({ ipAddress }) => ipAddress !== '')?.ipAddress ?? record.id.slice(0, 12);
}

/** Throws EngineError where a port of the host is another container's (libnetwork, portallocator). */
export function requireFreePorts(core: EngineCore, record: ContainerRecord): void {
  const taken = new Set<string>();
  for (const other of core.state.containers.values())
    if (other.id !== record.id && isRunning(other)) for (const key of publishedKeys(other)) taken.add(key);
  const conflict = publishedKeys(record).find((key) => taken.has(key));
  if (conflict === undefined) return;
  const endpoint = record.endpoints[0]?.endpointId ?? '';
  const [port = ''] = conflict.split('/');
  throw new EngineError(
    'system',
    'other',
    `driver failed programming external connectivity on endpoint ${record.name} (${endpoint}): Bind for 0.0.0.0:${port} failed: port is already allocated`,
  );
}

function publishedKeys(record: ContainerRecord): string[] {
  const keys = portsOf(record).flatMap(({ publicPort, protocol }) =>
    publicPort === undefined ? [] : [`${publicPort}/${protocol}`],
  );
  return [...new Set(keys)];
}

/** Hands on what comes to the host's ports to the container that publishes them, until the function that it gives is
 *  called. */
export function publishPorts(core: EngineCore, record: ContainerRecord): () => void {
  const { network } = core.kernel;
  const host = networkHostOf(record);
  const endings: (() => void)[] = [];
  const seen = new Set<number>();
  for (const { publicPort, privatePort, protocol } of portsOf(record)) {
    if (publicPort === undefined || protocol !== 'tcp' || seen.has(publicPort)) continue;
    seen.add(publicPort);
    const forward: NetworkService = {
      http: async (request) => {
        const answer = network.service(host, privatePort, host).http?.(request);
        if (!answer) throw new VfsError('ECONNREFUSED', 'read', `${host}:${privatePort}`);
        return answer;
      },
    };
    const end = network.listen?.(core.host.network.host, publicPort, forward);
    if (end) endings.push(end);
  }
  return () => {
    for (const end of endings) end();
  };
}
