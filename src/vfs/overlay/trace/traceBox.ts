import { VfsError } from '../../vfsError.ts';
import { deviceNumber, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from '../fileMode.ts';
import type { Layer } from '../layer.ts';
import type { RenameFlag } from '../nameCalls.ts';
import * as flags from '../openFlags.ts';
import { OverlayMount } from '../overlayMount.ts';
import { type Credentials, ROOT } from '../permission.ts';
import { Upper } from '../upper.ts';
import type { XattrFlag } from '../xattrCalls.ts';
import { contentBytes, latin1Bytes, latin1Text, type Listed, type Trace, type TraceContent } from './traceFile.ts';
import { layerOfEntries, typeOfLetter } from './traceLayer.ts';
import { listIndex, listUpper, traceBytes, traceStat } from './traceListing.ts';
import { sortedNames, TracePlaces } from './tracePlaces.ts';

const OPEN_FLAGS: Readonly<Record<string, number>> = {
  RDONLY: flags.O_RDONLY,
  WRONLY: flags.O_WRONLY,
  RDWR: flags.O_RDWR,
  CREAT: flags.O_CREAT,
  EXCL: flags.O_EXCL,
  TRUNC: flags.O_TRUNC,
  APPEND: flags.O_APPEND,
  DIRECTORY: flags.O_DIRECTORY,
  NOFOLLOW: flags.O_NOFOLLOW,
};
const XATTR_FLAGS: Readonly<Record<string, XattrFlag>> = { '': 'any', CREATE: 'create', REPLACE: 'replace' };
const CREATED = { sec: 1_000_000_000, nsec: 0 };
const READ_BYTES = 1 << 20;
/** Callers with an umask of 0, as the traces' own. */
const TRACE_ROOT: Credentials = { ...ROOT, umask: 0 };

type Args = readonly unknown[];
type Pair = readonly [number, number];

/** A mount that a trace's calls are made on. */
export class TraceBox {
  readonly places: TracePlaces;
  readonly frozen: { readonly upper: readonly Listed[]; readonly index?: readonly Listed[] }[] = [];
  mount: OverlayMount;
  upper: Upper | undefined;
  readonly #options: string;
  #lowers: readonly Layer[];
  readonly #slots = new Map<unknown, number>();

  constructor(trace: Trace) {
    this.#options = trace.opts;
    this.#lowers = trace.lower.map(layerOfEntries);
    this.places = new TracePlaces(this.#lowers);
    if (trace.upper) this.upper = newUpper();
    this.mount = this.#mounted();
  }

  /** Prefix of the mount's own xattrs. */
  get xattrPrefix(): string {
    return this.#options.includes('userxattr') ? 'user.' : 'trusted.';
  }

  /** The result of a call in the trace's form. */
  async run(op: Args): Promise<unknown> {
    const [name, ...args] = op.slice(0, -1);
    const call = CALLS[name as string];
    if (!call) throw new RangeError(`no call ${String(name)}`);
    try {
      const value = await call(this, args);
      return value === undefined ? 'ok' : { v: value };
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
      // Python names error 95 so.
      return error.code === 'EOPNOTSUPP' ? 'ENOTSUP' : error.code;
    }
  }

  remount(): void {
    this.#slots.clear();
    this.mount = this.#mounted();
  }

  /** What the end is looked at as. */
  becomeRoot(): void {
    this.mount.credentials = TRACE_ROOT;
  }

  async rotate(): Promise<void> {
    const upper = this.upper as Upper;
    this.frozen.push({ upper: await listUpper(upper, this.places, this.xattrPrefix), ...this.index() });
    const layer = upper.freeze();
    this.#lowers = [layer, ...this.#lowers];
    this.places.addFrozen(layer);
    this.upper = newUpper();
    this.remount();
  }

  index(): { readonly index?: readonly Listed[] } {
    const { upper } = this;
    if (!upper || !this.mount.options.index) return {};
    return { index: listIndex(upper, upper.indexDirectory(), this.places, this.xattrPrefix) };
  }

  setCredentials(uid: number, gid: number): void {
    this.mount.credentials = { uid, gid, groups: [gid], umask: 0 };
  }

  slot(slot: unknown): number {
    const fd = this.#slots.get(slot);
    if (fd === undefined) throw new VfsError('EBADF', 'slot', String(slot));
    return fd;
  }

  openSlot(slot: unknown, path: string, names: string, mode: number): void {
    if (this.#slots.has(slot)) this.closeSlot(slot);
    const bits = names.split('|').reduce((sum, name) => sum | (OPEN_FLAGS[name] as number), 0);
    this.#slots.set(slot, this.mount.open(path, bits, mode));
  }

  closeSlot(slot: unknown): void {
    this.mount.close(this.slot(slot));
    this.#slots.delete(slot);
  }

  /** Opens, does something, and closes. */
  async withFile<T>(path: string, bits: number, mode: number, body: (fd: number) => T | Promise<T>): Promise<T> {
    const fd = this.mount.open(path, bits, mode);
    try {
      return await body(fd);
    } finally {
      this.mount.close(fd);
    }
  }

  /** write(2) at the beginning, or at the end of a file opened for appending. */
  write(fd: number, content: unknown): undefined {
    const bytes = contentBytes(content as TraceContent);
    if ((this.mount.fstat(fd).mode & S_IFMT) === S_IFIFO) this.mount.writePipe(fd, bytes);
    else this.mount.pwrite(fd, 0, bytes);
    return undefined;
  }

  #mounted(): OverlayMount {
    const mount = new OverlayMount({ lowers: this.#lowers, upper: this.upper, options: this.#options });
    mount.credentials = TRACE_ROOT;
    return mount;
  }
}

function newUpper(): Upper {
  const upper = new Upper();
  upper.setTimes(upper.rootInode, CREATED, CREATED);
  upper.endOperation();
  return upper;
}

const at = (path: unknown) => `/${path as string}`;
const time = (pair: unknown) => ({ sec: (pair as Pair)[0], nsec: (pair as Pair)[1] });

/** The calls by name; undefined is "ok". */
const CALLS: Readonly<Record<string, (box: TraceBox, args: Args) => unknown>> = {
  mkdir: ({ mount }, [p, m]) => mount.mkdir(at(p), m as number),
  create: (box, [p, m, c]) =>
    box.withFile(at(p), flags.O_WRONLY | flags.O_CREAT | flags.O_EXCL, m as number, (fd) => box.write(fd, c)),
  put: (box, [p, m, c]) =>
    box.withFile(at(p), flags.O_WRONLY | flags.O_CREAT | flags.O_TRUNC, m as number, (fd) => box.write(fd, c)),
  write: (box, [p, offset, c]) =>
    box.withFile(at(p), flags.O_WRONLY, 0, (fd) => {
      box.mount.pwrite(fd, offset as number, contentBytes(c as TraceContent));
    }),
  append: (box, [p, c]) => box.withFile(at(p), flags.O_WRONLY | flags.O_APPEND, 0, (fd) => box.write(fd, c)),
  read: (box, [p]) =>
    box.withFile(at(p), flags.O_RDONLY, 0, (fd) => {
      const isPipe = (box.mount.fstat(fd).mode & S_IFMT) === S_IFIFO;
      return traceBytes(isPipe ? box.mount.readPipe(fd, READ_BYTES) : box.mount.pread(fd, 0, READ_BYTES));
    }),
  truncate: ({ mount }, [p, n]) => mount.truncate(at(p), n as number),
  unlink: ({ mount }, [p]) => mount.unlink(at(p)),
  rmdir: ({ mount }, [p]) => mount.rmdir(at(p)),
  rename: ({ mount }, [a, b]) => mount.rename(at(a), at(b)),
  rename2: ({ mount }, [a, b, f]) => mount.rename(at(a), at(b), (f as string).split('|') as RenameFlag[]),
  link: ({ mount }, [a, b]) => mount.link(at(a), at(b)),
  symlink: ({ mount }, [target, p]) => mount.symlink(target as string, at(p)),
  readlink: ({ mount }, [p]) => mount.readlink(at(p)),
  chmod: ({ mount }, [p, m]) => mount.chmod(at(p), m as number),
  chown: ({ mount }, [p, u, g]) => mount.chown(at(p), u as number, g as number),
  lchown: ({ mount }, [p, u, g]) => mount.lchown(at(p), u as number, g as number),
  utimes: ({ mount }, [p, a, m]) => mount.utimes(at(p), time(a), time(m)),
  lutimes: ({ mount }, [p, a, m]) => mount.lutimes(at(p), time(a), time(m)),
  setxattr: ({ mount }, [p, k, v, f]) =>
    mount.setXattr(at(p), k as string, latin1Bytes(v as string), XATTR_FLAGS[f as string] as XattrFlag),
  getxattr: ({ mount }, [p, k]) => latin1Text(mount.getXattr(at(p), k as string)),
  removexattr: ({ mount }, [p, k]) => mount.removeXattr(at(p), k as string),
  listxattr: ({ mount }, [p]) => [...mount.listXattrs(at(p))].filter((name) => !name.startsWith('security.')).sort(),
  mknod: ({ mount }, [p, t, m, rd]) =>
    mount.mknod(at(p), typeOfLetter(t as string) | (m as number), rd ? deviceNumber(...(rd as Pair)) : 0),
  readdir: ({ mount }, [p]) => {
    const types = new Map(mount.readdir(at(p)).map((listed) => [listed.name, listed.type]));
    return sortedNames(types.keys()).map((name) => [name, listedLetter(types.get(name) as number)]);
  },
  stat: ({ mount, places }, [p]) => traceStat(mount.stat(at(p)), places),
  lstat: ({ mount, places }, [p]) => traceStat(mount.lstat(at(p)), places),
  access: ({ mount }, [p, mask]) => mount.access(at(p), mask as number),
  open: (box, [slot, p, f, m]) => box.openSlot(slot, at(p), f as string, m as number),
  close: (box, [slot]) => box.closeSlot(slot),
  pread: (box, [slot, offset, n]) => traceBytes(box.mount.pread(box.slot(slot), offset as number, n as number)),
  pwrite: (box, [slot, offset, c]) => {
    box.mount.pwrite(box.slot(slot), offset as number, contentBytes(c as TraceContent));
  },
  fstat: (box, [slot]) => traceStat(box.mount.fstat(box.slot(slot)), box.places),
  ftruncate: (box, [slot, n]) => box.mount.ftruncate(box.slot(slot), n as number),
  fchmod: (box, [slot, m]) => box.mount.fchmod(box.slot(slot), m as number),
  fchown: (box, [slot, u, g]) => box.mount.fchown(box.slot(slot), u as number, g as number),
  futimes: (box, [slot, a, m]) => box.mount.futimes(box.slot(slot), time(a), time(m)),
  fsetxattr: (box, [slot, k, v]) => box.mount.fsetXattr(box.slot(slot), k as string, latin1Bytes(v as string)),
  freaddir: (box, [slot]) => {
    try {
      return sortedNames(box.mount.freaddir(box.slot(slot)).map((listed) => listed.name));
    } catch (error) {
      // readdir(3) shows a removed directory as empty.
      if (error instanceof VfsError && error.code === 'ENOENT') return [];
      throw error;
    }
  },
  cred: (box, [u, g]) => box.setCredentials(u as number, g as number),
  remount: (box) => box.remount(),
  rotate: (box) => box.rotate(),
};

function listedLetter(type: number): string {
  if (type === S_IFDIR) return 'd';
  if (type === S_IFREG) return 'f';
  return type === S_IFLNK ? 'l' : '?';
}
