import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { shellMembers } from '../tests/companion/realBuildkit.ts';
import { dockerObstacle, startDocker } from '../tests/companion/realDocker.ts';
import type { FileTree } from './labMachine.ts';
import { fastest, runProgram } from './measure.ts';
import { USTAR_END, ustarHeader, ustarPadding } from './ustar.ts';

const ROUNDS = 3;
const IMAGE = 'palimpsest-bench';

export interface DaemonTimes {
  readonly version: string;
  readonly coldMs: number;
  readonly cachedMs: number;
}

/** Builds a tree with the classic builder of a real docker daemon: the one that $DOCKER_HOST names, else one of our own
 *  that is ended afterwards. Throws where there is none. */
export async function buildWithDaemon(tree: FileTree): Promise<DaemonTimes> {
  const address = process.env.DOCKER_HOST;
  if (address !== undefined) return timesOf(address, tree);
  const obstacle = dockerObstacle('docker');
  if (obstacle !== undefined) throw new Error(obstacle);
  const daemon = await startDocker('docker');
  try {
    return await timesOf(daemon.address, tree);
  } finally {
    await daemon.stop();
  }
}

/** A shell and a few programs of this computer: what RUN takes. */
function shellTree(): Buffer {
  const parts = shellMembers().flatMap(([path, member]) => {
    const bytes = member as Uint8Array;
    const name = path.replace(/^rootfs\//, '');
    const header = ustarHeader({ name, mode: 0o755, sizeBytes: bytes.length, type: 'file', mtimeSec: 0 });
    return [header, bytes, ustarPadding(bytes.length)];
  });
  return Buffer.concat([...parts, USTAR_END]);
}

async function timesOf(address: string, tree: FileTree): Promise<DaemonTimes> {
  const folder = mkdtempSync(join(tmpdir(), 'palimpsest-bench-'));
  const docker = (script: string, ...words: string[]) =>
    runProgram('sh', ['-c', `DOCKER_BUILDKIT=0 docker -H "$1" ${script}`, 'sh', address, ...words]);
  try {
    const context = join(folder, 'context');
    for (const [path, bytes] of tree) {
      mkdirSync(dirname(join(context, path)), { recursive: true });
      writeFileSync(join(context, path), bytes);
    }
    const base = join(folder, 'base.tar');
    writeFileSync(base, shellTree());
    await docker('import "$2" busybox', base);
    const { output } = await docker("version -f '{{.Server.Version}}'");
    const build = () => docker(`build --network=none -t ${IMAGE} "$2"`, context);
    const coldMs = (await build()).wallMs;
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { wallMs, output: log } = await build();
      if (!log.includes('Using cache')) throw new Error('the daemon took nothing from its cache');
      times.push(wallMs);
    }
    return { version: output.trim(), coldMs, cachedMs: fastest(times) };
  } finally {
    await docker(`rmi -f ${IMAGE}`).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}
