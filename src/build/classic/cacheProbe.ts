import type { ContainerConfig, NameSet } from '../../engine/containerConfig.ts';
import type { ImageCalls } from '../../engine/imageCalls.ts';
import type { ImageRecord } from '../../engine/imageRecord.ts';
import { readContainerConfig } from '../../engine/readContainerConfig.ts';
import type { Digest } from '../../image/digest.ts';
import { asObject } from '../../image/jsonFields.ts';

/** What is compared of a step and of the images that were built on the same parent. */
export const COMPARED = ['Cmd', 'Env', 'Labels', 'ExposedPorts', 'Entrypoint', 'Volumes', 'User'] as const;
export type Compared = (typeof COMPARED)[number];

/** Why a step was taken from the cache, or was not. */
export type CacheDecision =
  | { readonly outcome: 'hit'; readonly image: Digest }
  | { readonly outcome: 'miss'; readonly reason: 'disabled' | 'earlierMiss' | 'noChildren' }
  /** The nearest of the images on the same parent differs in these. */
  | {
      readonly outcome: 'miss';
      readonly reason: 'differs';
      readonly nearest: Digest;
      readonly fields: readonly Difference[];
    };

export interface Difference {
  readonly field: Compared;
  readonly cached: string;
  readonly wanted: string;
}

/** Looks for an image that the same step made of the same parent (moby image/cache, getLocalCachedImage): several, the
 *  newest. */
export function probeCache(images: ImageCalls, parent: Digest | undefined, config: ContainerConfig): CacheDecision {
  const candidates = parent === undefined ? orphans(images) : images.childrenOf(parent);
  let hit: ImageRecord | undefined;
  let nearest: { readonly image: ImageRecord; readonly fields: readonly Difference[] } | undefined;
  for (const image of candidates) {
    const made = containerConfigOf(image);
    if (!made) continue;
    const fields = differences(made, config);
    if (fields.length === 0) {
      if (!hit || created(image) > created(hit)) hit = image;
    } else if (!nearest || fields.length < nearest.fields.length) nearest = { image, fields };
  }
  if (hit) return { outcome: 'hit', image: hit.id };
  if (!nearest) return { outcome: 'miss', reason: 'noChildren' };
  return { outcome: 'miss', reason: 'differs', nearest: nearest.image.id, fields: nearest.fields };
}

/** Images that a build from scratch made. */
function orphans(images: ImageCalls): readonly ImageRecord[] {
  return [...images.all()].filter(({ parent, document }) => parent === undefined && document.has('container_config'));
}

function created({ config }: ImageRecord): string {
  return config.created ?? '';
}

function containerConfigOf({ document }: ImageRecord): ContainerConfig | undefined {
  const object = asObject(document.get('container_config'));
  return object && readContainerConfig(object);
}

/** moby image/cache/compare.go. */
function differences(cached: ContainerConfig, wanted: ContainerConfig): readonly Difference[] {
  if (cached.OpenStdin || wanted.OpenStdin) return [{ field: 'Cmd', cached: 'OpenStdin', wanted: '' }];
  return COMPARED.flatMap((field) => {
    const before = comparable(cached[field] ?? null);
    const now = comparable(wanted[field] ?? null);
    return before === now ? [] : [{ field, cached: before, wanted: now }];
  });
}

function comparable(value: string | readonly string[] | NameSet | Readonly<Record<string, string>> | null): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length === 0 ? '' : JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '' : JSON.stringify(entries);
}
