import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** No mount, or none any more. */
export class MountError extends Error {
  override readonly name = 'MountError';
  readonly code: MountErrorCode;
  constructor(code: MountErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export type MountErrorCode =
  | 'noDevice' // /dev/fuse is not there or may not be opened
  | 'refused' // mount(8) failed
  | 'busy' // umount(8): somebody uses it
  | 'failed'; // umount(8) failed otherwise

const DEVICE = '/dev/fuse';
/** The descriptor under which mount(8) is given the device. */
const HANDED_DOWN = 3;

export interface MountRequest {
  readonly folder: string;
  /** Shown as the device in /proc/mounts. */
  readonly label: string;
  /** Words for `mount -o`, such as `ro`, `nosuid`, `nodev`. */
  readonly options: readonly string[];
}

/** Mounts with the system's mount(8), as root. Returns the descriptor of /dev/fuse from which the kernel's requests
 *  come. Throws MountError. */
export function mountFuse({ folder, label, options }: MountRequest): number {
  const descriptor = openDevice();
  const all = [
    `fd=${HANDED_DOWN},rootmode=40000,user_id=0,group_id=0`,
    'allow_other',
    'default_permissions',
    'subtype=palimpsest',
    ...options,
  ];
  const run = spawnSync('mount', ['-i', '-t', 'fuse', '-o', all.join(','), label, folder], {
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
    encoding: 'utf8',
  });
  if (run.status === 0) return descriptor;
  closeSync(descriptor);
  throw new MountError('refused', run.error?.message ?? lastLine(run.stderr), run.error);
}

function openDevice(): number {
  try {
    return openSync(DEVICE, 'r+');
  } catch (error) {
    throw new MountError(
      'noDevice',
      `${DEVICE}: ${(error as NodeJS.ErrnoException).code ?? 'cannot be opened'}`,
      error,
    );
  }
}

/** `lazy` takes it out of sight now and lets go when the last user has gone; `force` fails the requests under way. */
export type UnmountManner = 'plain' | 'lazy' | 'force';

const FLAGS: Readonly<Record<UnmountManner, readonly string[]>> = { plain: [], lazy: ['-l'], force: ['-f'] };

/** Unmounts with umount(8). Throws MountError. */
export function unmountFuse(folder: string, manner: UnmountManner = 'plain'): void {
  const run = spawnSync('umount', ['-i', ...FLAGS[manner], folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (run.status === 0) return;
  const message = run.error?.message ?? lastLine(run.stderr);
  throw new MountError(message.includes('busy') ? 'busy' : 'failed', message, run.error);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
