import fc from 'fast-check';
import { S_IFCHR, S_IFDIR, S_IFLNK, S_IFREG } from '../../../src/vfs/overlay/fileMode.ts';
import type { Layer } from '../../../src/vfs/overlay/layer.ts';
import { NO_INODE } from '../../../src/vfs/overlay/layer.ts';
import { O_APPEND, O_CREAT, O_EXCL, O_TRUNC, O_WRONLY } from '../../../src/vfs/overlay/openFlags.ts';
import type { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { Upper } from '../../../src/vfs/overlay/upper.ts';
import { NaiveMount } from './naiveMount.ts';
import type { NaiveLayer } from './naiveNode.ts';

/** A call on either a mount or its naive model; what it gives or throws must be alike. */
export interface RandomCall {
  readonly text: string;
  onMount(mount: OverlayMount): string | undefined;
  onModel(model: NaiveMount): string | undefined;
}

const PLAIN = { redirectDir: 'on', userXattr: false } as const;
const NAMES = ['a', 'b', 'c'];
const name = fc.constantFrom(...NAMES);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
const target = fc.constantFrom('a', 'b', '../c', '/a/b', '.', '..', '/', 'a/b');
const mode = fc.constantFrom(0o755, 0o644, 0o700);
const text = fc.constantFrom('', 'x', 'yy', 'z'.repeat(5000));

export const randomCall: fc.Arbitrary<RandomCall> = fc.oneof(
  { arbitrary: fc.tuple(path, mode).map(([p, m]) => same('mkdir', (at) => at.mkdir(p, m), p)), weight: 4 },
  { arbitrary: fc.tuple(path, text, fc.constantFrom('create', 'truncate', 'append')).map(writeCall), weight: 5 },
  { arbitrary: fc.tuple(path, text, fc.constantFrom('create', 'truncate', 'append')).map(writeWholeCall), weight: 3 },
  { arbitrary: path.map((p) => readCall(p)), weight: 2 },
  { arbitrary: fc.tuple(path, fc.nat(9)).map(([p, n]) => same('truncate', (at) => at.truncate(p, n), p)), weight: 1 },
  { arbitrary: path.map((p) => same('unlink', (at) => at.unlink(p), p)), weight: 4 },
  { arbitrary: path.map((p) => same('rmdir', (at) => at.rmdir(p), p)), weight: 4 },
  { arbitrary: fc.tuple(path, path).map(([a, b]) => same('rename', (at) => at.rename(a, b), a, b)), weight: 6 },
  { arbitrary: fc.tuple(path, path, fc.constantFrom('NOREPLACE', 'EXCHANGE')).map(renameCall), weight: 3 },
  { arbitrary: fc.tuple(path, path).map(([a, b]) => same('link', (at) => at.link(a, b), a, b)), weight: 2 },
  { arbitrary: fc.tuple(target, path).map(([t, p]) => same('symlink', (at) => at.symlink(t, p), t, p)), weight: 1 },
  { arbitrary: fc.tuple(path, mode).map(([p, m]) => same('chmod', (at) => at.chmod(p, m), p)), weight: 2 },
  { arbitrary: path.map(chownCall), weight: 1 },
);

type Alike = 'mkdir' | 'truncate' | 'unlink' | 'rmdir' | 'rename' | 'link' | 'symlink' | 'chmod';
type Both = Pick<OverlayMount, Alike> | Pick<NaiveMount, Alike>;

function same(what: string, call: (at: Both) => void, ...paths: string[]): RandomCall {
  const run = (at: Both) => {
    call(at);
    return undefined;
  };
  return { text: [what, ...paths].join(' '), onMount: run, onModel: run };
}

const OPEN_FLAGS = { create: O_CREAT | O_EXCL, truncate: O_CREAT | O_TRUNC, append: O_APPEND } as const;

function writeCall([p, content, how]: [string, string, keyof typeof OPEN_FLAGS]): RandomCall {
  return {
    text: `${how} ${p}`,
    onMount: (mount) => {
      const fd = mount.open(p, O_WRONLY | OPEN_FLAGS[how], 0o644);
      try {
        mount.pwrite(fd, 0, Buffer.from(content));
      } finally {
        mount.close(fd);
      }
      return undefined;
    },
    onModel: (model) => {
      model.write(p, content, how);
      return undefined;
    },
  };
}

/** The same as one call. */
function writeWholeCall([p, content, how]: [string, string, keyof typeof OPEN_FLAGS]): RandomCall {
  return {
    text: `whole ${how} ${p}`,
    onMount: (mount) => {
      mount.writeFile(p, Buffer.from(content), { flags: O_WRONLY | OPEN_FLAGS[how], mode: 0o644 });
      return undefined;
    },
    onModel: (model) => {
      model.write(p, content, how);
      return undefined;
    },
  };
}

function readCall(p: string): RandomCall {
  return {
    text: `read ${p}`,
    onMount: (mount) => Buffer.from(mount.readFile(p)).toString(),
    onModel: (model) => model.read(p),
  };
}

function renameCall([a, b, flag]: [string, string, 'NOREPLACE' | 'EXCHANGE']): RandomCall {
  return {
    text: `rename ${a} ${b} ${flag}`,
    onMount: (mount) => {
      mount.rename(a, b, [flag]);
      return undefined;
    },
    onModel: (model) => {
      model.rename(a, b, flag);
      return undefined;
    },
  };
}

function chownCall(p: string): RandomCall {
  return {
    text: `lchown ${p}`,
    onMount: (mount) => {
      mount.lchown(p, 1000, undefined);
      return undefined;
    },
    onModel: (model) => {
      model.lchown(p, 1000);
      return undefined;
    },
  };
}

/** Layers, base first. Whiteouts stand only where a layer below has something, as engines write them. */
export const randomLayers: fc.Arbitrary<readonly NaiveLayer[]> = fc
  .array(
    fc.array(
      fc.record({
        path,
        kind: fc.constantFrom('file', 'file', 'directory', 'directory', 'directory', 'symlink', 'whiteout', 'opaque'),
        mode,
        text: fc.constantFrom('a', 'bb', '../c', '/a'),
      }),
      { maxLength: 8 },
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((layers) => {
    const kept: NaiveLayer[] = [];
    for (const layer of layers) kept.push(possible(layer as NaiveLayer, kept));
    return kept;
  });

/** The entries that can stand in one layer over the others. */
function possible(layer: NaiveLayer, below: readonly NaiveLayer[]): NaiveLayer {
  const made = new Map<string, NaiveLayer[number]>();
  const sorted = [...layer].sort((a, b) => a.path.length - b.path.length);
  for (const entry of sorted) {
    const parent = entry.path.slice(0, entry.path.lastIndexOf('/'));
    const above = made.get(parent);
    if (made.has(entry.path) || (parent !== '' && above?.kind !== 'directory')) continue;
    if (entry.kind === 'whiteout' && !has(new NaiveMount([...below, [...made.values()]], PLAIN), entry.path)) continue;
    made.set(entry.path, entry);
  }
  return [...made.values()];
}

function has(model: NaiveMount, at: string): boolean {
  let node = model.root;
  for (const part of at.split('/').slice(1)) {
    const child = node.entries.get(part);
    if (!child) return false;
    node = child;
  }
  return true;
}

const TYPES = { file: S_IFREG, directory: S_IFDIR, opaque: S_IFDIR, symlink: S_IFLNK, whiteout: S_IFCHR } as const;

/** The layer as it lies on disk. */
export function layerOf(entries: NaiveLayer): Layer {
  const upper = new Upper();
  for (const entry of entries) {
    const parts = entry.path.split('/').slice(1);
    const last = parts.pop() as string;
    let directory = upper.rootInode;
    for (const part of parts) directory = upper.lookup(directory, part);
    if (directory === NO_INODE) throw new Error(`${entry.path} has no directory`);
    const inode = upper.create(directory, last, {
      mode: TYPES[entry.kind] | (entry.kind === 'symlink' ? 0o777 : entry.kind === 'whiteout' ? 0 : entry.mode),
      uid: 0,
      gid: 0,
      target: entry.text,
    });
    if (entry.kind === 'file') upper.write(inode, 0, Buffer.from(entry.text));
    if (entry.kind !== 'opaque') continue;
    for (const namespace of ['trusted', 'user']) upper.setXattr(inode, `${namespace}.overlay.opaque`, Buffer.from('y'));
  }
  return upper.freeze();
}
