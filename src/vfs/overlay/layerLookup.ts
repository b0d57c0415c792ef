import { encodeName } from '../../bytes/byteName.ts';
import { isDirectory, isRegular } from './fileMode.ts';
import { NO_INODE } from './layer.ts';
import type { MountState } from './mountState.ts';

const NAME_MAX_BYTES = 255;

/** Of the name that a text has from `start` on. */
export function isTooLong(text: string, start = 0): boolean {
  if ((text.length - start) * 3 <= NAME_MAX_BYTES) return false;
  const name = text.slice(start);
  return name.length > NAME_MAX_BYTES || encodeName(name).length > NAME_MAX_BYTES;
}

/** A lookup on its way down the layers: what it looks for may change with a redirect, and it ends at a whiteout, at
 *  a file, and below an opaque directory. */
export class Search {
  /** A name, or a path from the layers' roots after an absolute redirect. */
  target: string;
  isDirectory = false;
  opaque = false;
  stop = false;
  /** Nothing lies below: marks for what lies below are not read. */
  last: boolean;
  metacopy = false;
  hasFileWhiteouts = false;
  /** The target as the last redirect gave it. */
  redirect: string | undefined;
  isAbsoluteRedirect = false;
  readonly asked: number[] = [];

  constructor(name: string, last: boolean) {
    this.target = name;
    this.last = last;
  }
}

/** Looks for the search's target in one layer, `directory` being the parent there, or the root when the target is a
 *  path. `known`: the inode that the layer has under a target that is a name, where that has been found out already.
 *  Gives the inode or NO_INODE. */
export function lookupInLayer(
  mount: MountState,
  layerIndex: number,
  directory: number,
  search: Search,
  known = NO_INODE,
): number {
  countAsked(mount, layerIndex, search);
  if (!search.target.startsWith('/')) {
    const inode = known === NO_INODE ? mount.layer(layerIndex).lookup(directory, search.target) : known;
    return judge(mount, layerIndex, inode, search, '', '');
  }
  let base = directory;
  // The prefix can change with a redirect met on the way, so what is left is counted from the end.
  let leftLength = search.target.length - 1;
  for (;;) {
    const { target } = search;
    const start = target.length - leftLength;
    const slash = target.indexOf('/', start);
    const end = slash < 0 ? target.length : slash;
    if (!isDirectory(mount.layer(layerIndex).mode(base))) return NO_INODE;
    const inode = mount.layer(layerIndex).lookup(base, target.slice(start, end));
    base = judge(mount, layerIndex, inode, search, target.slice(0, start), target.slice(end));
    if (base === NO_INODE || slash < 0) return base;
    leftLength -= end - start + 1;
  }
}

export function countAsked(mount: MountState, layerIndex: number, search: Search): void {
  mount.counters.layersSearched++;
  if (mount.listener) search.asked.push(layerIndex);
}

/** What an inode that a layer has under a name, or a part of a path, means for the search. */
function judge(
  mount: MountState,
  layerIndex: number,
  inode: number,
  search: Search,
  before: string,
  after: string,
): number {
  const layer = mount.layer(layerIndex);
  const isLastPart = after === '';
  if (inode === NO_INODE) return NO_INODE;
  if (mount.xattrs.isWhiteout(layer, inode)) {
    search.stop = true;
    search.opaque = true;
    return NO_INODE;
  }
  const mode = layer.mode(inode);
  if (isLastPart && search.metacopy && !isRegular(mode)) {
    search.stop = true;
    return NO_INODE;
  }
  if (isDirectory(mode)) {
    if (isLastPart) search.isDirectory = true;
    if (search.last || readOpaque(mount, layerIndex, inode, search, isLastPart)) return inode;
  } else {
    if (search.isDirectory || !isLastPart) {
      search.stop = true;
      return NO_INODE;
    }
    const metacopy = mount.xattrs.metacopy(layer, inode);
    if (metacopy === undefined) throw mount.fail('EIO');
    search.metacopy = metacopy;
    search.stop = !metacopy;
    if (!metacopy || search.last) return inode;
  }
  followRedirect(mount, layerIndex, inode, search, before, after);
  return inode;
}

/** True where the search ends. */
function readOpaque(
  mount: MountState,
  layerIndex: number,
  directory: number,
  search: Search,
  isLastPart: boolean,
): boolean {
  const value = mount.xattrs.opaque(mount.layer(layerIndex), directory);
  if (isLastPart && layerIndex > 0 && value === 'x') {
    search.hasFileWhiteouts = true;
    mount.fileWhiteoutLayers.add(layerIndex);
    return false;
  }
  if (value !== 'y') return false;
  search.stop = true;
  if (isLastPart) search.opaque = true;
  return true;
}

function followRedirect(
  mount: MountState,
  layerIndex: number,
  inode: number,
  search: Search,
  before: string,
  after: string,
): void {
  search.isAbsoluteRedirect = false;
  const redirect = mount.xattrs.redirect(mount.layer(layerIndex), inode);
  if (redirect === undefined) return;
  if (redirect === null) throw mount.fail('EINVAL');
  if (redirect.startsWith('/')) {
    search.isAbsoluteRedirect = true;
    // Something opaque on the way here has no say in where the redirect leads.
    search.stop = false;
    search.target = redirect + after;
  } else search.target = before + redirect + after;
  search.redirect = search.target;
}
