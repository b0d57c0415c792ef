import type { ImageCalls } from '../../engine/imageCalls.ts';
import type { BuildCacheRecord } from '../../engine/buildCacheRecord.ts';
import type { Platform } from '../../bytes/platform.ts';
import { digestText } from '../classic/digestText.ts';

/** What a step's key is made of, by name, so that two keys can be compared part by part. */
export type KeyParts = Readonly<Record<string, string>>;

/** Why a step was taken from the cache, or was not. */
export type StepDecision =
  | { readonly outcome: 'hit'; readonly createdAt: string }
  | { readonly outcome: 'miss'; readonly reason: 'disabled' }
  | { readonly outcome: 'miss'; readonly reason: 'neverBuilt' }
  /** The step that was last built of this description differs in these parts. */
  | { readonly outcome: 'miss'; readonly reason: 'differs'; readonly parts: readonly PartDifference[] };

export interface PartDifference {
  readonly part: string;
  readonly cached: string;
  readonly wanted: string;
}

const MAX_KNOWN_STEPS = 10_000;
/** Parts of the last build of each step, for telling what changed; a decision never depends on them. */
const lastParts = new WeakMap<object, Map<string, KeyParts>>();

export interface StepKey {
  readonly key: string;
  readonly parts: KeyParts;
}

/** A key: sha256 over the parts. */
export function stepKey(parts: KeyParts, platform: Platform): StepKey {
  return { key: digestText(JSON.stringify(Object.entries(parts)), platform), parts };
}

/** Looks a step up, and tells why it is there or not. `place` names the step for comparison: stage and number. */
export function lookUpStep(
  images: ImageCalls,
  place: string,
  { key, parts }: StepKey,
  { isIgnored }: { readonly isIgnored: boolean },
): { readonly record: BuildCacheRecord | undefined; readonly decision: StepDecision } {
  const known = lastParts.get(images) ?? new Map<string, KeyParts>();
  lastParts.set(images, known);
  const before = known.get(place);
  known.delete(place);
  known.set(place, parts);
  if (known.size > MAX_KNOWN_STEPS) known.delete(known.keys().next().value as string);
  if (isIgnored) return { record: undefined, decision: { outcome: 'miss', reason: 'disabled' } };
  const record = images.cachedStep(key);
  if (record) return { record, decision: { outcome: 'hit', createdAt: record.createdAt } };
  const different = before ? differences(before, parts) : [];
  if (different.length === 0) return { record: undefined, decision: { outcome: 'miss', reason: 'neverBuilt' } };
  return { record: undefined, decision: { outcome: 'miss', reason: 'differs', parts: different } };
}

function differences(before: KeyParts, now: KeyParts): PartDifference[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].flatMap((part) => {
    const cached = before[part] ?? '';
    const wanted = now[part] ?? '';
    return cached === wanted ? [] : [{ part, cached, wanted }];
  });
}
