import { dirname } from 'node:path';
import type { LayerPlan } from './overlayLayers.ts';
import { nodeCalls, type OverlaySubject, requireTarOf, type SyncFs, writeFirstByte } from './overlaySubject.ts';
import { USTAR_END, ustarHeader, ustarPadding } from './ustar.ts';
import { fileBody } from './vfsTree.ts';

export const PEERS = ['memfs', 'unionfs', 'zenfs'] as const;
export type Peer = (typeof PEERS)[number];

export async function peerOverlay(peer: Peer, plans: readonly LayerPlan[]): Promise<OverlaySubject> {
  switch (peer) {
    case 'memfs':
      return memfs(plans);
    case 'unionfs':
      return unionfs(plans);
    case 'zenfs':
      return zenfs(plans);
  }
}

/** One volume: it knows no layers, and has nothing to copy up. */
async function memfs(plans: readonly LayerPlan[]): Promise<OverlaySubject> {
  const { Volume, createFsFromVolume } = await import('memfs');
  const volume = new Volume();
  const fs = createFsFromVolume(volume) as unknown as SyncFs;
  for (const plan of plans) fill(fs, plan, '');
  return {
    ...nodeCalls(fs),
    snapshot: () => volume.toJSON(),
    seal: () => sealTree(fs),
    close: () => undefined,
  };
}

/** A volume a layer and an empty one on top, which is asked first. It does not copy up: what takes the change is
 *  copied by hand, as its users have to. */
async function unionfs(plans: readonly LayerPlan[]): Promise<OverlaySubject> {
  const { Volume, createFsFromVolume } = await import('memfs');
  const { Union } = await import('unionfs');
  const union = new Union();
  for (const plan of plans) {
    const layer = createFsFromVolume(new Volume());
    fill(layer as unknown as SyncFs, plan, '');
    union.use(layer as never);
  }
  const volume = new Volume();
  const top = createFsFromVolume(volume) as unknown as SyncFs;
  union.use(top as never);
  const fs = union as unknown as SyncFs;
  return {
    ...nodeCalls(fs),
    copyUp: (path) => {
      const body = Uint8Array.from(fs.readFileSync(path) as Uint8Array);
      body[0] = 0x21;
      top.mkdirSync(dirname(path), { recursive: true });
      top.writeFileSync(path, body);
    },
    snapshot: () => volume.toJSON(),
    seal: () => sealTree(top),
    close: () => undefined,
  };
}

/** Copy-on-write over copy-on-write: each takes one layer to read and one to write. */
async function zenfs(plans: readonly LayerPlan[]): Promise<OverlaySubject> {
  const { CopyOnWriteFS, InMemory, fs: zen, mount, umount } = await import('@zenfs/core');
  const fs = zen as unknown as SyncFs;
  const empty = (label: string) => InMemory.create({ label });
  const layers = plans.map((plan, i) => {
    const layer = empty(`layer-${i}`);
    mount('/fill', layer);
    fill(fs, plan, '/fill');
    umount('/fill');
    return layer;
  });
  const top = empty('top');
  const [base, ...above] = [...layers, top];
  let stack: InstanceType<typeof CopyOnWriteFS> | typeof base = base;
  for (const layer of above) stack = new CopyOnWriteFS(stack as never, layer);
  umount('/');
  mount('/', stack as never);
  return {
    ...nodeCalls(fs),
    copyUp: (path) => writeFirstByte(fs, path),
    seal: () => {
      mount('/top', top);
      const files = sealTree(fs, '/top');
      umount('/top');
      return files;
    },
    close: () => undefined,
  };
}

function fill(fs: SyncFs, plan: LayerPlan, root: string): void {
  for (const path of plan.directories) fs.mkdirSync(root + path, { recursive: true });
  for (const { path, index } of plan.files) fs.writeFileSync(root + path, fileBody(index));
}

interface PeerStat {
  isDirectory(): boolean;
  readonly mode: number | bigint;
  readonly mtimeMs: number | bigint;
}

/** What their users would write: a walk, a header and the bytes of each. */
function sealTree(fs: SyncFs, root = ''): number {
  let bytes = USTAR_END.length;
  let files = 0;
  const open = [''];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const name of (fs.readdirSync(root + (path || '/')) as string[]).sort()) {
      const child = `${path}/${name}`;
      const stat = fs.statSync(root + child) as PeerStat;
      const isDirectory = stat.isDirectory();
      if (isDirectory) open.push(child);
      else files++;
      const body = isDirectory ? undefined : (fs.readFileSync(root + child) as Uint8Array);
      const header = ustarHeader({
        name: child.slice(1) + (isDirectory ? '/' : ''),
        type: isDirectory ? 'directory' : 'file',
        mode: Number(stat.mode) & 0o7777,
        sizeBytes: body?.length ?? 0,
        mtimeSec: Math.floor(Number(stat.mtimeMs) / 1000),
      });
      bytes += Buffer.concat(body ? [header, body, ustarPadding(body.length)] : [header]).length;
    }
  }
  requireTarOf(files, bytes);
  return files;
}
