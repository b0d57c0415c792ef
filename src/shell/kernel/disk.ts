import { VfsError } from '../../vfs/vfsError.ts';

/** What the machine's disk can hold. A copy-up is not counted: its bytes stay where they were. */
export class Disk {
  readonly capacityBytes: number;
  usedBytes: number;

  constructor(capacityBytes: number, usedBytes = 0) {
    this.capacityBytes = capacityBytes;
    this.usedBytes = usedBytes;
  }

  get freeBytes(): number {
    return Math.max(0, this.capacityBytes - this.usedBytes);
  }

  /** Throws ENOSPC when there is no room. */
  take(sizeBytes: number, path: string): void {
    if (this.usedBytes + sizeBytes > this.capacityBytes) throw new VfsError('ENOSPC', 'write', path);
    this.usedBytes += sizeBytes;
  }

  free(sizeBytes: number): void {
    this.usedBytes = Math.max(0, this.usedBytes - sizeBytes);
  }
}
