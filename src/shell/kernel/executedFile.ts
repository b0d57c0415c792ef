import { S_ISGID, S_ISUID } from '../../vfs/overlay/fileMode.ts';
import { ROOT } from '../../vfs/overlay/permission.ts';
import { decodeFileCapabilities } from './capabilities.ts';
import type { Place } from './mountNamespace.ts';
import type { ExecutedFile } from './processCredentials.ts';
import { CAPABILITY_XATTR } from '../../vfs/capability.ts';

/** What executing the file changes of who does it; undefined for most files, and on mounts that let none
 *  (mount(8), `nosuid`). */
export function executedFile({ mount, inner }: Place): ExecutedFile | undefined {
  const { filesystem, options } = mount;
  // Asked by the kernel itself.
  filesystem.credentials = ROOT;
  const { mode, uid, gid } = filesystem.lstat(inner);
  const hasCapabilities = filesystem.listXattrs(inner).includes(CAPABILITY_XATTR);
  if (!hasCapabilities && (mode & (S_ISUID | S_ISGID)) === 0) return undefined;
  if (options?.split(',').includes('nosuid')) return undefined;
  const capabilities = hasCapabilities
    ? decodeFileCapabilities(filesystem.getXattr(inner, CAPABILITY_XATTR))
    : undefined;
  return { mode, uid, gid, capabilities };
}
