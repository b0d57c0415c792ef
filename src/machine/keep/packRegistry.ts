import type { Digest } from '../../image/digest.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import type { RegistryState } from '../../registry/simulated/registryStore.ts';
import type { KeptPart } from './keptMachine.ts';

export interface PackedRepository {
  readonly name: string;
  readonly tags: readonly (readonly [string, Digest])[];
  readonly manifests: readonly { readonly digest: Digest; readonly mediaType: string; readonly bytes: Uint8Array }[];
  readonly blobs: readonly Digest[];
}

export function blobPart(digest: Digest): string {
  return `registry/${digest}`;
}

/** A registry's repositories; their blobs are parts. */
export function packRegistry(
  state: RegistryState,
  blobs: ReadonlyMap<Digest, ByteSource>,
  parts: Map<string, KeptPart>,
): readonly PackedRepository[] {
  return [...state].map(([name, repository]) => ({
    name,
    tags: [...repository.tags],
    manifests: [...repository.manifests.values()].map(({ digest, mediaType, bytes }) => ({ digest, mediaType, bytes })),
    blobs: [...repository.blobs].filter((digest) => {
      const blob = blobs.get(digest);
      if (blob) parts.set(blobPart(digest), { open: async () => blob });
      return blob !== undefined;
    }),
  }));
}
