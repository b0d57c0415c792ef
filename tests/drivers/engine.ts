import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { release, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ListedEntry, listDisk } from './listing.ts';
import { ARCHIVE, CHANGES, TAG } from './sample.ts';

/** What a real engine made of the sample image and one container. */
export interface Observation {
  /** Which engine on which kernel. */
  readonly versions: string;
  readonly containerId: string;
  readonly entries: readonly ListedEntry[];
}

export const CONTAINERD_CONTAINER = 'c'.repeat(64);
const START_MS = 15_000;

/** The engine does not run here: a kernel, a filesystem or a right is wanting. */
export class EngineUnavailable extends Error {}

/** A program of PATH, or undefined. */
export function findProgram(name: string): string | undefined {
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return places.map((place) => join(place, name)).find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a private dockerd: own data, own socket, no network; it and all that it made are gone afterwards. Throws when
 *  it does not start, as where a filesystem does not bear the driver. */
export async function observeDockerd(driver: string, parentFolder = tmpdir()): Promise<Observation> {
  const dockerd = findProgram('dockerd') ?? 'dockerd';
  const dir = mkdtempSync(join(parentFolder, 'palimpsest-dockerd-'));
  const data = join(dir, 'data');
  const socket = join(dir, 'sock');
  mkdirSync(data);
  const options = [
    ['--storage-driver', driver],
    ['--data-root', data],
    ['--exec-root', join(dir, 'exec')],
    ['--pidfile', join(dir, 'pid')],
    ['--host', `unix://${socket}`],
  ];
  const child = spawn(dockerd, [...options.flat(), '--iptables=false', '--ip6tables=false', '--bridge=none'], {
    stdio: 'ignore',
  });
  try {
    await untilReady(child, async () => (await call(socket, 'GET', '/_ping')).status === 200);
    await must(socket, 'POST', '/images/load?quiet=1', ARCHIVE, 'application/x-tar');
    const created = await must(
      socket,
      'POST',
      '/containers/create',
      Buffer.from(JSON.stringify({ Image: TAG, Cmd: ['/bin/tool'], HostConfig: { NetworkMode: 'none' } })),
      'application/json',
    );
    const { Id: containerId } = JSON.parse(created) as { Id: string };
    await must(socket, 'PUT', `/containers/${containerId}/archive?path=/`, CHANGES, 'application/x-tar');
    const entries = listDisk(data, [driver, `image/${driver}/layerdb`]);
    const version = spawnSync(dockerd, ['--version'], { encoding: 'utf8' }).stdout.trim();
    return { versions: `${version}, Linux ${kernel()}`, containerId, entries };
  } finally {
    await end(child);
    remove(dir);
  }
}

/** Runs a private containerd in the same way. */
export async function observeContainerd(snapshotter: string, parentFolder = tmpdir()): Promise<Observation> {
  const containerd = findProgram('containerd') ?? 'containerd';
  const dir = mkdtempSync(join(parentFolder, 'palimpsest-containerd-'));
  const data = join(dir, 'data');
  const socket = join(dir, 'sock');
  const archive = join(dir, 'sample.tar');
  writeFileSync(archive, ARCHIVE);
  const child = spawn(containerd, ['--root', data, '--state', join(dir, 'state'), '--address', socket], {
    stdio: 'ignore',
  });
  const ctr = (...words: string[]) => spawnSync('ctr', ['--address', socket, ...words], { encoding: 'utf8' });
  const mustCtr = (...words: string[]) => {
    const { status, stderr } = ctr(...words);
    if (status !== 0) throw new Error(`ctr ${words.join(' ')}: ${stderr}`);
  };
  try {
    await untilReady(child, async () => existsSync(socket) && ctr('version').status === 0);
    mustCtr('images', 'import', '--snapshotter', snapshotter, archive);
    const image = `docker.io/library/${TAG}`;
    mustCtr('containers', 'create', '--snapshotter', snapshotter, image, CONTAINERD_CONTAINER, '/bin/tool');
    const entries = listDisk(data, [`io.containerd.snapshotter.v1.${snapshotter}`]);
    // containerd removes the snapshots: those of btrfs may be read-only.
    mustCtr('containers', 'rm', CONTAINERD_CONTAINER);
    mustCtr('images', 'rm', '--sync', image);
    const version = spawnSync(containerd, ['--version'], { encoding: 'utf8' }).stdout.trim();
    return { versions: `${version}, Linux ${kernel()}`, containerId: CONTAINERD_CONTAINER, entries };
  } finally {
    await end(child);
    remove(dir);
  }
}

async function untilReady(child: ChildProcess, isReady: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < START_MS; waited += 100) {
    if (child.exitCode !== null) throw new EngineUnavailable(`the engine ended with ${child.exitCode}`);
    if (await isReady().catch(() => false)) return;
    await sleep(100);
  }
  throw new EngineUnavailable('the engine does not answer');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), START_MS);
  await ended;
  clearTimeout(late);
}

/** Mounts that a killed engine may have left go first. */
function remove(dir: string): void {
  const mounts =
    spawnSync('findmnt', ['--raw', '--noheadings', '--output', 'TARGET'], { encoding: 'utf8' }).stdout ?? '';
  for (const mount of mounts.split('\n').reverse()) if (mount.startsWith(`${dir}/`)) spawnSync('umount', [mount]);
  rmSync(dir, { recursive: true, force: true });
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function call(socketPath: string, method: string, path: string, body?: Buffer, type?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'Content-Type': type, 'Content-Length': body.length } : {};
    const sent = request({ socketPath, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function must(socket: string, method: string, path: string, body: Buffer, type: string): Promise<string> {
  const { status, body: answer } = await call(socket, method, path, body, type);
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${answer}`);
  return answer;
}

/** The version without what a distribution adds. */
function kernel(): string {
  return release().replace(/-.*/, '');
}
