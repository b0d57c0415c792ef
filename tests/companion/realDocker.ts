import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { DockerClient, parseDockerAddress } from '../../src/companion/engines/dockerApi/dockerClient.ts';
import { DockerEngine } from '../../src/companion/engines/dockerApi/dockerEngine.ts';
import { lastLine, programPath, shellContext, unmountBelow } from './realBuildkit.ts';

export type DockerKind = 'docker' | 'podman';

const PROGRAMS = { docker: ['dockerd', 'containerd', 'runc'], podman: ['podman'] } as const;

export function dockerObstacle(kind: DockerKind): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return `${kind} is run by root on Linux`;
  const missing = PROGRAMS[kind].filter((name) => programPath(name) === undefined);
  return missing.length > 0 ? `${missing.join(', ')}: not installed` : undefined;
}

/** The same, after a build was tried: containers within containers may lack what it takes. */
export async function probeDocker(kind: DockerKind): Promise<string | undefined> {
  const obstacle = dockerObstacle(kind);
  if (obstacle !== undefined) return obstacle;
  try {
    const daemon = await startDocker(kind);
    const client = new DockerClient(parseDockerAddress(daemon.address));
    const body = Readable.from([Buffer.from(await shellContext(['RUN id']))]);
    const path = `/build?${kind === 'docker' ? 'version=2&networkmode=none' : 'version=1&networkmode=1'}`;
    let told = '';
    const answer = await client.open({ method: 'POST', path, body, signal: AbortSignal.timeout(60_000) });
    for await (const piece of answer as AsyncIterable<Buffer>) told += piece.toString();
    await daemon.stop();
    return told.includes('"errorDetail"') ? `${kind} cannot build here: ${lastLine(told)}` : undefined;
  } catch (error) {
    return `${kind} does not start here: ${lastLine(String(error))}`;
  }
}

export interface RealDocker {
  readonly address: string;
  engine(worker: string): DockerEngine;
  stop(): Promise<void>;
}

/** A daemon with a socket and folders of its own, that touches no network of this machine. */
export async function startDocker(kind: DockerKind): Promise<RealDocker> {
  const folder = mkdtempSync(join(tmpdir(), `palimpsest-${kind}-`));
  const address = `unix://${join(folder, 'sock')}`;
  const words = kind === 'docker' ? dockerdWords(folder, address) : podmanWords(folder, address);
  const program = programPath(PROGRAMS[kind][0]) ?? '';
  const found = PROGRAMS[kind].map((name) => dirname(programPath(name) ?? ''));
  const path = [...new Set(found), process.env.PATH ?? ''].join(':');
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PATH: path } });
  let told = '';
  child.stderr.on('data', (piece: Buffer) => {
    told = (told + piece.toString()).slice(-5000);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const engine = (worker: string): DockerEngine =>
    new DockerEngine({ address: parseDockerAddress(address), kind, slots: 2, worker });
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const probe = engine('probe');
  for (let attempt = 0; attempt < 400 && child.exitCode === null; attempt++) {
    const isUp = await probe.facts(AbortSignal.timeout(1000)).then(
      () => true,
      () => false,
    );
    if (isUp) return { address, engine, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error(`${kind} did not start: ${told}`);
}

function dockerdWords(folder: string, address: string): string[] {
  const folders = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')];
  const network = ['--iptables=false', '--ip6tables=false', '--bridge=none'];
  return ['-H', address, '--pidfile', join(folder, 'pid'), ...folders, ...network];
}

function podmanWords(folder: string, address: string): string[] {
  const folders = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')];
  // Its usual runtime, crun, takes no host with both versions of cgroups.
  const runc = programPath('runc');
  const runtime = runc === undefined ? [] : ['--runtime', runc];
  return [...folders, ...runtime, '--cgroup-manager', 'cgroupfs', 'system', 'service', '--time=0', address];
}
