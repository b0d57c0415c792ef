import { VfsError, type Errno } from '../../../src/vfs/vfsError.ts';

/** The merged tree as plain objects: layers are applied one over the other, a call changes the tree, a snapshot copies
 *  it. No layers, no copy-up, no whiteouts; root is the only user. */
export interface NaiveNode {
  kind: 'file' | 'directory' | 'symlink';
  mode: number;
  uid: number;
  text: string;
  /** A directory that lower layers have: it is not moved without redirects. */
  isLower: boolean;
  entries: Map<string, NaiveNode>;
}

/** What a layer holds, by path, parents first. `whiteout` takes the name away, `opaque` what lies below. */
export type NaiveLayer = readonly {
  path: string;
  kind: NaiveNode['kind'] | 'whiteout' | 'opaque';
  mode: number;
  text: string;
}[];

function newNode(kind: NaiveNode['kind'], mode: number, text = ''): NaiveNode {
  return { kind, mode, uid: 0, text, isLower: false, entries: new Map() };
}

export class NaiveMount {
  root: NaiveNode = { ...newNode('directory', 0o755), isLower: true };
  readonly #redirects: boolean;

  /** Base first. */
  constructor(layers: readonly NaiveLayer[], redirects: boolean) {
    this.#redirects = redirects;
    for (const layer of layers) for (const entry of layer) this.#apply(entry);
  }

  snapshot(): NaiveNode {
    return structuredClone(this.root);
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
    const node = this.#find(path);
    if (node.kind === 'directory') throw fail('EISDIR');
    return node.text;
  }

  truncate(path: string, length: number): void {
    const node = this.#find(path);
    if (node.kind === 'directory') throw fail('EISDIR');
    node.text = node.text.slice(0, length).padEnd(length, '\0');
  }

  chmod(path: string, mode: number): void {
    this.#find(path).mode = mode;
  }

  lchown(path: string, uid: number): void {
    const { directory, name } = this.#parent(path);
    const node = directory.entries.get(name);
    if (!node) throw fail('ENOENT');
    node.uid = uid;
  }

  unlink(path: string): void {
    const { directory, name } = this.#parent(path);
    const node = directory.entries.get(name);
    if (!node) throw fail('ENOENT');
    if (node.kind === 'directory') throw fail('EISDIR');
    directory.entries.delete(name);
  }

  rmdir(path: string): void {
    const { directory, name } = this.#parent(path);
    const node = directory.entries.get(name);
    if (node?.kind !== 'directory') throw fail(node ? 'ENOTDIR' : 'ENOENT');
    if (node.entries.size > 0) throw fail('ENOTEMPTY');
    directory.entries.delete(name);
  }

  link(from: string, to: string): void {
    const source = this.#parent(from);
    const node = source.directory.entries.get(source.name);
    if (!node) throw fail('ENOENT');
    const target = this.#parent(to);
    if (target.directory.entries.has(target.name)) throw fail('EEXIST');
    if (node.kind === 'directory') throw fail('EPERM');
    target.directory.entries.set(target.name, node);
  }

  rename(from: string, to: string, flag?: 'NOREPLACE' | 'EXCHANGE'): void {
    const a = this.#parent(from);
    const b = this.#parent(to);
    const source = a.directory.entries.get(a.name);
    if (!source) throw fail('ENOENT');
    const target = b.directory.entries.get(b.name);
    if (flag === 'NOREPLACE' && target) throw fail('EEXIST');
    if (flag === 'EXCHANGE' && !target) throw fail('ENOENT');
    if (isAbove(source, b.directory)) throw fail('EINVAL');
    if (target && isAbove(target, a.directory)) throw fail(flag === 'EXCHANGE' ? 'EINVAL' : 'ENOTEMPTY');
    if (source === target) return;
    if (target && flag !== 'EXCHANGE') {
      if (source.kind === 'directory' && target.kind !== 'directory') throw fail('ENOTDIR');
      if (source.kind !== 'directory' && target.kind === 'directory') throw fail('EISDIR');
    }
    if (!this.#redirects && (source.isLower || (flag === 'EXCHANGE' && target?.isLower))) throw fail('EXDEV');
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
      directory.entries.set(name, { ...node, isLower: isDirectory });
    }
  }

  #add(path: string, node: NaiveNode): void {
    const { directory, name } = this.#parent(path);
    if (directory.entries.has(name)) throw fail('EEXIST');
    directory.entries.set(name, node);
  }

  #find(path: string): NaiveNode {
    const { directory, name } = this.#parent(path, 40);
    const node = name === '' ? directory : directory.entries.get(name);
    if (node) return node;
    throw fail('ENOENT');
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
