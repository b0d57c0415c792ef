import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FuseFilesystem } from '../../fuse/fuseFilesystem.ts';
import { MountError, mountFuse } from '../../fuse/mountPoint.ts';
import { RequestPace } from '../../fuse/requestPace.ts';
import { serveFuse } from '../../fuse/serve.ts';
import { printableName } from '../../bytes/byteName.ts';
import { CliError } from '../cliError.ts';
import type { CommandContext } from '../command.ts';
import { describeError } from '../describeError.ts';
import type { MountPlan } from './mountPlan.ts';
import { MOUNTED_MESSAGE } from './supervise.ts';

/** More faults than this are counted, not shown. */
const SHOWN_FAULTS = 20;

/** Mounts, says so, and serves until somebody unmounts. Throws CliError `mount`. */
export async function serveImage(
  filesystem: FuseFilesystem,
  plan: MountPlan,
  announcement: string,
  context: CommandContext,
): Promise<void> {
  const { file, folder } = plan;
  const faults: string[] = [];
  let faultCount = 0;
  const descriptor = mountWithAdvice(plan);
  context.progress.clear();
  await tellSupervisor();
  await context.output.line(announcement);
  await context.output.flush();
  const noteFault = (fault: unknown) => {
    faultCount++;
    if (faults.length < SHOWN_FAULTS) faults.push(describeError(fault, file));
  };
  const pace = new RequestPace((bursts) => {
    if (context.latencyThread) new Worker(context.latencyThread, { workerData: bursts });
  });
  const end = await serveFuse(descriptor, filesystem, noteFault, pace);
  for (const fault of faults) await context.errors.line(`palimpsest: ${fault}`);
  if (faultCount > faults.length)
    await context.errors.line(`palimpsest: and ${faultCount - faults.length} more faults`);
  if (end === 'aborted') await context.errors.line(`note: ${folder} was in use when it was unmounted`);
}

function mountWithAdvice({ folder, file, access, kernelOptions }: MountPlan): number {
  const options = access === 'readOnly' ? ['ro', ...kernelOptions] : kernelOptions;
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
