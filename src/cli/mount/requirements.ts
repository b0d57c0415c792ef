import { existsSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { CliError } from '../cliError.ts';

const INSTEAD = 'palimpsest extract writes the files to a folder anywhere';

/** Whether this system and user can mount at all. Throws CliError `unsupported` that says what to do. */
export function requireMounting(): void {
  if (process.platform !== 'linux') {
    throw new CliError('unsupported', `mounting needs Linux and its /dev/fuse; ${INSTEAD}`);
  }
  if (process.getuid?.() !== 0) {
    throw new CliError('unsupported', `mounting needs root: run it again with sudo; without root, ${INSTEAD}`);
  }
  if (!existsSync('/dev/fuse')) {
    throw new CliError(
      'unsupported',
      '/dev/fuse is not there: load the kernel module with “modprobe fuse”, or in a container pass ' +
        `“--device /dev/fuse --cap-add SYS_ADMIN”; else, ${INSTEAD}`,
    );
  }
}

/** The absolute path of a folder to mount on. A folder that holds something is accepted, as by mount(8): that is
 *  hidden meanwhile. Throws CliError `wrongKind`, or Node's error where there is none. */
export async function mountFolder(name: string): Promise<string> {
  const path = await realpath(name);
  await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') throw new CliError('wrongKind', `${name} is no folder to mount on`);
    throw error;
  });
  return path;
}
