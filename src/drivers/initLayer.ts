import { encodeName } from '../bytes/byteName.ts';
import { NO_ENTRY, type LayerTree } from '../vfs/layerTree.ts';
import type { LayerUnion } from '../vfs/layerUnion.ts';
import { TreeMaker } from './treeMaker.ts';

/** What dockerd puts between an image and a container's own layer, so that the files it mounts over are there (moby
 *  daemon/initlayer/setup_unix.go; seen with 20.10). A file or link of the image at such a path gives way, a directory
 *  stays. */
const INIT_PATHS: readonly {
  readonly path: string;
  readonly make: 'file' | 'directory' | { readonly link: string };
}[] = [
  { path: '.dockerenv', make: 'file' },
  { path: 'dev/console', make: 'file' },
  { path: 'dev/pts', make: 'directory' },
  { path: 'dev/shm', make: 'directory' },
  { path: 'etc/hostname', make: 'file' },
  { path: 'etc/hosts', make: 'file' },
  { path: 'etc/mtab', make: { link: '/proc/mounts' } },
  { path: 'etc/resolv.conf', make: 'file' },
  { path: 'proc', make: 'directory' },
  { path: 'sys', make: 'directory' },
];

const MADE_MODE = 0o755;

/** The init layer over an image, as a changeset. All its files are empty. */
export function initLayer(image: LayerUnion): LayerTree {
  const maker = new TreeMaker({ mode: MADE_MODE });
  for (const { path, make } of INIT_PATHS) {
    const parts = path.split('/');
    const existing = image.resolve(path);
    if (existing >= 0 && image.isDirectory(existing)) continue;
    let node = 0;
    let at = maker.root;
    for (const part of parts.slice(0, -1)) {
      node = node < 0 ? NO_ENTRY : image.lookup(node, encodeName(part));
      at = openDirectory(maker, at, part, image, node);
      if (node >= 0 && !image.isDirectory(node)) node = NO_ENTRY;
    }
    const name = parts.at(-1) as string;
    const isReplaced = node >= 0 && image.lookup(node, encodeName(name)) >= 0;
    if (make === 'file') maker.file(at, name, { mode: MADE_MODE }, '');
    else if (make === 'directory') makeDirectory(maker, at, name, isReplaced);
    else maker.symlink(at, name, make.link);
  }
  return maker.finish().tree;
}

/** A directory of the image is copied up; what is no directory is removed, and the new one hides it. */
function openDirectory(maker: TreeMaker, at: number, name: string, image: LayerUnion, node: number): number {
  const made = maker.find(at, name);
  if (made >= 0) return made;
  if (node < 0 || !image.isDirectory(node)) return makeDirectory(maker, at, name, node >= 0);
  const copy = maker.directory(at, name, { mode: MADE_MODE });
  maker.copyAttributes(copy, { tree: image.tree(node), index: 0 }, image.entry(node));
  return copy;
}

function makeDirectory(maker: TreeMaker, at: number, name: string, isOpaque: boolean): number {
  const node = maker.directory(at, name, { mode: MADE_MODE });
  if (isOpaque) maker.setOpaque(node);
  return node;
}
