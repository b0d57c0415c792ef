import { O_CREAT, O_WRONLY } from '../vfs/overlay/openFlags.ts';
import { isDirectory } from '../vfs/overlay/fileMode.ts';
import type { Layer, Timestamp } from '../vfs/overlay/layer.ts';
import { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import { Upper } from '../vfs/overlay/upper.ts';
import type { UpperView } from '../vfs/overlay/upperView.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { LayerRecord } from './imageRecord.ts';
import { lowerLayers } from './layerStore.ts';

const MADE_MODE = 0o755;

/** What dockerd puts between an image and a container's own layer, so that the files it mounts over are there (moby
 *  daemon/initlayer, setup_unix.go). */
const INIT_PATHS: readonly {
  readonly path: string;
  readonly make: 'file' | 'directory' | { readonly link: string };
}[] = [
  { path: '/dev/pts', make: 'directory' },
  { path: '/dev/shm', make: 'directory' },
  { path: '/proc', make: 'directory' },
  { path: '/sys', make: 'directory' },
  { path: '/.dockerenv', make: 'file' },
  { path: '/etc/resolv.conf', make: 'file' },
  { path: '/etc/hosts', make: 'file' },
  { path: '/etc/hostname', make: 'file' },
  { path: '/dev/console', make: 'file' },
  { path: '/etc/mtab', make: { link: '/proc/mounts' } },
];

/** The layers of an image as a mount takes them, top first. */
export function imageLowers(layers: readonly LayerRecord[], now: () => Timestamp): readonly Layer[] {
  return layers.length > 0 ? lowerLayers(layers) : [new Upper({ now }).freeze()];
}

/** The init layer over an image: empty files, and directories, where the engine mounts its own. */
export function makeInitLayer(layers: readonly LayerRecord[], now: () => Timestamp): UpperView {
  const upper = new Upper({ now });
  const mount = new OverlayMount({ lowers: imageLowers(layers, now), upper });
  for (const { path, make } of INIT_PATHS) {
    makeParents(mount, path);
    if (!makesRoom(mount, path)) continue;
    if (make === 'directory') mount.mkdir(path, MADE_MODE);
    else if (make === 'file') mount.close(mount.open(path, O_CREAT | O_WRONLY, MADE_MODE));
    else mount.symlink(make.link, path);
  }
  return upper.freeze();
}

function makeParents(mount: OverlayMount, path: string): void {
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const parent = path.slice(0, slash);
    if (makesRoom(mount, parent)) mount.mkdir(parent, MADE_MODE);
  }
}

/** Takes a file or link away. False where a directory stands. */
function makesRoom(mount: OverlayMount, path: string): boolean {
  try {
    if (isDirectory(mount.lstat(path).mode)) return false;
    mount.unlink(path);
  } catch (error) {
    if (!(error instanceof VfsError) || error.code !== 'ENOENT') throw error;
  }
  return true;
}

/** A container's root filesystem: its own layer over the init layer over the image. */
export function mountRootfs(
  layers: readonly LayerRecord[],
  initLayer: UpperView,
  upper: Upper | undefined,
  now: () => Timestamp,
): OverlayMount {
  return new OverlayMount({ lowers: [initLayer, ...imageLowers(layers, now)], ...(upper && { upper }) });
}
