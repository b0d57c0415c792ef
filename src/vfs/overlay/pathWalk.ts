import { encodeName } from '../../bytes/byteName.ts';
import { S_IFDIR, S_IFLNK } from './fileMode.ts';
import { keepLookup, lookupTarget } from './lookup.ts';
import type { MountState } from './mountState.ts';
import { NodeFlag, type OverlayInode, type OverlayNode } from './overlayNode.ts';
import { passingNode } from './passingNode.ts';
import { type Credentials, isPermitted, MAY_EXEC, requirePermission, searchesAll } from './permission.ts';

/** As Linux (path_resolution(7), limits.h). */
const MAX_SYMLINKS = 40;
const PATH_MAX_BYTES = 4096;

/** Where a path's last part stands: it is not looked up yet. */
export interface LastPart {
  readonly directory: OverlayNode;
  /** The name is this from `start` on: '' when the path is the root itself; may be '.' or '..'. */
  readonly text: string;
  readonly start: number;
  readonly hasTrailingSlash: boolean;
}

/** Cut out of the path: a string more, which calls that find what they look for do without. */
export function nameOf({ text, start }: LastPart): string {
  return text.slice(start);
}

export type SymlinkRule = 'follow' | 'noFollow';

/** The object at a path. Links lead on inside the mount, as after chroot(2). Throws ENOENT, ENOTDIR, EACCES, ELOOP,
 *  ENAMETOOLONG. */
export function resolvePath(mount: MountState, credentials: Credentials, path: string, rule: SymlinkRule): OverlayNode {
  const kept = resolveKept(mount, credentials, path);
  if (kept && (rule === 'noFollow' || kept.inode?.type !== S_IFLNK)) return kept;
  const walk = new PathWalk(mount, credentials, path);
  let follows = rule === 'follow';
  let needsDirectory = false;
  for (;;) {
    const last = walk.toLast();
    if (last.hasTrailingSlash) {
      follows = true;
      needsDirectory = true;
    }
    const node = last.text === '' ? last.directory : walk.step(last);
    if (follows && (node.inode as OverlayInode).type === S_IFLNK) {
      walk.follow(node);
      continue;
    }
    if (needsDirectory && (node.inode as OverlayInode).type !== S_IFDIR) throw mount.fail('ENOTDIR');
    node.flags |= NodeFlag.visited;
    return node;
  }
}

/** The object at a path that leads over names looked up before, without links or dots, through directories that the
 *  caller may search: what most calls are about. Undefined for all else. */
export function resolveKept(mount: MountState, credentials: Credentials, path: string): OverlayNode | undefined {
  const node = mount.keptPaths.get(path);
  if (!node) return resolveVisited(mount, credentials, path);
  return maySearch(mount, credentials, node) ? node : undefined;
}

/** The same for what is probably not asked for again and again: paths of files are not looked for as a whole. */
export function resolveVisited(mount: MountState, credentials: Credentials, path: string): OverlayNode | undefined {
  if (path === '' || path.length * 3 >= PATH_MAX_BYTES) return undefined;
  const slash = lastSlash(path);
  const directory = slash > 0 ? mount.keptPaths.directory(path, slash) : undefined;
  const isNamed = directory !== undefined && slash + 1 < path.length;
  const passing = isNamed ? passingNode(mount, directory, path, slash + 1) : undefined;
  if (passing) return passing.inode && maySearch(mount, credentials, passing) ? passing : undefined;
  const child = directory?.children?.get(path.slice(slash + 1));
  const node = child?.inode ? child : walkVisited(mount, path);
  if (!node?.parent) return node;
  mount.keptPaths.note(path, node);
  return maySearch(mount, credentials, node) ? node : undefined;
}

/** Of names and directories as they are now. */
function maySearch(mount: MountState, credentials: Credentials, node: OverlayNode): boolean {
  if (searchesAll(credentials)) return true;
  for (let at = node.parent; at; at = at.parent)
    if (!isPermitted(mount, at.inode as OverlayInode, MAY_EXEC, credentials)) return false;
  return true;
}

function walkVisited(mount: MountState, path: string): OverlayNode | undefined {
  let node = mount.root;
  for (let at = 0; at < path.length;) {
    if (path.charCodeAt(at) === SLASH) {
      at++;
      continue;
    }
    const slash = path.indexOf('/', at);
    const next = node.children?.get(slash < 0 ? path.slice(at) : path.slice(at, slash));
    if (!next?.inode || (slash >= 0 && next.inode.type !== S_IFDIR)) return undefined;
    node = next;
    at = slash < 0 ? path.length : slash + 1;
  }
  return node;
}

/** The directory of a path's last part, for calls that make or remove a name. */
export function resolveParent(mount: MountState, credentials: Credentials, path: string): LastPart {
  return keptParent(mount, credentials, path) ?? new PathWalk(mount, credentials, path).toLast();
}

/** As `resolveParent`, where `resolveKept` gives the directory and the last part is a name. */
export function keptParent(mount: MountState, credentials: Credentials, path: string): LastPart | undefined {
  const slash = keptSlash(path);
  if (slash <= 0) return undefined;
  const directory = mount.keptPaths.directory(path, slash) ?? directoryAt(mount, credentials, path.slice(0, slash));
  if (!directory) return undefined;
  const isSearched =
    searchesAll(credentials) ||
    (maySearch(mount, credentials, directory) &&
      isPermitted(mount, directory.inode as OverlayInode, MAY_EXEC, credentials));
  return isSearched ? { directory, text: path, start: slash + 1, hasTrailingSlash: false } : undefined;
}

/** Where the last part of a path begins that is a name, behind a directory that may have been kept; 0 or less for others. */
export function keptSlash(path: string): number {
  const slash = lastSlash(path);
  return slash > 0 && path.length * 3 < PATH_MAX_BYTES && hasName(path, slash + 1) ? slash : 0;
}

function directoryAt(mount: MountState, credentials: Credentials, path: string): OverlayNode | undefined {
  const node = resolveVisited(mount, credentials, path);
  return node?.inode?.type === S_IFDIR ? node : undefined;
}

/** Whether what a text has from `start` on is neither nothing nor dots. */
export function hasName(text: string, start: number): boolean {
  const length = text.length - start;
  if (length === 0 || length > 2 || text.charCodeAt(start) !== DOT) return length > 0;
  return length === 2 && text.charCodeAt(start + 1) !== DOT;
}

/** A walk under way; a symlink at its end may be followed from there. */
export class PathWalk {
  readonly #mount: MountState;
  readonly #credentials: Credentials;
  #node: OverlayNode;
  #rest: string;
  /** Where in `#rest` the next part begins. */
  #at = 0;
  #linkCount = 0;

  constructor(mount: MountState, credentials: Credentials, path: string) {
    if (path === '') throw mount.fail('ENOENT');
    if (path.length * 3 >= PATH_MAX_BYTES && encodeName(path).length >= PATH_MAX_BYTES)
      throw mount.fail('ENAMETOOLONG');
    this.#mount = mount;
    this.#credentials = credentials;
    this.#node = mount.root;
    this.#rest = path;
  }

  /** Walks all parts but the last. */
  toLast(): LastPart {
    for (;;) {
      const rest = this.#rest;
      const start = skipSlashes(rest, this.#at);
      if (start === rest.length) return { directory: this.#node, text: '', start: 0, hasTrailingSlash: false };
      if (!searchesAll(this.#credentials))
        requirePermission(this.#mount, this.#node.inode as OverlayInode, MAY_EXEC, this.#credentials);
      const slash = rest.indexOf('/', start);
      const end = slash < 0 ? rest.length : slash;
      const name = rest.slice(start, end);
      this.#at = skipSlashes(rest, end);
      if (this.#at === rest.length)
        return { directory: this.#node, text: name, start: 0, hasTrailingSlash: slash >= 0 };
      this.#through(name);
    }
  }

  /** The object that a last part names. Throws ENOENT. */
  step(last: LastPart): OverlayNode {
    return this.#child(last.directory, nameOf(last));
  }

  /** Goes on with a symlink's target, from the directory that it lies in. */
  follow(link: OverlayNode): void {
    this.#redirect(link, '');
  }

  #through(name: string): void {
    const node = this.#child(this.#node, name);
    const { type } = node.inode as OverlayInode;
    if (type === S_IFDIR) this.#node = node;
    else if (type === S_IFLNK) this.#redirect(node, `/${this.#rest.slice(this.#at)}`);
    else throw this.#mount.fail('ENOTDIR');
  }

  #child(directory: OverlayNode, name: string): OverlayNode {
    if (name === '.') return directory;
    if (name === '..') return directory.parent ?? directory;
    const node = lookupTarget(this.#mount, directory, name);
    if (node.inode) return node;
    keepLookup(this.#mount, node);
    throw this.#mount.fail('ENOENT');
  }

  #redirect(link: OverlayNode, rest: string): void {
    if (++this.#linkCount > MAX_SYMLINKS) throw this.#mount.fail('ELOOP');
    const inode = link.inode as OverlayInode;
    const target = this.#mount.realLayer(inode).linkTarget(this.#mount.realInode(inode));
    if (target.charCodeAt(0) === SLASH) this.#node = this.#mount.root;
    this.#rest = target + rest;
    this.#at = 0;
  }
}

/** As `lastIndexOf`, which calls out of the compiled code: names are short. */
function lastSlash(path: string): number {
  let at = path.length - 1;
  while (at >= 0 && path.charCodeAt(at) !== SLASH) at--;
  return at;
}

function skipSlashes(path: string, from: number): number {
  let at = from;
  while (path.charCodeAt(at) === SLASH) at++;
  return at;
}

const SLASH = 0x2f;
const DOT = 0x2e;
