import { decodeName } from '../bytes/byteName.ts';
import { O_RDONLY } from '../vfs/overlay/openFlags.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import { VfsError } from '../vfs/vfsError.ts';

/** The columns of the first line of a file like /etc/passwd that begins with a name. Undefined where there is none, or
 *  the file cannot be opened. */
export async function accountLine(
  mount: OverlayMount,
  path: string,
  name: string,
): Promise<readonly string[] | undefined> {
  let fd: number;
  try {
    fd = mount.open(path, O_RDONLY);
  } catch (error) {
    if (error instanceof VfsError) return undefined;
    throw error;
  }
  try {
    const content = mount.content(fd);
    const text = decodeName(await content.read(0, content.sizeBytes));
    return text
      .split('\n')
      .map((line) => line.split(':'))
      .find(([first]) => first === name);
  } finally {
    mount.close(fd);
  }
}
