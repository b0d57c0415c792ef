import type { WasteCause } from './waste.ts';
import { isPackageCachePath } from './packageCaches.ts';

/** A key into the translated remedies, never a sentence. */
export type Remedy =
  | 'removeInSameLayer' // create and delete within one RUN
  | 'cleanPackageCache'
  | 'copyWithChmod' // COPY --chmod / --chown instead of a RUN chmod
  | 'multiStage'
  | 'linkInstead'
  | 'squash'
  | 'orderCopies'; // copy the final version only

/** What would avoid a waste, from its cause and the two instructions where the history tells them. */
export function remedyFor(
  cause: WasteCause,
  path: string,
  madeBy: string | undefined,
  wastedBy: string | undefined,
): Remedy {
  if (cause === 'duplicate') return 'linkInstead';
  if (cause === 'metadataOnly') return isCopy(madeBy) ? 'copyWithChmod' : 'squash';
  if (isPackageCachePath(path)) return 'cleanPackageCache';
  if (cause === 'superseded') return isCopy(madeBy) || isCopy(wastedBy) ? 'orderCopies' : 'squash';
  // What was copied in cannot be deleted within the same RUN.
  return isCopy(madeBy) ? 'multiStage' : 'removeInSameLayer';
}

/** COPY and ADD as the classic builder (`/bin/sh -c #(nop) COPY`) and BuildKit (`COPY … # buildkit`) write them. */
function isCopy(instruction: string | undefined): boolean {
  return instruction !== undefined && /^(?:\/bin\/sh -c #\(nop\)\s+)?(?:COPY|ADD)\s/.test(instruction);
}
