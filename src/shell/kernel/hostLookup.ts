import { decodeName } from '../../bytes/byteName.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { readFile } from './calls.ts';
import type { NetworkService } from './network.ts';
import type { Process } from './process.ts';

const MAX_HOSTS_BYTES = 1 << 20;

/** The address of a host as a program gets it (nsswitch.conf, `hosts: files dns`). Undefined where the name is unknown, or
 *  the process has no network. */
export async function lookUpHost(process: Process, name: string): Promise<string | undefined> {
  const { network } = process.namespaces;
  const address = (await inHostsFile(process, name)) ?? process.kernel.network.resolve(name, network.host);
  return network.isIsolated && address !== undefined && !address.startsWith('127.') ? undefined : address;
}

export interface Reached {
  readonly service: NetworkService;
  /** What the name led to. */
  readonly address: string;
}

/** connect(2) to a host by name. Throws VfsError ENOENT for an unknown name, EHOSTUNREACH, ECONNREFUSED. */
export async function connectTo(process: Process, name: string, port: number): Promise<Reached> {
  const address = await lookUpHost(process, name);
  if (address === undefined) throw new VfsError('ENOENT', 'connect', name);
  const service = process.kernel.network.service(address, port, process.namespaces.network.host);
  return { service, address };
}

/** The first line that has the name. */
async function inHostsFile(process: Process, name: string): Promise<string | undefined> {
  const wanted = name.toLowerCase();
  for (const line of (await hostsFile(process)).split('\n')) {
    const [address, ...names] = line
      .replace(/#.*/, '')
      .split(/\s+/)
      .filter((word) => word !== '');
    // Addresses of IPv6 lead nowhere here.
    if (address === undefined || address.includes(':')) continue;
    if (names.some((one) => one.toLowerCase() === wanted)) return address;
  }
  return undefined;
}

async function hostsFile(process: Process): Promise<string> {
  try {
    return decodeName(await readFile(process, '/etc/hosts', MAX_HOSTS_BYTES));
  } catch (error) {
    if (error instanceof VfsError && error.code !== 'EINTR') return '';
    throw error;
  }
}
