import { decodeName } from '../../bytes/byteName.ts';
import { isRegular } from '../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { readFile, stat } from './calls.ts';
import type { Process } from './process.ts';

/** Builds of busybox are of one or two megabytes. */
const MAX_PROGRAM_BYTES = 8 << 20;
const PLACES = ['/bin/busybox', '/usr/bin/busybox', '/bin/sh'];
const GREETING = 'built-in shell (ash)';

/** What a busybox that is really there says of itself. */
export interface BusyboxBuild {
  /** `BusyBox v1.35.0 (Debian 1:1.35.0-4)`. */
  readonly version: string;
  /** What an interactive shell says first; empty where it was built to say nothing (FEATURE_SH_EXTRA_QUIET). */
  readonly greeting: string;
  /** Distributions configure it in ways that its output shows. */
  readonly isDebian: boolean;
}

/** Undefined where there is none, or a stand-in, which names no version. Cost: reads the program. */
export async function busyboxBuild(process: Process): Promise<BusyboxBuild | undefined> {
  for (const path of PLACES) {
    try {
      const { mode, sizeBytes } = stat(process, path);
      if (!isRegular(mode) || sizeBytes > MAX_PROGRAM_BYTES) continue;
      const text = decodeName(await readFile(process, path, MAX_PROGRAM_BYTES));
      const version = /BusyBox v\d[\w.]*(?: \([ -~]{1,100}\))?/.exec(text)?.[0];
      if (version === undefined) return undefined;
      return { version, greeting: text.includes(GREETING) ? GREETING : '', isDebian: version.includes('(Debian ') };
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
    }
  }
  return undefined;
}
