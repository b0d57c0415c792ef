import { listen } from '../catalogue/services/listen.ts';
import { untilSignal } from '../catalogue/services/untilSignal.ts';
import { RegistryServer, type RegistryServerSetup } from '../registry/simulated/registryServer.ts';
import { RegistryStore } from '../registry/simulated/registryStore.ts';
import { decodeName } from '../bytes/byteName.ts';
import { readFile } from '../shell/kernel/calls.ts';
import type { Process } from '../shell/kernel/process.ts';
import type { Program } from '../shell/kernel/program.ts';
import { SIGNALS } from '../shell/kernel/signals.ts';

const DEFAULT_PORT = 5000;
const MAX_CONFIG_BYTES = 1 << 20;
/** Of the image in the catalogue. */
const VERSION = 'v2.8.3';

/** `registry serve CONFIG`: a registry of its own. What is pushed to it lives as long as the process. */
export function registryProgram(setup: Pick<RegistryServerSetup, 'platform' | 'random'>): Program {
  return async (process) => {
    const [command, config, ...rest] = process.argv.slice(1);
    if (command === '--version') {
      await process.print(`registry github.com/docker/distribution ${VERSION}\n`);
      return 0;
    }
    if (command !== 'serve' || config === undefined || rest.length > 0) {
      await process.write(2, 'Usage:\n  registry serve <config>\n');
      return 1;
    }
    const port = await portOf(process, config);
    const server = new RegistryServer({ ...setup, store: new RegistryStore(), access: { kind: 'open' } });
    const end = listen(process, port, server);
    if (!end) {
      await process.write(2, `level=fatal msg="listen tcp :${port}: bind: address already in use"\n`);
      return 1;
    }
    try {
      const time = new Date(process.kernel.clock.now().sec * 1000).toISOString();
      await process.write(2, `time="${time}" level=info msg="listening on [::]:${port}" version=${VERSION}\n`);
      await untilSignal(process, [SIGNALS.TERM, SIGNALS.INT]);
      return 0;
    } finally {
      end();
    }
  };
}

/** REGISTRY_HTTP_ADDR, or `addr` of the configuration. Throws VfsError where there is no such file. */
async function portOf(process: Process, config: string): Promise<number> {
  const text = decodeName(await readFile(process, config, MAX_CONFIG_BYTES));
  const address = process.env.get('REGISTRY_HTTP_ADDR') ?? /^\s+addr:\s*(\S+)/m.exec(text)?.[1] ?? '';
  const port = Number(/:(\d{1,5})$/.exec(address)?.[1] ?? DEFAULT_PORT);
  return port > 0 && port < 65536 ? port : DEFAULT_PORT;
}
