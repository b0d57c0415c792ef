import { createReadStream } from 'node:fs';
import { CompanionError } from '../../companionError.ts';
import type { ContainerEvent } from '../../protocol.ts';
import type { ContainerRun } from '../engine.ts';
import { numberAt, parseShape, shapeOf, textAt } from '../jsonShapes.ts';
import { readLines } from '../readLines.ts';
import type { DockerClient } from './dockerClient.ts';
import { dockerFrames } from './dockerFrames.ts';

const CLEAN_UP_MS = 20_000;
const OPEN_FILES = 16_384;
/** Counted over all of the host: the bound of one container is `PidsLimit`. Podman would ask for the host's most. */
const USER_PROCESSES = 32_768;
export const WORKER_LABEL = 'palimpsest.worker';

/** Runs a container that can do no more than compute: no network unless allowed, no mounts, no new privileges, bounded
 *  memory and processes. It is removed whatever happens, and so is the image that was loaded for it. */
export async function runContainer(
  client: DockerClient,
  run: ContainerRun,
  worker: string,
  emit: (event: ContainerEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const loaded = run.archive === undefined ? undefined : await loadImage(client, run.archive, signal);
  const image = loaded?.image ?? run.request.image;
  try {
    if (image === undefined) throw new CompanionError('request', 'an image or a build is needed');
    const body = containerConfig(run, image, worker);
    const created = shapeOf(await client.json({ method: 'POST', path: '/containers/create', body, signal }));
    const container = textAt(created, 'Id');
    if (container === undefined || !/^[0-9a-f]{12,64}$/.test(container)) {
      throw new CompanionError('engine', 'the engine made a container without an ID');
    }
    try {
      emit({ type: 'created', container });
      await watchContainer(client, container, run.logBytes, emit, signal);
    } finally {
      await remove(client, `/containers/${container}?force=true&v=true`);
    }
  } finally {
    if (loaded?.isNew) await remove(client, `/images/${encodeURIComponent(loaded.image)}`);
  }
}

async function watchContainer(
  client: DockerClient,
  container: string,
  logBytes: number,
  emit: (event: ContainerEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  await client.json({ method: 'POST', path: `/containers/${container}/start`, signal });
  const path = `/containers/${container}/logs?follow=true&stdout=true&stderr=true`;
  const answer = await client.open({ method: 'GET', path, signal });
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  let keptBytes = 0;
  try {
    for await (const { stream, bytes } of dockerFrames(answer)) {
      if (keptBytes + bytes.length > logBytes) {
        emit({ type: 'log-truncated', keptBytes });
        break;
      }
      keptBytes += bytes.length;
      const text = decoders[stream].decode(bytes, { stream: true });
      if (text !== '') emit({ type: 'output', stream, text });
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new CompanionError('connectionLost', 'the engine broke off', error);
  } finally {
    answer.destroy();
  }
  await client.json({ method: 'POST', path: `/containers/${container}/wait`, signal });
  const inspected = shapeOf(await client.json({ method: 'GET', path: `/containers/${container}/json`, signal }));
  const state = shapeOf(inspected?.State);
  emit({ type: 'exited', code: numberAt(state, 'ExitCode') ?? -1, isOutOfMemory: state?.OOMKilled === true });
}

function containerConfig({ request, network, memoryBytes, processes }: ContainerRun, image: string, worker: string) {
  return {
    Image: image,
    Labels: { [WORKER_LABEL]: worker },
    ...(request.command ? { Cmd: request.command } : {}),
    ...(request.entrypoint ? { Entrypoint: request.entrypoint } : {}),
    ...(request.environment ? { Env: request.environment } : {}),
    ...(request.workingFolder ? { WorkingDir: request.workingFolder } : {}),
    ...(request.user ? { User: request.user } : {}),
    AttachStdin: false,
    OpenStdin: false,
    Tty: false,
    HostConfig: {
      NetworkMode: network ? 'default' : 'none',
      Memory: memoryBytes,
      MemorySwap: memoryBytes,
      PidsLimit: processes,
      Ulimits: [
        { Name: 'nofile', Soft: OPEN_FILES, Hard: OPEN_FILES },
        { Name: 'nproc', Soft: USER_PROCESSES, Hard: USER_PROCESSES },
      ],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '16m', 'max-file': '1' } },
    },
  };
}

/** Throws CompanionError `engine` where the engine takes the archive for none. */
async function loadImage(
  client: DockerClient,
  archive: string,
  signal: AbortSignal,
): Promise<{ readonly image: string; readonly isNew: boolean }> {
  const before = await imageIds(client, signal);
  const answer = await client.open({
    method: 'POST',
    path: '/images/load?quiet=true',
    body: createReadStream(archive),
    signal,
  });
  let image: string | undefined;
  let failure: string | undefined;
  for await (const line of readLines(answer)) {
    const message = parseShape(line);
    const told = textAt(message, 'stream') ?? '';
    image = /Loaded image(?: ID)?:\s*(\S+)/.exec(told)?.[1] ?? image;
    failure ??= textAt(message, 'error');
  }
  if (image === undefined) throw new CompanionError('engine', failure ?? 'the engine loaded no image');
  return { image, isNew: !before.has(image) };
}

async function imageIds(client: DockerClient, signal: AbortSignal): Promise<Set<string>> {
  const images = await client.json({ method: 'GET', path: '/images/json?all=true', signal });
  const ids = Array.isArray(images) ? images.map((image) => textAt(shapeOf(image), 'Id')) : [];
  return new Set(ids.filter((id) => id !== undefined));
}

async function remove(client: DockerClient, path: string): Promise<void> {
  // What is gone already is as wanted; what stays is swept when the next worker starts.
  await client.json({ method: 'DELETE', path, signal: AbortSignal.timeout(CLEAN_UP_MS) }).catch(() => undefined);
}
