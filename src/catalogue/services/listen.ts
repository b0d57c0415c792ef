import type { NetworkService } from '../../shell/kernel/network.ts';
import type { Process } from '../../shell/kernel/process.ts';

/** bind(2) and listen(2) at all addresses of the process's host. Gives the function that ends it; undefined
 *  where something listens there already (EADDRINUSE). */
export function listen(process: Process, port: number, service: NetworkService): (() => void) | undefined {
  const { network } = process.kernel;
  const { host } = process.namespaces.network;
  if (network.isBound?.(host, port)) return undefined;
  return network.listen?.(host, port, service) ?? (() => undefined);
}
