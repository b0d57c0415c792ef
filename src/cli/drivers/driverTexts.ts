import type { CopyUnit, DriverName, Evidence, MetadataStep, Operation, OperationCost } from '../../drivers/driver.ts';
import { formatBinary } from '../formatBinary.ts';

export const DRIVER_RULES: Readonly<Record<DriverName, string>> = {
  overlay2:
    'dockerd with the kernel’s OverlayFS. A directory a layer, holding its changes; a container is one mount of them ' +
    'all. The first change of a file, chmod included, copies it whole. Renaming a directory of a layer fails (EXDEV).',
  'fuse-overlayfs':
    'dockerd with OverlayFS in user space. Directories as overlay2’s, whiteouts of layers as .wh. files. The first ' +
    'change of a file copies it whole.',
  aufs:
    'dockerd up to 23 with AUFS. diff/ holds changes with .wh. files, layers/ the order, mnt/ the mounts. The first ' +
    'change of a file copies it whole. A directory can be renamed only while it is empty.',
  devicemapper:
    'dockerd up to 24 with thin provisioning. Each layer is a block device, a snapshot of the one below. The first ' +
    'write copies the pool’s block of 64 KiB.',
  btrfs:
    'dockerd on btrfs. Each layer is a subvolume, a snapshot of the one below. A write takes a new sector of 4 KiB; ' +
    'files up to 2 KiB lie in metadata.',
  zfs:
    'dockerd on ZFS. Each layer is a dataset, a clone of a snapshot of the one below. A write copies the record of ' +
    'up to 128 KiB.',
  vfs:
    'dockerd without any union. Each layer and container is a full copy of all below it, a container even two: ' +
    'everything is paid when it is made, nothing later. Where the filesystem can share extents, copies take no space.',
  windowsfilter:
    'dockerd on Windows. A folder a layer with its own files, layerchain.json names those below; a container’s ' +
    'changes go to sandbox.vhdx. What a write copies is not documented.',
  'containerd-overlayfs':
    'containerd’s default. snapshots/N/fs holds a layer’s changes, mounted as overlay2 does; no init layer.',
  'containerd-native':
    'containerd without any union. Each snapshot is a full copy of all below it, sharing extents where the filesystem can.',
  'containerd-btrfs': 'containerd on btrfs. Layers are snapshots in snapshots/N, containers in active/N.',
};

export const EVIDENCE_TEXTS: Readonly<Record<Evidence, string>> = { measured: 'measured', documentation: 'documented' };

export const OPERATION_TITLES: Readonly<Record<Operation, string>> = {
  read: 'read',
  firstWrite: 'first write',
  secondWrite: 'second write',
  chmod: 'chmod',
  rename: 'rename',
  delete: 'delete',
};

export function copyUnitText(copyUnit: CopyUnit): string {
  switch (copyUnit.unit) {
    case 'file':
      return 'whole file';
    case 'block':
      return formatBinary(copyUnit.sizeBytes);
    case 'nothing':
      return 'nothing';
    case 'unknown':
      return '?';
  }
}

/** What an operation adds to the disk: `64 KiB`, `EXDEV 1.2 MiB`, `?` where it is not known. */
export function growthText(cost: OperationCost | undefined): string {
  if (cost === undefined) return '?';
  const growth = formatBinary(cost.allocatedBytes);
  return cost.refusal === undefined ? growth : cost.refusal === 'EISDIR' ? 'EISDIR' : `${cost.refusal} ${growth}`;
}

const STEP_TEXTS: Readonly<Record<MetadataStep['step'], readonly [one: string, several: string]>> = {
  lookup: ['layer searched', 'layers searched'],
  copyUpDirectory: ['directory copied up', 'directories copied up'],
  copyUpInode: ['file copied up', 'files copied up'],
  whiteout: ['whiteout', 'whiteouts'],
  inodeUpdate: ['inode changed', 'inodes changed'],
  rename: ['name changed', 'names changed'],
  unlink: ['name removed', 'names removed'],
};

export function stepsText(cost: OperationCost | undefined): string {
  if (cost === undefined) return '';
  return cost.steps.map(({ step, count }) => `${count} ${STEP_TEXTS[step][count === 1 ? 0 : 1]}`).join(', ');
}
