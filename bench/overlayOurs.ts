import { MemorySource } from '../src/bytes/byteSource.ts';
import { scanTar } from '../src/tar/scanTar.ts';
import { writeTar } from '../src/tar/writeTar.ts';
import { LayerTreeBuilder } from '../src/vfs/layerTreeBuilder.ts';
import type { Layer } from '../src/vfs/overlay/layer.ts';
import { LayerTreeLayer } from '../src/vfs/overlay/layerTreeLayer.ts';
import { O_CREAT, O_EXCL, O_WRONLY } from '../src/vfs/overlay/openFlags.ts';
import { OverlayMount } from '../src/vfs/overlay/overlayMount.ts';
import { sealLayer } from '../src/vfs/overlay/seal.ts';
import { Upper } from '../src/vfs/overlay/upper.ts';
import type { LayerPlan } from './overlayLayers.ts';
import { type OverlaySubject, requireTarOf } from './overlaySubject.ts';
import { USTAR_END, ustarHeader, ustarPadding } from './ustar.ts';
import { fileBody } from './vfsTree.ts';

const CREATING = { flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o644 };
const FIRST_BYTE = Uint8Array.of(0x21);

/** The union mount over layers as they lie in an archive. */
export async function ourOverlay(plans: readonly LayerPlan[]): Promise<OverlaySubject> {
  const upper = new Upper();
  const mount = await ourMount(plans, upper);
  return {
    stat: (path) => mount.stat(path).sizeBytes,
    readdir: (path) => mount.readdir(path).length,
    read: (path) => mount.readFile(path).length,
    create: (path, body) => mount.writeFile(path, body, CREATING),
    overwrite: (path, body) => mount.writeFile(path, body),
    rename: (from, to) => mount.rename(from, to),
    copyUp: (path) => {
      const fd = mount.open(path, O_WRONLY);
      mount.pwrite(fd, 0, FIRST_BYTE);
      mount.close(fd);
    },
    snapshot: () => mount.snapshot(),
    seal: async () => {
      let files = 0;
      const members = function* () {
        for (const sealed of sealLayer(upper.freeze())) {
          if (sealed.member.type === 'file') files++;
          yield sealed;
        }
      };
      let bytes = 0;
      for await (const chunk of writeTar(members())) bytes += chunk.length;
      requireTarOf(files, bytes);
      return files;
    },
    close: () => undefined,
  };
}

export async function ourMount(plans: readonly LayerPlan[], upper: Upper): Promise<OverlayMount> {
  const layers: Layer[] = [];
  for (const [i, plan] of plans.entries()) layers.push(await layerOf(plan, i));
  return new OverlayMount({ lowers: layers.reverse(), upper });
}

async function layerOf(plan: LayerPlan, position: number): Promise<Layer> {
  const source = new MemorySource(tarOf(plan));
  const builder = new LayerTreeBuilder();
  await scanTar(source, (entry) => builder.add(entry));
  return new LayerTreeLayer(builder.finish().tree, source, new Uint8Array(16).fill(position + 1));
}

function tarOf({ directories, files }: LayerPlan): Uint8Array {
  const parts: Buffer[] = [];
  const mtimeSec = 1_700_000_000;
  for (const path of directories)
    parts.push(ustarHeader({ name: `${path.slice(1)}/`, type: 'directory', mode: 0o755, sizeBytes: 0, mtimeSec }));
  for (const { path, index } of files) {
    const body = fileBody(index);
    const sizeBytes = body.length;
    parts.push(ustarHeader({ name: path.slice(1), type: 'file', mode: 0o644, sizeBytes, mtimeSec }), body);
    parts.push(ustarPadding(sizeBytes));
  }
  const { buffer, byteOffset, length } = Buffer.concat([...parts, USTAR_END]);
  return new Uint8Array(buffer, byteOffset, length);
}
