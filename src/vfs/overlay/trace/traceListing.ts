import { VfsError } from '../../vfsError.ts';
import { toHex } from '../../../bytes/hex.ts';
import { deviceMajor, deviceMinor, PERMISSION_BITS, S_IFCHR, S_IFDIR, S_IFMT } from '../fileMode.ts';
import type { Layer, Timestamp } from '../layer.ts';
import { O_RDONLY } from '../openFlags.ts';
import type { OverlayMount } from '../overlayMount.ts';
import type { Stat } from '../stat.ts';
import { latin1Text, type Listed } from './traceFile.ts';
import { letterOfMode } from './traceLayer.ts';
import { sortedNames, type TracePlaces, walkLayer } from './tracePlaces.ts';

/** Seeded times are before this; later ones are "now". */
const NOW_SEC = 1_500_000_000;
const SHOWN_BYTES = 48;

function traceTime(time: Timestamp): unknown {
  return time.sec >= NOW_SEC ? 'now' : [time.sec, time.nsec];
}

/** Bytes as a trace shows them: short ones as they are, others by length and SHA-1. */
export async function traceBytes(bytes: Uint8Array): Promise<unknown> {
  if (bytes.length <= SHOWN_BYTES) return latin1Text(bytes);
  const digest = await crypto.subtle.digest('SHA-1', bytes.slice());
  return { len: bytes.length, sha1: toHex(new Uint8Array(digest)) };
}

/** stat(2) as a trace shows it. */
export function traceStat(stat: Stat, places: TracePlaces): Listed {
  const type = letterOfMode(stat.mode);
  const place = places.ofInodeNumber(stat.inodeNumber);
  return {
    t: type,
    m: stat.mode & PERMISSION_BITS,
    u: stat.uid,
    g: stat.gid,
    n: stat.linkCount,
    ...(type === 'd' ? {} : { s: stat.sizeBytes }),
    ...(type === 'c' || type === 'b' ? { rd: [deviceMajor(stat.device), deviceMinor(stat.device)] } : {}),
    mt: traceTime(stat.mtime),
    ...(place === undefined ? {} : { ino: place }),
  };
}

/** The merged tree of a mount. */
export async function listMount(mount: OverlayMount, places: TracePlaces): Promise<readonly Listed[]> {
  const lines: Listed[] = [];
  const seen = new Map<number, string>();
  for (const path of walkMount(mount)) {
    let stat: Stat;
    try {
      stat = mount.lstat(`/${path}`);
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
      lines.push({ p: path, e: error.code });
      continue;
    }
    const { t, m, u, g, n, s, rd, mt, ino } = traceStat(stat, places);
    const x = mountXattrs(mount, path);
    const same = t === 'd' || stat.linkCount <= 1 ? undefined : seen.get(stat.inodeNumber);
    if (t !== 'd' && stat.linkCount > 1 && same === undefined) seen.set(stat.inodeNumber, path);
    lines.push(
      definedOnly({
        p: path,
        t,
        m,
        u: u || undefined,
        g: g || undefined,
        x: Object.keys(x).length > 0 ? x : undefined,
        to: t === 'l' ? mount.readlink(`/${path}`) : undefined,
        rd,
        n: t === 'd' || n !== 1 ? n : undefined,
        same,
        s: t === 'f' ? s : undefined,
        d: t === 'f' ? await mountContent(mount, path) : undefined,
        mt,
        ino,
      }),
    );
  }
  return lines;
}

function* walkMount(mount: OverlayMount): Generator<string> {
  const waiting = [''];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    yield path;
    if (!isMountDirectory(mount, path)) continue;
    const prefix = path === '' ? '' : `${path}/`;
    const names = sortedNames(mount.readdir(`/${path}`).map((listed) => listed.name));
    for (const name of names.reverse()) waiting.push(prefix + name);
  }
}

function isMountDirectory(mount: OverlayMount, path: string): boolean {
  try {
    return (mount.lstat(`/${path}`).mode & S_IFMT) === S_IFDIR;
  } catch (error) {
    if (error instanceof VfsError) return false;
    throw error;
  }
}

function mountXattrs(mount: OverlayMount, path: string): Record<string, string> {
  const xattrs: Record<string, string> = {};
  for (const name of mount.listXattrs(`/${path}`))
    if (!name.startsWith('security.')) xattrs[name] = latin1Text(mount.getXattr(`/${path}`, name));
  return xattrs;
}

async function mountContent(mount: OverlayMount, path: string): Promise<unknown> {
  try {
    const fd = mount.open(`/${path}`, O_RDONLY);
    try {
      const source = mount.content(fd);
      return await traceBytes(await source.read(0, source.sizeBytes));
    } finally {
      mount.close(fd);
    }
  } catch (error) {
    if (error instanceof VfsError) return { e: error.code };
    throw error;
  }
}

/** The upper as it lies on disk. */
export async function listUpper(upper: Layer, places: TracePlaces, prefix: string): Promise<readonly Listed[]> {
  const lines: Listed[] = [];
  const seen = new Map<number, string>();
  for (const { path, inode } of walkLayer(upper)) {
    const mode = upper.mode(inode);
    if ((mode & S_IFMT) === S_IFCHR && upper.device(inode) === 0) {
      lines.push({ p: path, wh: 1 });
      continue;
    }
    const type = letterOfMode(mode);
    const linkCount = upper.linkCount(inode);
    const x = upperXattrs(upper, inode, places, prefix);
    const same = type === 'd' || linkCount <= 1 ? undefined : seen.get(inode);
    if (type !== 'd' && linkCount > 1 && same === undefined) seen.set(inode, path);
    const device = upper.device(inode);
    lines.push(
      definedOnly({
        p: path,
        t: type,
        m: mode & PERMISSION_BITS,
        u: upper.uid(inode) || undefined,
        g: upper.gid(inode) || undefined,
        x: Object.keys(x).length > 0 ? x : undefined,
        to: type === 'l' ? upper.linkTarget(inode) : undefined,
        rd: type === 'c' || type === 'b' ? [deviceMajor(device), deviceMinor(device)] : undefined,
        n: type !== 'd' && linkCount !== 1 ? linkCount : undefined,
        same,
        s: type === 'f' ? upper.sizeBytes(inode) : undefined,
        d: type === 'f' && !('@metacopy' in x) ? await upperContent(upper, inode) : undefined,
        mt: path === '' ? undefined : traceTime(upper.times(inode).mtime),
      }),
    );
  }
  return lines;
}

async function upperContent(upper: Layer, inode: number): Promise<unknown> {
  const source = upper.content(inode);
  return traceBytes(await source.read(0, source.sizeBytes));
}

function upperXattrs(upper: Layer, inode: number, places: TracePlaces, prefix: string): Record<string, string> {
  const xattrs: Record<string, string> = {};
  const own = `${prefix}overlay.`;
  for (const [name, value] of upper.xattrs(inode)) {
    if (name.startsWith('security.')) continue;
    if (!name.startsWith(own) || name.startsWith(`${own}overlay.`)) xattrs[name] = latin1Text(value);
    else if (name === `${own}origin`) xattrs['@origin'] = places.ofHandle(value);
    else xattrs[`@${name.slice(own.length)}`] = latin1Text(value);
  }
  return xattrs;
}

/** The index of a mount, as a trace lists it. */
export function listIndex(
  upper: Layer,
  indexDirectory: number,
  places: TracePlaces,
  prefix: string,
): readonly Listed[] {
  const lines: Listed[] = [];
  for (const name of upper.names(indexDirectory)) {
    const inode = upper.lookup(indexDirectory, name);
    const type = letterOfMode(upper.mode(inode));
    const isDevice = type === 'c';
    const handle = Uint8Array.from(name.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    const linkCount = upper.xattrs(inode).get(`${prefix}overlay.nlink`);
    lines.push(
      definedOnly({
        origin: places.ofHandle(handle),
        // Traces take any char device for a whiteout here.
        wh: isDevice ? 1 : undefined,
        t: isDevice ? undefined : type,
        n: type === 'f' ? upper.linkCount(inode) : undefined,
        nlink: isDevice ? undefined : linkCount && latin1Text(linkCount),
      }),
    );
  }
  return lines;
}

function definedOnly(fields: Record<string, unknown>): Listed {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
