import { basename } from 'node:path';
import type { FuseFilesystem } from '../../fuse/fuseFilesystem.ts';
import { MountError, mountFuse } from '../../fuse/mountPoint.ts';
import { serveFuse } from '../../fuse/serve.ts';
import { printableName } from '../../bytes/byteName.ts';
import { CliError } from '../cliError.ts';
import type { CommandContext } from '../command.ts';
import { describeError } from '../describeError.ts';
import { MOUNTED_MESSAGE } from './supervise.ts';

/** More faults than this are counted, not shown. */
const SHOWN_FAULTS = 20;

export interface ServedImage {
  readonly filesystem: FuseFilesystem;
  readonly folder: string;
  /** Path of the archive. */
  readonly file: string;
  readonly mountOptions: readonly string[];
  /** Printed once it is mounted. */
  readonly announcement: string;
}

/** Mounts, says so, and serves until somebody unmounts. Throws CliError `mount`. */
export async function serveImage(image: ServedImage, context: CommandContext): Promise<void> {
  const { filesystem, folder, file, mountOptions, announcement } = image;
  const faults: string[] = [];
  let faultCount = 0;
  const descriptor = mountWithAdvice(folder, file, mountOptions);
  context.progress.clear();
  await tellSupervisor();
  await context.output.line(announcement);
  await context.output.flush();
  const end = await serveFuse(descriptor, filesystem, (fault) => {
    faultCount++;
    if (faults.length < SHOWN_FAULTS) faults.push(describeError(fault, file));
  });
  for (const fault of faults) await context.errors.line(`palimpsest: ${fault}`);
  if (faultCount > faults.length)
    await context.errors.line(`palimpsest: and ${faultCount - faults.length} more faults`);
  if (end === 'aborted') await context.errors.line(`note: ${folder} was in use when it was unmounted`);
}

function mountWithAdvice(folder: string, file: string, options: readonly string[]): number {
  const label = printableName(basename(file)).replaceAll(/[^\w.:@+-]/g, '_');
  try {
    return mountFuse({ folder, label: `palimpsest:${label}`, options });
  } catch (error) {
    if (!(error instanceof MountError)) throw error;
    const advice =
      error.code === 'noDevice'
        ? 'in a container pass “--device /dev/fuse --cap-add SYS_ADMIN”'
        : 'mounting takes CAP_SYS_ADMIN, which containers lack by default (“--cap-add SYS_ADMIN”)';
    throw new CliError('mount', `cannot mount on ${folder}: ${error.message}; ${advice}`);
  }
}

function tellSupervisor(): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(MOUNTED_MESSAGE, undefined, undefined, () => resolve());
    else resolve();
  });
}
