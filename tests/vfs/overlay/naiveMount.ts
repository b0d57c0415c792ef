import type { MountOptions } from '../../../src/vfs/overlay/mountOptions.ts';
import { VfsError, type Errno } from '../../../src/vfs/vfsError.ts';
import { type NaiveLayer, type NaiveNode, newNode, strangerOf } from './naiveNode.ts';

type Options = Pick<MountOptions, 'redirectDir' | 'userXattr'>;

/** The merged tree as plain objects: layers are applied one over the other, a call changes the tree. No layers, no
 *  copy-up, no whiteouts; root is the only user. */
export class NaiveMount {
  readonly root: NaiveNode = { ...newNode('directory', 0o755), isLower: true };
  readonly #options: Options;

  /** Base first. */
  constructor(layers: readonly NaiveLayer[], options: Options) {
    this.#options = options;
    for (const layer of layers) for (const entry of layer) this.#apply(entry);
  }

  mkdir(path: string, mode: number): void {
    this.#add(path, newNode('directory', mode));
  }

  symlink(target: string, path: string): void {
    this.#add(path, newNode('symlink', 0o777, target));
  }

  /** open(2) with O_CREAT and O_TRUNC or O_APPEND, and write(2). */
  write(path: string, text: string, how: 'create' | 'truncate' | 'append'): void {
    const { directory, name } = this.#parent(path, how === 'create' ? 0 : 40);
    let node = name === '' ? directory : directory.entries.get(name);
    if (node && how === 'create') throw fail('EEXIST');
    if (node?.kind === 'directory') throw fail('EISDIR');
    if (!node && how === 'append') throw fail('ENOENT');
    if (!node) {
      node = newNode('file', 0o644);
      directory.entries.set(name, node);
    }
    node.text = how === 'append' ? node.text + text : text;
  }

  read(path: string): string {
    return this.#file(path).text;
  }

  truncate(path: string, length: number): void {
    const node = this.#file(path);
    node.text = node.text.slice(0, length).padEnd(length, '\0');
  }

  chmod(path: string, mode: number): void {
    this.#find(path).mode = mode;
  }

  lchown(path: string, uid: number): void {
    this.#named(path).node.uid = uid;
  }

  unlink(path: string): void {
    const { directory, name, node } = this.#named(path);
    if (node.kind === 'directory') throw fail('EISDIR');
    directory.entries.delete(name);
  }

  rmdir(path: string): void {
    const { directory, name, node } = this.#named(path);
    if (node.kind !== 'directory') throw fail('ENOTDIR');
    if (node.entries.size > 0) throw fail('ENOTEMPTY');
    directory.entries.delete(name);
  }

  link(from: string, to: string): void {
    const { node } = this.#named(from);
    const target = this.#parent(to);
    if (target.directory.entries.has(target.name)) throw fail('EEXIST');
    if (node.kind === 'directory') throw fail('EPERM');
    // `user.` xattrs do not fit symlinks: the copy of a lower one does not tell where it comes from, and a new name for
    // it, looked up afresh, is not known to be the same.
    const isStrange = this.#options.userXattr && node.kind === 'symlink' && node.isLower;
    target.directory.entries.set(target.name, isStrange ? strangerOf(node) : node);
  }

  rename(from: string, to: string, flag?: 'NOREPLACE' | 'EXCHANGE'): void {
    const a = this.#parent(from);
    const b = this.#parent(to);
    const source = this.#in(a.directory, a.name);
    const target = b.directory.entries.get(b.name);
    if (flag === 'NOREPLACE' && target) throw fail('EEXIST');
    if (flag === 'EXCHANGE' && !target) throw fail('ENOENT');
    if (isAbove(source, b.directory)) throw fail('EINVAL');
    if (target && isAbove(target, a.directory)) throw fail(flag === 'EXCHANGE' ? 'EINVAL' : 'ENOTEMPTY');
    if (source === target) return;
    if ((source.original ?? source) === (target?.original ?? target)) throw fail('ESTALE');
    if (target && flag !== 'EXCHANGE') {
      if (source.kind === 'directory' && target.kind !== 'directory') throw fail('ENOTDIR');
      if (source.kind !== 'directory' && target.kind === 'directory') throw fail('EISDIR');
    }
    const isLower = [source, flag && target].some((node) => node?.kind === 'directory' && node.isLower);
    if (isLower && this.#options.redirectDir !== 'on') throw fail('EXDEV');
    if (target && flag !== 'EXCHANGE' && target.entries.size > 0) throw fail('ENOTEMPTY');
    a.directory.entries.delete(a.name);
    b.directory.entries.set(b.name, source);
    if (flag === 'EXCHANGE') a.directory.entries.set(a.name, target as NaiveNode);
  }

  #apply({ path, kind, mode, text }: NaiveLayer[number]): void {
    const { directory, name } = this.#parent(path);
    const known = directory.entries.get(name);
    if (kind === 'whiteout') directory.entries.delete(name);
    else if ((kind === 'directory' || kind === 'opaque') && known?.kind === 'directory') {
      known.mode = mode;
      if (kind === 'opaque') known.entries.clear();
    } else {
      const isDirectory = kind === 'directory' || kind === 'opaque';
      const node = newNode(
        isDirectory ? 'directory' : kind,
        kind === 'symlink' ? 0o777 : mode,
        isDirectory ? '' : text,
      );
      directory.entries.set(name, { ...node, isLower: kind !== 'file' });
    }
  }

  #add(path: string, node: NaiveNode): void {
    const { directory, name } = this.#parent(path);
    if (directory.entries.has(name)) throw fail('EEXIST');
    directory.entries.set(name, node);
  }

  /** What has the name, links at the end included. */
  #named(path: string): { directory: NaiveNode; name: string; node: NaiveNode } {
    const { directory, name } = this.#parent(path);
    return { directory, name, node: this.#in(directory, name) };
  }

  #in(directory: NaiveNode, name: string): NaiveNode {
    const node = directory.entries.get(name);
    if (!node) throw fail('ENOENT');
    return node;
  }

  #file(path: string): NaiveNode {
    const node = this.#find(path);
    if (node.kind === 'directory') throw fail('EISDIR');
    return node;
  }

  #find(path: string): NaiveNode {
    const { directory, name } = this.#parent(path, 40);
    return name === '' ? directory : this.#in(directory, name);
  }

  /** The directory of a path's last part; links on the way are followed, and at the end up to `finalLinks`. */
  #parent(path: string, finalLinks = 0): { directory: NaiveNode; name: string } {
    const trail = [this.root];
    let rest = path.split('/');
    for (let links = 0; ;) {
      const name = rest.shift() as string;
      const directory = trail[trail.length - 1] as NaiveNode;
      if (name === '' || name === '.') {
        if (rest.length === 0) return { directory, name: '' };
        continue;
      }
      if (name === '..') {
        if (trail.length > 1) trail.pop();
        if (rest.length === 0) return { directory: trail[trail.length - 1] as NaiveNode, name: '' };
        continue;
      }
      const node = directory.entries.get(name);
      if (node?.kind === 'symlink' && (rest.length > 0 || finalLinks > 0)) {
        if (++links > 40) throw fail('ELOOP');
        if (node.text.startsWith('/')) trail.length = 1;
        rest = [...node.text.split('/'), ...rest];
      } else if (rest.length === 0) return { directory, name };
      else if (!node) throw fail('ENOENT');
      else if (node.kind !== 'directory') throw fail('ENOTDIR');
      else trail.push(node);
    }
  }
}

function isAbove(node: NaiveNode, below: NaiveNode): boolean {
  return node === below || [...node.entries.values()].some((child) => isAbove(child, below));
}

function fail(code: Errno): VfsError {
  return new VfsError(code, '', '');
}
