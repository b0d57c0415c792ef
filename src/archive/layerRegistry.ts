import { SNIFF_BYTES, sniffCompression, type Compression } from '../codec/sniff.ts';
import type { ArchiveLayer } from './archive.ts';
import type { LayerSpec } from './layerSpec.ts';
import { StoredLayer, type Resources } from './storedLayer.ts';

/** One ArchiveLayer for each blob and claim: images that share a blob share the layer. */
export class LayerRegistry {
  readonly all: ArchiveLayer[] = [];
  readonly #byKey = new Map<string, ArchiveLayer>();
  readonly #fileName: string;
  readonly #resources: Resources;

  constructor(fileName: string, resources: Resources) {
    this.#fileName = fileName;
    this.#resources = resources;
  }

  async get(spec: LayerSpec): Promise<ArchiveLayer> {
    const key = JSON.stringify([spec.path, spec.diffId, spec.blobDigest, spec.presence]);
    const known = this.#byKey.get(key);
    if (known) return known;
    const layer = new StoredLayer(this.all.length, spec, await compressionOf(spec), this.#fileName, this.#resources);
    this.all.push(layer);
    this.#byKey.set(key, layer);
    return layer;
  }
}

/** Sniffed; of a blob that is far away, what its media type says. */
async function compressionOf({ blob, mediaType = '' }: LayerSpec): Promise<Compression> {
  if (!blob) return 'none';
  if (!blob.isRemote) return sniffCompression(await blob.read(0, SNIFF_BYTES));
  if (/[+.]zstd$/.test(mediaType)) return 'zstd';
  return /[+.]gzip$/.test(mediaType) ? 'gzip' : 'none';
}

/** Gives back what opening and reading took hold of. */
export class HeldResources implements Resources {
  readonly #held: { dispose(): Promise<void> }[] = [];

  add(resource: { dispose(): Promise<void> }): void {
    this.#held.push(resource);
  }

  async dispose(): Promise<void> {
    for (const resource of this.#held.splice(0)) await resource.dispose();
  }
}
