import type { GitRequest, GitResponse, GitTransport } from '../../git/gitTransport.ts';
import { lookUpHost } from '../kernel/hostLookup.ts';
import type { Process } from '../kernel/process.ts';
import { HttpFault, portOf, request } from '../utilities/httpRequest.ts';

/** Carries git's requests over the lab network, and to hosts outside it through a companion, where one is connected.
 *  Rejects with HttpFault. */
export function gitTransportOf(process: Process): GitTransport {
  return async ({ method, url, headers, body }: GitRequest): Promise<GitResponse> => {
    const address = new URL(url);
    const { network } = process.kernel;
    if ((await lookUpHost(process, address.hostname)) !== undefined)
      return request(process, { method, url: address, headers, body });
    const { outside } = network;
    if (!outside?.git || process.namespaces.network.isIsolated)
      throw new HttpFault('resolve', address.hostname, portOf(address));
    const whole = (async function* () {
      if (body) yield body;
    })();
    return process.waitFor(outside.git({ method, url: address, headers, ...(body && { body: whole }) }));
  };
}
