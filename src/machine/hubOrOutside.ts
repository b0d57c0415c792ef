import type { NetworkService } from '../shell/kernel/network.ts';
import type { HubCatalogue, HubService } from '../registry/simulated/hub.ts';
import type { LabNetwork } from './labNetwork.ts';

const READ = /^\/v2\/(.+)\/(manifests|blobs)\/[^/]+$/;

/** The lab's hub; and, while a companion is connected, the real one for what the lab's has not. */
export function hubOrOutside(hub: HubService, catalogue: HubCatalogue, network: LabNetwork): NetworkService {
  return {
    http: async (request) => {
      const { outside } = network;
      const repository = READ.exec(request.url.pathname)?.[1];
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      if (!outside || repository === undefined || !isRead) return hub.http(request);
      if (outside.prefersRealImages || (await catalogue.tags(repository)) === undefined)
        return outside.registry(request);
      const answer = await hub.http(request);
      // Where the companion fails, the lab's own answer stands.
      return answer.status === 404 ? outside.registry(request).catch(() => answer) : answer;
    },
  };
}
