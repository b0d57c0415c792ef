import { MediaType } from '../image/mediaTypes.ts';

export interface ManifestPart {
  readonly mediaType: string;
  readonly size: number;
  readonly digest: string;
}

export interface ListedManifest extends ManifestPart {
  readonly platform: {
    readonly architecture: string;
    readonly os: string;
    readonly variant?: string;
  };
}

/** A schema 2 manifest in the very bytes that docker pushes (distribution manifest/schema2: indented by three). */
export function dockerManifestBytes(config: ManifestPart, layers: readonly ManifestPart[]): Uint8Array {
  return indented({
    schemaVersion: 2,
    mediaType: MediaType.dockerManifest,
    config: part(config),
    layers: layers.map(part),
  });
}

/** A manifest list as `docker manifest push` writes it. */
export function manifestListBytes(manifests: readonly ListedManifest[]): Uint8Array {
  return indented({
    schemaVersion: 2,
    mediaType: MediaType.dockerIndex,
    manifests: manifests.map((manifest) => ({ ...part(manifest), platform: manifest.platform })),
  });
}

function part({ mediaType, size, digest }: ManifestPart) {
  return { mediaType, size, digest };
}

function indented(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, undefined, 3));
}
