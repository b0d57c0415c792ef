import type { Digest } from '../image/digest.ts';
import type { EngineCore } from './engineCore.ts';
import type { EngineState, KnownBlob } from './engineState.ts';

/** Remembers that a repository has a layer as that blob. */
export function rememberBlob(core: EngineCore, diffId: Digest, blob: KnownBlob): void {
  const earlier = core.state.knownBlobs.get(diffId) ?? [];
  const others = earlier.filter(({ digest, repository }) => digest !== blob.digest || repository !== blob.repository);
  core.update({ knownBlobs: new Map(core.state.knownBlobs).set(diffId, [...others, blob]) });
}

/** What layer a blob is known to hold. */
export function diffIdOf(state: EngineState, digest: Digest): Digest | undefined {
  for (const [diffId, blobs] of state.knownBlobs) if (blobs.some((blob) => blob.digest === digest)) return diffId;
  return undefined;
}
