import type { Platform } from '../../../bytes/platform.ts';
import { fileServer } from '../../../machine/fileServer.ts';
import type { Host } from '../../../machine/host.ts';
import type { LabNetwork } from '../../../machine/labNetwork.ts';
import type { RegistryAccess } from '../../../registry/simulated/access.ts';
import { createHub } from '../../../registry/simulated/hub.ts';
import { RegistryServer } from '../../../registry/simulated/registryServer.ts';
import { RegistryStore } from '../../../registry/simulated/registryStore.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { hubModel } from './hubModel.ts';
import type { Transcript } from './transcript.ts';

export interface ServiceSetup {
  readonly host: Host;
  readonly network: LabNetwork;
  readonly process: Process;
  readonly platform: Platform;
  readonly imagesDir: string;
  readonly workDir: string;
}

const FILE_PORT = 8000;
const REGISTRY_PORT = 5000;
const HTTPS_PORT = 443;
const HUB_HOSTS = ['registry-1.docker.io', 'auth.docker.io', 'index.docker.io'];
const LOGINS: RegistryAccess = { kind: 'basic', realm: 'registry', users: new Map([['tester', 's3cret']]) };

/** Starts what a transcript's machine had beside the engine. */
export function startServices({ services }: Transcript, setup: ServiceSetup): void {
  const { host, network, process, platform, imagesDir, workDir } = setup;
  const { random } = host.kernel;
  const registry = (access: RegistryAccess) =>
    network.listen(
      host.name,
      REGISTRY_PORT,
      new RegistryServer({ store: new RegistryStore(), access, platform, random }),
    );
  if (!services.includes('hub')) {
    // The recording machine had no way to Docker Hub: its names led to itself.
    for (const name of HUB_HOSTS) network.addName(name, 'localhost');
  }
  for (const service of services) {
    switch (service) {
      case 'http':
        network.listen(host.name, FILE_PORT, fileServer(process, `${workDir}/www`));
        break;
      case 'registry':
        registry({ kind: 'open' });
        break;
      case 'authregistry':
        registry(LOGINS);
        break;
      case 'hub': {
        const hub = createHub(hubModel(imagesDir, platform), { platform, random });
        for (const [name, server] of Object.entries(hub.hosts)) {
          network.listen(name, HTTPS_PORT, {
            http: (request) => server.http({ ...request, url: withoutLimit(request.url) }),
          });
        }
        break;
      }
    }
  }
}

/** The model told of all that it found. */
function withoutLimit(url: URL): URL {
  if (url.pathname !== '/v1/search') return url;
  const all = new URL(url);
  all.searchParams.delete('n');
  return all;
}
