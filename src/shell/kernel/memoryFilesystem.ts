import type { Timestamp } from '../../vfs/overlay/layer.ts';
import { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { Upper } from '../../vfs/overlay/upper.ts';

/** An empty writable filesystem: a tmpfs. Its root is root's, 0755. */
export function memoryFilesystem(now: () => Timestamp, limitBytes?: number): OverlayMount {
  const upper = new Upper({ now, ...(limitBytes === undefined ? {} : { limitBytes }) });
  return new OverlayMount({ lowers: [new Upper({ now }).freeze()], upper });
}
