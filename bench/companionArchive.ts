import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tarOf } from '../tests/archive/buildTar.ts';

const LAYERS = 4;
const LAYER_BYTES = 25_000_000;

/** An OCI layout whose layers do not compress. */
export async function generateArchive(path: string): Promise<void> {
  const blobs = new Map<string, Uint8Array>();
  const put = (bytes: Uint8Array, mediaType: string) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    blobs.set(`blobs/sha256/${hex}`, bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const layers: ReturnType<typeof put>[] = [];
  for (let i = 0; i < LAYERS; i++) {
    const layer = await tarOf([[`file-${i}`, randomBytes(LAYER_BYTES)]]);
    layers.push(put(layer, 'application/vnd.oci.image.layer.v1.tar'));
  }
  const rootfs = { type: 'layers', diff_ids: layers.map(({ digest }) => digest) };
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs }));
  const type = (kind: string): string => `application/vnd.oci.image.${kind}.v1+json`;
  const manifest = { schemaVersion: 2, mediaType: type('manifest'), config: put(config, type('config')), layers };
  const index = { schemaVersion: 2, manifests: [put(Buffer.from(JSON.stringify(manifest)), type('manifest'))] };
  const files = [
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
    ['index.json', JSON.stringify(index)],
  ] as const;
  writeFileSync(path, await tarOf([...files, ...blobs]));
}
