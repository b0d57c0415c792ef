import { digestOf } from '../../image/digest.ts';
import type { RegistryState, RegistryStore, StoredRepository } from '../../registry/simulated/registryStore.ts';
import { KeepError } from './keepError.ts';
import { openPart } from './keptMachine.ts';
import { blobPart, type PackedRepository } from './packRegistry.ts';
import { requireDigest, type Unpacking } from './unpackHost.ts';

/** A registry's repositories; the registry takes the blobs in. Throws KeepError. */
export async function unpackRegistry(
  repositories: readonly PackedRepository[],
  registry: RegistryStore,
  { parts, platform, trust }: Unpacking,
): Promise<RegistryState> {
  const state = new Map<string, StoredRepository>();
  for (const { name, tags, manifests, blobs } of repositories) {
    for (const digest of blobs) {
      if (registry.blobs.has(digest)) continue;
      const source = await openPart(parts, blobPart(digest));
      if (trust === 'foreign') await requireDigest(source, digest, blobPart(digest), platform);
      registry.holdBlob(digest, source);
    }
    for (const { digest, bytes } of manifests)
      if (digestOf(bytes, platform) !== digest) throw new KeepError('digest', '', `a manifest is not ${digest}`);
    state.set(name, {
      tags: new Map(tags),
      manifests: new Map(manifests.map((manifest) => [manifest.digest, manifest])),
      blobs: new Set(blobs),
    });
  }
  return state;
}
