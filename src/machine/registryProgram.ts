import { listen } from '../catalogue/services/listen.ts';
import { untilSignal } from '../catalogue/services/untilSignal.ts';
import { RegistryServer, type RegistryServerSetup } from '../registry/simulated/registryServer.ts';
import { RegistryStore } from '../registry/simulated/registryStore.ts';
import { readRegistry, writeRegistry } from './registryFiles.ts';
import { decodeName } from '../bytes/byteName.ts';
import { respondError } from '../registry/simulated/http.ts';
import { VfsError } from '../vfs/vfsError.ts';
import { readFile } from '../shell/kernel/calls.ts';
import type { NetworkService } from '../shell/kernel/network.ts';
import type { Process } from '../shell/kernel/process.ts';
import type { Program } from '../shell/kernel/program.ts';
import { SIGNALS } from '../shell/kernel/signals.ts';

const DEFAULT_PORT = 5000;
const MAX_CONFIG_BYTES = 1 << 20;
/** Of the image in the catalogue. */
const VERSION = 'v2.8.3';

/** `registry serve CONFIG`: a registry of its own. What is pushed to it lies in files, as the real one's does: it is there
 *  again after a restart. */
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
    const store = new RegistryStore();
    await readRegistry(process, store);
    const end = listen(process, port, keptInFiles(process, store, setup));
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

/** Answers when what was pushed is written. */
function keptInFiles(
  process: Process,
  store: RegistryStore,
  setup: Pick<RegistryServerSetup, 'platform' | 'random'>,
): NetworkService {
  const server = new RegistryServer({ ...setup, store, access: { kind: 'open' } });
  const written = new Set<string>();
  let writing: Promise<void> = Promise.resolve();
  return {
    async http(request) {
      const before = store.snapshot();
      const answer = await server.http(request);
      if (store.snapshot() === before) return answer;
      const done = writing.then(() => writeRegistry(process, store, written));
      writing = done.catch(() => undefined);
      try {
        await done;
        return answer;
      } catch (error) {
        if (!(error instanceof VfsError)) throw error;
        return respondError(500, 'UNKNOWN', 'unknown error');
      }
    },
  };
}

/** REGISTRY_HTTP_ADDR, or `addr` of the configuration. Throws VfsError where there is no such file. */
async function portOf(process: Process, config: string): Promise<number> {
  const text = decodeName(await readFile(process, config, MAX_CONFIG_BYTES));
  const address = process.env.get('REGISTRY_HTTP_ADDR') ?? /^\s+addr:\s*(\S+)/m.exec(text)?.[1] ?? '';
  const port = Number(/:(\d{1,5})$/.exec(address)?.[1] ?? DEFAULT_PORT);
  return port > 0 && port < 65536 ? port : DEFAULT_PORT;
}
