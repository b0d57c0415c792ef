import { SNIFF_BYTES, sniffCompression } from '../codec/sniff.ts';
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
    const head = (await spec.blob?.read(0, SNIFF_BYTES)) ?? new Uint8Array();
    const layer = new StoredLayer(this.all.length, spec, sniffCompression(head), this.#fileName, this.#resources);
    this.all.push(layer);
    this.#byKey.set(key, layer);
    return layer;
  }
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
