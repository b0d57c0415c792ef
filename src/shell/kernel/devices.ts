import { deviceMajor, deviceMinor, deviceNumber, S_IFCHR } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { plainStat } from './noStat.ts';
import { OpenFile } from './openFile.ts';
import type { Process } from './process.ts';

/** Numbers of devices that every Linux has (devices.txt). */
export const DEVICES = {
  null: deviceNumber(1, 3),
  zero: deviceNumber(1, 5),
  full: deviceNumber(1, 7),
  random: deviceNumber(1, 8),
  urandom: deviceNumber(1, 9),
  tty: deviceNumber(5, 0),
  console: deviceNumber(5, 1),
  ptmx: deviceNumber(5, 2),
} as const;

/** Pseudo-terminals (devices.txt). */
const PTS_MAJOR = 136;
const NO_BYTES = new Uint8Array(0);
const MAX_CHUNK_BYTES = 65536;

class CharacterDevice extends OpenFile {
  readonly path: string;
  readonly #stat: Stat;
  readonly #read: (maxBytes: number) => Uint8Array;
  readonly #isFull: boolean;

  constructor(path: string, device: number, read: (maxBytes: number) => Uint8Array) {
    super();
    this.path = path;
    this.#stat = plainStat(S_IFCHR | 0o666, device % 2 ** 32, device);
    this.#read = read;
    this.#isFull = device === DEVICES.full;
  }

  read(maxBytes: number): Uint8Array {
    return this.#read(Math.min(maxBytes, MAX_CHUNK_BYTES));
  }

  write(_bytes: Uint8Array): undefined {
    if (this.#isFull) throw new VfsError('ENOSPC', 'write', this.path);
    return undefined;
  }

  override seek(): number {
    return 0;
  }

  stat(): Stat {
    return this.#stat;
  }

  protected release(): void {}
}

/** Opens the device of that number. Throws ENXIO for what is not simulated, and for a terminal that is not there. */
export function openDevice(process: Process, device: number, path: string): OpenFile {
  switch (device) {
    case DEVICES.null:
      return new CharacterDevice(path, device, () => NO_BYTES);
    case DEVICES.zero:
    case DEVICES.full:
      return new CharacterDevice(path, device, (maxBytes) => new Uint8Array(maxBytes));
    case DEVICES.random:
    case DEVICES.urandom:
      return new CharacterDevice(path, device, (maxBytes) => process.kernel.random(maxBytes));
    case DEVICES.tty:
    case DEVICES.console:
      if (process.terminal) return process.terminal.slave.retain();
      throw new VfsError('ENXIO', 'open', path);
    default:
      return openTerminal(process, device, path);
  }
}

function openTerminal(process: Process, device: number, path: string): OpenFile {
  if (deviceMajor(device) === PTS_MAJOR) {
    // Numbers are those of a devpts: the process's own terminal goes before others of that number.
    const own = process.terminal ? [process.terminal] : [];
    for (const terminal of [...own, ...process.kernel.terminals]) {
      if (terminal.number === deviceMinor(device)) return terminal.slave.retain();
    }
  }
  throw new VfsError('ENXIO', 'open', path);
}
