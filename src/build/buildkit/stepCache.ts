import type { ImageCalls } from '../../engine/imageCalls.ts';
import type { BuildCacheRecord } from '../../engine/buildCacheRecord.ts';
import type { Platform } from '../../bytes/platform.ts';
import { digestText } from '../classic/digestText.ts';
import { changedFiles, type FileChanges } from '../copiedFiles.ts';

/** What a step's key is made of, by name, so that two keys can be compared part by part. */
export type KeyParts = Readonly<Record<string, string>>;

/** Why a step was taken from the cache, or was not. */
export type StepDecision =
  | { readonly outcome: 'hit'; readonly createdAt: string }
  | { readonly outcome: 'miss'; readonly reason: 'disabled' }
  | { readonly outcome: 'miss'; readonly reason: 'neverBuilt' }
  /** What it stands on was made in this very build. */
  | { readonly outcome: 'miss'; readonly reason: 'earlierMiss' }
  /** The nearest of the steps that were built on the same differs in these parts. */
  | {
      readonly outcome: 'miss';
      readonly reason: 'differs';
      readonly parts: readonly PartDifference[];
      /** Where the copied files differ, and those of both are still known. */
      readonly files?: FileChanges;
    };

export interface PartDifference {
  readonly part: string;
  readonly cached: string;
  readonly wanted: string;
}

/** Longer parts are not kept beside a record. */
const MAX_PARTS_LENGTH = 1 << 16;

export interface StepKey {
  readonly key: string;
  readonly parts: KeyParts;
}

/** A key: sha256 over the parts. */
export function stepKey(parts: KeyParts, platform: Platform): StepKey {
  return { key: digestText(JSON.stringify(Object.entries(parts)), platform), parts };
}

/** Looks a step up, and tells why it is there or not. */
export function lookUpStep(
  images: ImageCalls,
  { key, parts }: StepKey,
  { isIgnored, isBaseNew }: { readonly isIgnored: boolean; readonly isBaseNew: boolean },
): { readonly record: BuildCacheRecord | undefined; readonly decision: StepDecision } {
  if (isIgnored) return { record: undefined, decision: { outcome: 'miss', reason: 'disabled' } };
  const record = images.cachedStep(key);
  if (record) return { record, decision: { outcome: 'hit', createdAt: record.createdAt } };
  const nearest = nearestTo(images, parts);
  if (!nearest) return { record, decision: { outcome: 'miss', reason: isBaseNew ? 'earlierMiss' : 'neverBuilt' } };
  const different = differences(nearest, parts);
  const files = changedFiles(images, nearest.files ?? '', parts.files ?? '');
  const decision = { outcome: 'miss', reason: 'differs', parts: different, ...(files && { files }) } as const;
  return { record: undefined, decision };
}

/** What is kept beside a record, so that a later miss can be told in its parts. */
export function keptParts(parts: KeyParts): KeyParts | undefined {
  const length = Object.values(parts).reduce((sum, { length: one }) => sum + one, 0);
  return length > MAX_PARTS_LENGTH ? undefined : parts;
}

/** Of the steps of the same kind on the same base that are kept the one with the fewest differences; of several the
 *  latest. */
function nearestTo(images: ImageCalls, parts: KeyParts): KeyParts | undefined {
  let nearest: { readonly parts: KeyParts; readonly count: number } | undefined;
  for (const { key, parts: its } of images.buildCache()) {
    if (!its || its.base !== parts.base || its.kind !== parts.kind || !images.cachedStep(key)) continue;
    const { length: count } = differences(its, parts);
    if (!nearest || count <= nearest.count) nearest = { parts: its, count };
  }
  return nearest?.parts;
}

function differences(before: KeyParts, now: KeyParts): PartDifference[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].flatMap((part) => {
    const cached = before[part] ?? '';
    const wanted = now[part] ?? '';
    return cached === wanted ? [] : [{ part, cached, wanted }];
  });
}
