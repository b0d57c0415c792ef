import { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import { attachTo, type InputTarget } from './containerAttachment.ts';
import { parseDetachKeys } from './detachKeys.ts';
import {
  containerFiles,
  daemonTar,
  readContainerArchive,
  statPath,
  writeContainerArchive,
} from './containerArchive.ts';
import type { AttachOptions, Attachment, ContainerCalls, UpdateOptions } from './containerCalls.ts';
import { layerChanges } from './containerChanges.ts';
import { logContainerEvent } from './containerEvents.ts';
import { cgroupLimitsOf } from './containerLimits.ts';
import { containerLogs, readable } from './containerLogs.ts';
import { cannotKill } from './containerMessages.ts';
import { checkedName, findContainer } from './containerNames.ts';
import type { ContainerRecord } from './containerRecord.ts';
import { imageLowers, mountRootfs } from './containerRootfs.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import { changeContainer } from './containerState.ts';
import { containerTop } from './containerTop.ts';
import { waitForContainer } from './containerWait.ts';
import { commitContainer } from './commitContainer.ts';
import { checkResources, checkRestartPolicy } from './checkContainer.ts';
import { createContainer } from './createContainer.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { execInContainer } from './execContainer.ts';
import { sealOn } from './imageMount.ts';
import { inspectContainer } from './inspectContainer.ts';
import { listContainers } from './listContainers.ts';
import { other } from './messages.ts';
import { ProcessOutput } from './processOutput.ts';
import { pruneContainers, removeContainer } from './removeContainer.ts';
import { startContainer, type StartOptions } from './startContainer.ts';
import {
  checkSignal,
  pauseContainer,
  signalContainer,
  stopContainer,
  type StopOptions,
  unpauseContainer,
} from './stopContainer.ts';
import { treeMembers } from './treeTar.ts';

/** The calls about containers. */
export function containerCalls(core: EngineCore, runtimes: ContainerRuntimes): ContainerCalls {
  const find = (name: string) => findContainer(core, name);
  runtimes.onRevive = (record) => startContainer(core, runtimes, record);
  return {
    list: (options) => listContainers(core, runtimes, options),
    create: (request) => createContainer(core, runtimes, request),
    inspect: (name, options = {}) =>
      inspectContainer(core, runtimes, find(name), { wantsSize: options.wantsSize === true }),
    start: async (name, options) => startAnew(core, runtimes, find(name), options),
    stop: async (name, timeoutSec, signal, stopSignal) =>
      stopContainer(core, runtimes, find(name), { timeoutSec, signal, stopSignal }),
    restart: async (name, timeoutSec, signal, stopSignal) =>
      restart(core, runtimes, find(name), { timeoutSec, signal, stopSignal }),
    kill: async (name, signal) => kill(core, runtimes, name, signal),
    pause: (name) => pauseContainer(core, runtimes, find(name)),
    unpause: (name) => unpauseContainer(core, runtimes, find(name)),
    attach: async (name, options) => attach(core, runtimes, find(name), options),
    resize: (name, columns, rows) => runtimes.of(find(name)).running?.terminal?.resize(columns, rows),
    exec: async (name, options) => execInContainer(core, runtimes, find(name), name, options),
    logs: (name, options, signal) => {
      const record = readable(find(name));
      return containerLogs(runtimes.of(record), record, options, signal);
    },
    wait: async (name, condition, signal) => waitForContainer(runtimes, find(name), condition, signal),
    top: async (name, psArgs) => containerTop(core, runtimes, find(name), psArgs),
    rename: (name, newName) => rename(core, find(name), newName),
    update: (name, options) => update(core, runtimes, find(name), options),
    remove: async (name, { isForced = false, removesVolumes = false } = {}) =>
      removeContainer(core, runtimes, find(name), { isForced, removesVolumes }),
    removeLink: (name) => removeLink(core, name),
    prune: async (filters) => pruneContainers(core, runtimes, filters),
    changes: (name) => changes(core, runtimes, find(name)),
    exportContainer: (name, signal) => exportContainer(core, runtimes, find(name), signal),
    sealLayer: async (name) => {
      const record = find(name);
      const below = record.layers.map(({ diffId }) => diffId);
      return sealOn(core, below, runtimes.of(record).upper.freeze());
    },
    commit: async (name, options) => commitContainer(core, runtimes, find(name), options),
    statPath: (name, path) => {
      const record = find(name);
      return statPath(containerFiles(core, runtimes, record), record, path, name);
    },
    readArchive: (name, path) => {
      const record = find(name);
      return readContainerArchive(core, record, containerFiles(core, runtimes, record), path, name);
    },
    writeArchive: async (name, path, tar, options = {}) => {
      const record = find(name);
      const files = containerFiles(core, runtimes, record);
      await writeContainerArchive(core, record, files, path, name, tar, options);
    },
    resolve: (name) => {
      const { id, name: own, config } = find(name);
      return { id, name: own, hasTty: config.Tty, openStdin: config.OpenStdin };
    },
  };
}

/** By hand: automatic restarts are counted from here on. */
async function startAnew(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  options: StartOptions = {},
): Promise<void> {
  const isCounted = record.restartCount > 0 && record.state.status !== 'running' && record.state.status !== 'paused';
  const fresh = isCounted ? changeContainer(core, record.id, (one) => ({ ...one, restartCount: 0 })) : record;
  await startContainer(core, runtimes, fresh ?? record, options);
}

/** `docker rm --link`: the only links are those that are made with a container (moby daemon/delete.go, rmLink). */
function removeLink(core: EngineCore, name: string): never {
  findContainer(core, name);
  throw other('conflict', 'Conflict, cannot remove the default link name of the container');
}

async function restart(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  options: StopOptions,
): Promise<void> {
  await stopContainer(core, runtimes, record, options);
  const stopped = core.state.containers.get(record.id);
  if (stopped) await startAnew(core, runtimes, stopped);
  logContainerEvent(core, record, 'restart');
}

async function kill(core: EngineCore, runtimes: ContainerRuntimes, name: string, signal: string): Promise<void> {
  checkSignal(signal);
  let record: ContainerRecord;
  try {
    record = findContainer(core, name);
  } catch (error) {
    if (error instanceof EngineError) throw cannotKill(name, error.message, error.kind, error.code);
    throw error;
  }
  await signalContainer(core, runtimes, record, name, signal);
}

/** Before a start, the attachment waits for it; in a container that runs it is there at once. */
function attach(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  asked: AttachOptions,
): Attachment {
  // Without a terminal input may be any bytes: no keys are looked for.
  parseDetachKeys(asked.detachKeys);
  const options = record.config.Tty ? asked : { ...asked, detachKeys: '' };
  const runtime = runtimes.of(record);
  if (record.state.status === 'paused')
    throw other('conflict', `container ${record.name} is paused, unpause the container before attach`);
  logContainerEvent(core, record, 'attach');
  const earlier = options.wantsLogs ? runtime.log.since(0).chunks : [];
  const { running } = runtime;
  if (running) return attachTo(running.output, () => inputOf(runtimes, record), { ...options, earlier });
  let output = runtime.waitingOutput[0];
  if (!output) {
    output = new ProcessOutput(core.kernel.clock, runtime.log);
    runtime.waitingOutput.push(output);
  }
  return attachTo(output, () => inputOf(runtimes, record), { ...options, earlier });
}

function inputOf(runtimes: ContainerRuntimes, record: ContainerRecord): InputTarget | undefined {
  const { running } = runtimes.of(record);
  if (!running) return undefined;
  return {
    terminal: running.terminal,
    stdin: running.stdin,
    close: () => {
      // Without StdinOnce others may still want to type.
      if (!record.config.StdinOnce) return;
      running.stdin?.close();
      running.stdin = undefined;
    },
  };
}

function rename(core: EngineCore, record: ContainerRecord, newName: string): void {
  if (newName === '') throw other('invalidParameter', 'Neither old nor new names may be empty');
  if (newName.replace(/^\//, '') === record.name)
    throw other('invalidParameter', 'Renaming a container with the same name as its current name');
  const name = newNameOf(core, newName);
  const renamed = changeContainer(core, record.id, (current) => ({ ...current, name }));
  logContainerEvent(core, renamed ?? record, 'rename', { oldName: `/${record.name}` });
}

/** Throws EngineError in the words that renaming puts before. */
function newNameOf(core: EngineCore, newName: string): string {
  try {
    return checkedName(core, newName.startsWith('/') ? newName : `/${newName}`);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const verb = core.vintage === '20.10' ? 'Error' : 'error';
    throw new EngineError(error.kind, error.code, `${verb} when allocating new name: ${error.message}`);
  }
}

function update(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  options: UpdateOptions,
): { readonly warnings: readonly string[] } {
  if (record.hostConfig.AutoRemove && options.restartPolicy && options.restartPolicy.Name !== 'no')
    throw other(
      'conflict',
      `Cannot update container ${record.id}: Restart policy cannot be updated because AutoRemove is enabled for the container`,
    );
  if (options.restartPolicy) checkRestartPolicy(options.restartPolicy);
  // moby container/container_unix.go, UpdateContainer
  const { Memory: memory = 0, MemorySwap: swap = 0 } = options.resources ?? {};
  if (memory > record.hostConfig.MemorySwap && memory > 0 && swap === 0)
    throw other(
      'conflict',
      `Cannot update container ${record.id}: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time`,
    );
  checkResources({ ...record.hostConfig, ...options.resources });
  const changed = changeContainer(core, record.id, (current) => ({
    ...current,
    hostConfig: {
      ...current.hostConfig,
      ...options.resources,
      ...(options.restartPolicy && { RestartPolicy: options.restartPolicy }),
    },
  }));
  const cgroup = runtimes.of(record).running?.namespaces.cgroup;
  if (cgroup && changed) cgroup.limits = cgroupLimitsOf(changed.hostConfig);
  logContainerEvent(core, changed ?? record, 'update');
  return { warnings: [] };
}

function changes(core: EngineCore, runtimes: ContainerRuntimes, record: ContainerRecord) {
  const { upper, initLayer } = runtimes.of(record);
  const below = mountRootfs(record.layers, initLayer, undefined, () => core.kernel.clock.now());
  return layerChanges(upper.freeze(), below);
}

/** The merged tree as it was when it was asked for, without volumes (moby daemon, containerExport). */
function exportContainer(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const { upper, initLayer } = runtimes.of(record);
  const now = () => core.kernel.clock.now();
  const frozen = new OverlayMount({ lowers: [upper.freeze(), initLayer, ...imageLowers(record.layers, now)] });
  signal?.throwIfAborted();
  logContainerEvent(core, record, 'export');
  return daemonTar(core, containerFiles(core, runtimes, record), treeMembers(frozen, '/', ''));
}
