import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { S_IFCHR, S_IFDIR, S_IFMT, S_IFREG } from '../../../src/vfs/overlay/fileMode.ts';
import type { Layer } from '../../../src/vfs/overlay/layer.ts';
import { O_APPEND, O_TRUNC, O_WRONLY } from '../../../src/vfs/overlay/openFlags.ts';
import { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { Upper } from '../../../src/vfs/overlay/upper.ts';
import { VfsError } from '../../../src/vfs/vfsError.ts';
import { readFile } from './mountDump.ts';

/** What the kernel did, call by call, with files whose data lies in a data-only layer (`lowerdir=A[:C]::B`). */
interface Recorded {
  readonly kernel: string;
  readonly mounts: readonly {
    readonly options: string;
    readonly withMiddleLayer: boolean;
    readonly steps: readonly (readonly [string, unknown])[];
    readonly upper: readonly Record<string, unknown>[];
  }[];
}

const recorded = JSON.parse(readFileSync(new URL('./goldens/dataLayers.json', import.meta.url), 'utf8')) as Recorded;

function metadataLayer(): Layer {
  const layer = new Upper();
  const redirects = { f: '/x/data', g: '/none', h: '/x/data', r: 'plain', i: '/x/data' };
  for (const [name, redirect] of Object.entries(redirects)) {
    const inode = layer.create(layer.rootInode, name, { mode: S_IFREG | 0o644, uid: 0, gid: 0 });
    layer.resize(inode, 5);
    layer.setXattr(inode, 'trusted.overlay.metacopy', new Uint8Array(0));
    layer.setXattr(inode, 'trusted.overlay.redirect', Buffer.from(redirect));
  }
  layer.link(layer.rootInode, 'h2', layer.lookup(layer.rootInode, 'h'));
  return layer.freeze();
}

function dataLayer(): Layer {
  const layer = new Upper();
  const directory = layer.create(layer.rootInode, 'x', { mode: S_IFDIR | 0o755, uid: 0, gid: 0 });
  addFile(layer, directory, 'data', 'hello');
  addFile(layer, layer.rootInode, 'plain', 'plain');
  return layer.freeze();
}

function middleLayer(): Layer {
  const layer = new Upper();
  addFile(layer, layer.rootInode, 'plain2', 'zz');
  return layer.freeze();
}

function addFile(layer: Upper, directory: number, name: string, text: string): void {
  const inode = layer.create(directory, name, { mode: S_IFREG | 0o644, uid: 0, gid: 0 });
  layer.write(inode, 0, Buffer.from(text));
}

function runStep(mount: OverlayMount, step: string): unknown {
  const [call, a = '', b = ''] = step.split(' ');
  const path = `/${a}`;
  const writeWith = (flags: number, text: string) => {
    const fd = mount.open(path, O_WRONLY | flags);
    mount.pwrite(fd, 0, Buffer.from(text));
    mount.close(fd);
    return 'ok';
  };
  const calls: Record<string, () => unknown> = {
    ls: () =>
      mount
        .readdir('/')
        .map(({ name }) => name)
        .sort(),
    stat: () => {
      const { mode, sizeBytes, linkCount } = mount.stat(path);
      return a === 'h2' ? `0o${mode.toString(8)}` : [sizeBytes, linkCount];
    },
    read: () => Buffer.from(readFile(mount, path)).toString(),
    chmod: () => mount.chmod(path, 0o600),
    append: () => writeWith(O_APPEND, '!'),
    trunc: () => mount.truncate(path, 0),
    otrunc: () => writeWith(O_TRUNC, ''),
    rename: () => mount.rename(path, `/${b}`),
    link: () => mount.link(path, `/${b}`),
    unlink: () => mount.unlink(path),
  };
  try {
    return calls[call as string]?.() ?? 'ok';
  } catch (error) {
    if (error instanceof VfsError) return error.code;
    throw error;
  }
}

function describeUpper(upper: Upper): readonly Record<string, unknown>[] {
  return [...upper.names(upper.rootInode)].sort().map((name) => {
    const inode = upper.lookup(upper.rootInode, name);
    const mode = upper.mode(inode);
    const marks: Record<string, string> = {};
    for (const [key, value] of upper.xattrs(inode)) {
      const mark = key.slice('trusted.overlay.'.length);
      marks[mark] = mark === 'origin' ? 'O' : Buffer.from(value).toString();
    }
    const isWhiteout = (mode & S_IFMT) === S_IFCHR;
    return {
      name,
      mode: `0o${mode.toString(8)}`,
      sizeBytes: upper.sizeBytes(inode),
      linkCount: isWhiteout ? 0 : upper.linkCount(inode),
      marks,
    };
  });
}

describe('OVL-1 files whose data lies in a data-only layer', () => {
  it.each(recorded.mounts)(
    '$options, a layer between: $withMiddleLayer',
    ({ options, withMiddleLayer, steps, upper: expectedUpper }) => {
      const upper = new Upper();
      const lowers = [metadataLayer(), ...(withMiddleLayer ? [middleLayer()] : [])];
      const mount = new OverlayMount({ lowers, dataLayers: [dataLayer()], upper, options });
      expect(steps.map(([step]) => [step, runStep(mount, step)])).toEqual(steps);
      expect(describeUpper(upper)).toEqual(expectedUpper);
    },
  );
});
