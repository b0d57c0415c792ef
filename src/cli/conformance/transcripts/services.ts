import { fileServer } from '../../../machine/fileServer.ts';
import type { Host } from '../../../machine/host.ts';
import type { LabNetwork } from '../../../machine/labNetwork.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { Transcript } from './transcript.ts';

export interface ServiceSetup {
  readonly host: Host;
  readonly network: LabNetwork;
  readonly process: Process;
  readonly imagesDir: string;
  readonly workDir: string;
}

const FILE_PORT = 8000;

/** Starts what a transcript's machine had beside the engine. */
export async function startServices({ services }: Transcript, setup: ServiceSetup): Promise<void> {
  const { host, network, process, workDir } = setup;
  // The recording machine had no way to Docker Hub.
  for (const name of ['registry-1.docker.io', 'auth.docker.io', 'index.docker.io']) network.addName(name, 'localhost');
  for (const service of services) {
    if (service === 'http') network.listen(host.name, FILE_PORT, fileServer(process, `${workDir}/www`));
  }
}
