import { EngineError } from './engineError.ts';
import { other } from './messages.ts';
import type { EngineVintage } from './systemCalls.ts';

// The daemon's words about containers, volumes and networks.

export function noSuchContainer(typed: string): EngineError {
  return new EngineError('notFound', 'noSuchContainer', `No such container: ${typed}`);
}

export function nameInUse(name: string, id: string): EngineError {
  return new EngineError(
    'conflict',
    'nameInUse',
    `Conflict. The container name "/${name}" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`,
  );
}

export function notRunning(id: string): EngineError {
  return new EngineError('conflict', 'notRunning', `Container ${id} is not running`);
}

export function pausedExec(name: string): EngineError {
  return new EngineError('conflict', 'paused', `Container ${name} is paused, unpause the container before exec`);
}

export function cannotKill(
  typed: string,
  why: string,
  kind: EngineError['kind'],
  code: EngineError['code'],
): EngineError {
  return new EngineError(kind, code, `Cannot kill container: ${typed}: ${why}`);
}

export function cannotRemoveRunning(vintage: EngineVintage, name: string, id: string, status: string): EngineError {
  const message =
    vintage === '20.10'
      ? status === 'paused'
        ? `You cannot remove a paused container ${id}. Unpause and then stop the container before attempting removal or force remove`
        : `You cannot remove a ${status} container ${id}. Stop the container before attempting removal or force remove`
      : `cannot remove container "/${name}": container is ${status}: ${
          status === 'paused' ? 'unpause and stop' : 'stop'
        } the container before removing or force remove`;
  return new EngineError('conflict', 'other', message);
}

/** What runc says of a command that it cannot execute. */
export function cannotStart(
  vintage: EngineVintage,
  why: string,
  code: 'startNotFound' | 'startDenied' | 'other',
): EngineError {
  const task = vintage === '20.10' ? '' : 'failed to create task for container: ';
  return new EngineError(
    'invalidParameter',
    code,
    `${task}failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${why}: unknown`,
  );
}

export function execFault(why: string): string {
  const words = `OCI runtime exec failed: exec failed: unable to start container process: ${why}: unknown`;
  return why.endsWith('not a directory') ? `${words}: ${MOUNT_HINT}` : words;
}

/** What the daemon says behind any ENOTDIR of runc (moby daemon/errors.go, translateContainerdStartErr). */
export const MOUNT_HINT =
  'Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type';

export function noSuchPath(path: string, typed: string): EngineError {
  return new EngineError('notFound', 'noSuchPath', `Could not find the file ${path} in container ${typed}`);
}

export function noSuchVolume(name: string): EngineError {
  return new EngineError('notFound', 'noSuchVolume', `get ${name}: no such volume`);
}

export function volumeInUse(name: string, containers: readonly string[]): EngineError {
  return new EngineError('conflict', 'other', `remove ${name}: volume is in use - [${containers.join(', ')}]`);
}

export function noSuchNetwork(name: string): EngineError {
  return new EngineError('notFound', 'noSuchNetwork', `network ${name} not found`);
}

export function noCommand(): EngineError {
  return other('invalidParameter', 'No command specified');
}

export function invalidMount(spec: string, why: string): EngineError {
  return other('invalidParameter', `invalid volume specification: '${spec}'${why === '' ? '' : `: ${why}`}`);
}
