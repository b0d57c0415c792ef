import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { BuildCgroups } from '../../src/companion/engines/buildkit/buildCgroups.ts';
import { parseBuildkitAddress } from '../../src/companion/engines/buildkit/buildkitAddress.ts';
import { BuildkitEngine } from '../../src/companion/engines/buildkit/buildkitEngine.ts';
import { tarOf, type Member } from '../archive/buildTar.ts';

/** Where programs may lie: `scripts/buildkit.mjs` builds BuildKit into a folder that $PALIMPSEST_ENGINES names. */
const FOLDERS = [process.env.PALIMPSEST_ENGINES, ...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];

export function programPath(name: string): string | undefined {
  const found = FOLDERS.filter((folder) => folder !== undefined && folder !== '').map((folder) =>
    join(folder as string, name),
  );
  return found.find((path) => existsSync(path));
}

/** Why no buildkitd can be run here; undefined when one can. */
export function buildkitObstacle(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'BuildKit is run by root on Linux';
  const missing = ['buildkitd', 'buildctl', 'runc'].filter((name) => programPath(name) === undefined);
  return missing.length > 0 ? `${missing.join(', ')}: not installed` : undefined;
}

/** The same, after a build was tried: containers within containers may lack what it takes. */
export async function probeBuildkit(): Promise<string | undefined> {
  const obstacle = buildkitObstacle();
  if (obstacle !== undefined) return obstacle;
  try {
    const daemon = await startBuildkit();
    const folder = join(daemon.folder, 'probe');
    for (const [name, member] of [...shellMembers(), ['Dockerfile', PROBE] as const]) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), member as Uint8Array);
    }
    const words = [
      '--addr',
      daemon.address,
      'build',
      '--frontend',
      'dockerfile.v0',
      '--opt',
      'force-network-mode=none',
    ];
    words.push('--local', `context=${folder}`, '--local', `dockerfile=${folder}`);
    const { status, stderr } = spawnSync(programPath('buildctl') ?? '', words, { timeout: 60_000 });
    await daemon.stop();
    return status === 0 ? undefined : `BuildKit cannot build here: ${lastLine(stderr.toString())}`;
  } catch (error) {
    return `BuildKit does not start here: ${lastLine(String(error))}`;
  }
}

export const PROBE = 'FROM scratch\nCOPY --chmod=755 rootfs /\nRUN id\n';

export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}

export interface EngineExtras {
  readonly slots?: number;
  readonly cgroups?: BuildCgroups;
  readonly diskFolder?: string;
}

export interface BuildkitSetting {
  /** Of `ip netns`. */
  readonly namespace?: string;
  /** Its layers lie on a volume of that size. */
  readonly diskBytes?: number;
  readonly words?: readonly string[];
}

export interface RealBuildkit {
  readonly address: string;
  readonly folder: string;
  readonly process: ChildProcess;
  engine(more?: EngineExtras): BuildkitEngine;
  /** Processes that a RUN of this daemon has under way. */
  runs(): string[];
  kill(signal?: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

/** A buildkitd with a socket and folders of its own. */
export async function startBuildkit({
  namespace,
  diskBytes,
  words: more = [],
}: BuildkitSetting = {}): Promise<RealBuildkit> {
  const folder = mkdtempSync(join(tmpdir(), 'palimpsest-buildkit-'));
  if (diskBytes !== undefined) {
    mkdirSync(join(folder, 'root'));
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', join(folder, 'root')]);
  }
  const socket = join(folder, 'sock');
  const [daemon, runc] = [programPath('buildkitd'), programPath('runc')];
  if (!daemon || !runc) throw new Error(buildkitObstacle());
  const words = ['--root', join(folder, 'root'), '--addr', `unix://${socket}`, '--containerd-worker=false'];
  words.push('--oci-worker-binary', runc, ...more);
  // `ip netns exec` would mount another /sys, without cgroups.
  const [program, own] = namespace ? ['nsenter', [`--net=/run/netns/${namespace}`, daemon, ...words]] : [daemon, words];
  const child = spawn(program, own as string[], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH ?? '' },
  });
  let told = '';
  child.stderr.on('data', (piece: Buffer) => {
    told = (told + piece.toString()).slice(-5000);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = parseBuildkitAddress(`unix://${socket}`);
  const engine = (more: EngineExtras = {}): BuildkitEngine =>
    new BuildkitEngine({
      address,
      program: programPath('buildctl') ?? '',
      slots: more.slots ?? 2,
      cgroups: more.cgroups,
      diskFolder: more.diskFolder,
    });
  const kill = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) await kill();
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const probe = engine();
  for (let attempt = 0; attempt < 1200 && child.exitCode === null; attempt++) {
    const isUp = await probe.facts(AbortSignal.timeout(1000)).then(
      () => true,
      () => false,
    );
    if (isUp) {
      probe.close();
      return {
        address: `unix://${socket}`,
        folder,
        process: child,
        engine,
        kill,
        stop,
        runs: () => processesIn(folder, child.pid),
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error(`buildkitd did not start: ${told}`);
}

/** What a killed daemon left mounted goes first: a removal must not reach into it. */
export function unmountBelow(folder: string): void {
  const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const mounts = lines.map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${folder}/`));
  for (const mount of mounts.reverse()) spawnSync('umount', ['-l', mount]);
}

/** Of containers: their root is below the daemon's. */
function processesIn(folder: string, daemon: number | undefined): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === daemon) return false;
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n')[0] ?? '';
      const isContainer = mounts.includes(folder) && mounts.split(' ')[4] === '/';
      return isContainer || (words.includes('runc') && words.includes(folder));
    } catch {
      return false;
    }
  });
}

let rootfs: readonly (readonly [string, Member])[] | undefined;

/** Files of this machine's shell and a few programs, as members of a context below `rootfs/`. */
export function shellMembers(): readonly (readonly [string, Member])[] {
  rootfs ??= gatherShell();
  return rootfs;
}

const PROGRAMS = ['sh', 'cat', 'sleep', 'id', 'dd', 'ls', 'env', 'touch', 'mkdir', 'head'];

function gatherShell(): readonly (readonly [string, Member])[] {
  const members = new Map<string, Uint8Array>();
  for (const name of PROGRAMS) {
    const program = ['/bin', '/usr/bin'].map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (!program) throw new Error(`${name} is not installed`);
    members.set(`rootfs/bin/${name}`, readFileSync(program));
    const told = spawnSync('ldd', [program]).stdout.toString();
    for (const [library] of told.matchAll(/\/[^\s)]+/g)) {
      members.set(`rootfs${dirname(library)}/${basename(library)}`, readFileSync(library));
    }
  }
  return [...members];
}

/** A context with a shell, whose Dockerfile begins with `FROM scratch` and has it in the image. */
export async function shellContext(
  lines: readonly string[],
  more: readonly (readonly [string, Member])[] = [],
): Promise<Uint8Array> {
  const dockerfile = ['FROM scratch', 'COPY --chmod=755 rootfs /', ...lines, ''].join('\n');
  return tarOf([['Dockerfile', dockerfile], ['.dockerignore', '.dockerignore\n'], ...shellMembers(), ...more]);
}
