import { S_IFCHR, S_IFDIR, deviceNumber } from '../../vfs/overlay/fileMode.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { DEVICES } from './devices.ts';
import { GeneratedFilesystem, type GeneratedNode } from './generatedFilesystem.ts';
import type { Pty } from './pty.ts';
import { memoryFilesystem } from './memoryFilesystem.ts';

/** /dev as containers and small systems have it. */
export function devFilesystem(now: () => Timestamp): OverlayMount {
  const dev = memoryFilesystem(now);
  dev.credentials = { ...dev.credentials, umask: 0 };
  for (const name of ['null', 'zero', 'full', 'random', 'urandom', 'tty'] as const)
    dev.mknod(`/${name}`, S_IFCHR | 0o666, DEVICES[name]);
  dev.mkdir('/pts', 0o755);
  dev.mkdir('/shm', 0o1777);
  dev.mkdir('/mqueue', 0o1777);
  dev.symlink('/proc/self/fd', '/fd');
  dev.symlink('/proc/self/fd/0', '/stdin');
  dev.symlink('/proc/self/fd/1', '/stdout');
  dev.symlink('/proc/self/fd/2', '/stderr');
  dev.symlink('pts/ptmx', '/ptmx');
  dev.symlink('/proc/kcore', '/core');
  dev.credentials = { ...dev.credentials, umask: 0o022 };
  return dev;
}

/** /dev/pts: the terminals that are open. */
export class PtsFilesystem extends GeneratedFilesystem {
  readonly #owner: { readonly terminals: ReadonlySet<Pty> };

  /** `owner`: the machine, or a container, whose terminals show. */
  constructor(owner: { readonly terminals: ReadonlySet<Pty> }) {
    super();
    this.#owner = owner;
  }

  protected node(path: string): GeneratedNode | undefined {
    const terminals = [...this.#owner.terminals];
    if (path === '')
      return { mode: S_IFDIR | 0o755, names: () => [...terminals.map(({ number }) => String(number)), 'ptmx'] };
    if (path === 'ptmx') return { mode: S_IFCHR | 0o666, device: DEVICES.ptmx };
    const terminal = terminals.find(({ number }) => String(number) === path);
    return terminal && { mode: S_IFCHR | 0o620, gid: 5, device: deviceNumber(136, terminal.number) };
  }
}
