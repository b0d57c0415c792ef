import { describe, expect, it } from 'vitest';
import { encodeName } from '../../../src/bytes/byteName.ts';
import { MemorySource } from '../../../src/bytes/byteSource.ts';
import { scanTar } from '../../../src/tar/scanTar.ts';
import type { TarEntryType } from '../../../src/tar/tarEntry.ts';
import { writeTar } from '../../../src/tar/writeTar.ts';
import { LayerTreeBuilder } from '../../../src/vfs/layerTreeBuilder.ts';
import type { LayerTreeLayer } from '../../../src/vfs/overlay/layerTreeLayer.ts';
import { treeLayerOver } from '../../../src/vfs/overlay/linkedTreeLayer.ts';
import { O_WRONLY } from '../../../src/vfs/overlay/openFlags.ts';
import { OverlayMount } from '../../../src/vfs/overlay/overlayMount.ts';
import { Upper } from '../../../src/vfs/overlay/upper.ts';

type Member = readonly [name: string, type: TarEntryType, body: string];

/** Base first; `body`: of a file what it holds, of a link where it leads. */
async function stackOf(...tars: readonly (readonly Member[])[]): Promise<LayerTreeLayer[]> {
  const layers: LayerTreeLayer[] = [];
  for (const members of tars) {
    const chunks: Uint8Array[] = [];
    const written = members.map(([name, type, body]) => ({
      member: {
        name: encodeName(name),
        type,
        mode: type === 'hardlink' ? 0o600 : 0o640,
        uid: 7,
        gid: 8,
        mtimeSec: 5,
        sizeBytes: type === 'file' ? body.length : 0,
        ...(type === 'hardlink' && { linkName: encodeName(body) }),
      },
      ...(type === 'file' && { content: [Buffer.from(body)] }),
    }));
    for await (const chunk of writeTar(written)) chunks.push(chunk);
    const source = new MemorySource(Buffer.concat(chunks));
    const builder = new LayerTreeBuilder();
    await scanTar(source, (entry) => builder.add(entry));
    layers.push(treeLayerOver(layers, builder.finish().tree, source, new Uint8Array(16).fill(layers.length + 1)));
  }
  return layers;
}

function mountOf(stack: readonly LayerTreeLayer[]): OverlayMount {
  return new OverlayMount({ lowers: [...stack].reverse(), upper: new Upper() });
}

const text = (mount: OverlayMount, path: string) => Buffer.from(mount.readFile(path)).toString();

describe('OVL-1 a hard link to a file of a layer below', () => {
  it('shows that file, and is copied up with what it holds', async () => {
    const stack = await stackOf([['f', 'file', 'below']], [['f', 'file', 'between']], [['g', 'hardlink', 'f']]);
    const mount = mountOf(stack);
    expect(text(mount, '/g')).toBe('between');
    expect(mount.stat('/g')).toMatchObject({ sizeBytes: 7, mode: 0o100640, uid: 7, gid: 8 });
    const fd = mount.open('/g', O_WRONLY);
    mount.pwrite(fd, 0, Buffer.from('B'));
    mount.close(fd);
    expect(text(mount, '/g')).toBe('Between');
    expect(text(mount, '/f')).toBe('between');
  });

  it('leads on through links of other layers', async () => {
    const stack = await stackOf([['f', 'file', 'below']], [['g', 'hardlink', 'f']], [['h', 'hardlink', 'g']]);
    expect(text(mountOf(stack), '/h')).toBe('below');
  });

  it('is an empty file where nothing is there', async () => {
    const stack = await stackOf([['f', 'file', 'below']], [['g', 'hardlink', 'missing']]);
    expect(text(mountOf(stack), '/g')).toBe('');
  });
});
