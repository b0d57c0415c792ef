import type { Timestamp } from '../../vfs/overlay/layer.ts';
import { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { Upper } from '../../vfs/overlay/upper.ts';

/** An empty writable filesystem: a tmpfs. Its root is root's, 0755. */
export function memoryFilesystem(now: () => Timestamp): OverlayMount {
  return new OverlayMount({ lowers: [new Upper({ now }).freeze()], upper: new Upper({ now }) });
}
