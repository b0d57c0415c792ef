// A companion in a process of its own, whose memory can be looked at: `download FOLDER BYTES` with an engine that
// writes a file of that size, and fastify alone beside it; `build STATE ADDRESS,… BUILDCTL` with real BuildKits.
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fastify from 'fastify';
import { WorkFolders } from '../src/companion/builds/workFolders.ts';
import { startCompanion } from '../src/companion/companion.ts';
import { connectEngines } from '../src/companion/connectEngines.ts';
import type { Engine } from '../src/companion/engines/engine.ts';
import { DEFAULT_LIMITS } from '../src/companion/limits.ts';

export interface ChildAddress {
  readonly origin: string;
  readonly token: string;
  readonly bare: string;
}

const MIB = 1024 * 1024;
const [mode = '', first = '', second = '', third = ''] = process.argv.slice(2);
const folders = await WorkFolders.open(mode === 'download' ? join(first, 'state') : first);
const engines = mode === 'download' ? [fileEngine(Number(second))] : await realEngines();
const companion = await startCompanion({
  host: '127.0.0.1',
  port: 0,
  version: '0',
  engines,
  limits: { ...DEFAULT_LIMITS, runningPerUser: 8, queuedPerUser: 64 },
  rules: {
    runNetwork: false,
    fetch: false,
    images: [],
    resultBytes: 1e12,
    freeBytes: 0,
    memoryBytes: 1e9,
    processes: 100,
  },
  access: { allowedHosts: [], plainHttp: [] },
  gitProgram: undefined,
  app: undefined,
  folders,
  hosts: [],
  origins: [],
  users: undefined,
  report: console.error,
});
const address: ChildAddress = {
  origin: companion.origin,
  token: companion.token ?? '',
  bare: mode === 'download' ? await bareServer(join(first, 'bare'), Number(second)) : '',
};
process.stdout.write(JSON.stringify(address));
process.on('SIGTERM', () => void companion.close().then(() => process.exit(0)));

function realEngines(): Promise<Engine[]> {
  return connectEngines({
    engines: second.split(',').map((address) => `buildkit=${address}`),
    slots: 2,
    buildctl: third,
    cgroupParent: undefined,
    diskFolder: undefined,
    worker: folders.worker,
    environment: {},
  });
}

async function writeFileOf(path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, 'w');
  const piece = randomBytes(MIB);
  for (let left = sizeBytes; left > 0; left -= MIB) await file.write(piece.subarray(0, Math.min(left, MIB)));
  await file.close();
}

function fileEngine(sizeBytes: number): Engine {
  const facts = { version: '1', platforms: [], running: 0, unfitForSeveral: undefined, notes: [] };
  return {
    kind: 'buildkit',
    name: 'file',
    slots: 1,
    readsContextTar: false,
    facts: async () => facts,
    build: async ({ resultFile }) => {
      await writeFileOf(resultFile, sizeBytes);
      return { sizeBytes, format: 'oci-layout' };
    },
    sweep: async () => undefined,
    close: () => undefined,
  };
}

/** What the companion is measured by: the framework, a file, nothing else. */
async function bareServer(path: string, sizeBytes: number): Promise<string> {
  await writeFileOf(path, sizeBytes);
  const app = fastify();
  const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization' };
  app.options('/file', async (_request, reply) => reply.headers(cors).send());
  app.get('/file', async (_request, reply) =>
    reply
      .headers({ ...cors, 'content-length': sizeBytes })
      .type('application/x-tar')
      .send(createReadStream(path)),
  );
  return `${await app.listen({ host: '127.0.0.1', port: 0 })}/file`;
}
