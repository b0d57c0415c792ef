import type { ContainerConfig, NameSet } from '../../engine/containerConfig.ts';
import type { ImageCalls } from '../../engine/imageCalls.ts';
import type { ImageRecord } from '../../engine/imageRecord.ts';
import { readContainerConfig } from '../../engine/readContainerConfig.ts';
import type { Digest } from '../../image/digest.ts';
import { asObject } from '../../image/jsonFields.ts';
import { changedFiles, type FileChanges } from '../copiedFiles.ts';

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
      /** Where the copied files differ, and those of both are still known. */
      readonly files?: FileChanges;
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
  let nearest:
    { readonly image: ImageRecord; readonly fields: readonly Difference[]; readonly far: number } | undefined;
  for (const image of candidates) {
    const made = containerConfigOf(image);
    if (!made) continue;
    const fields = differences(made, config);
    if (fields.length === 0) {
      if (!hit || created(image) > created(hit)) hit = image;
    } else {
      const far = distance(fields);
      if (!nearest || far < nearest.far) nearest = { image, fields, far };
    }
  }
  if (hit) return { outcome: 'hit', image: hit.id };
  if (!nearest) return { outcome: 'miss', reason: 'noChildren' };
  const { image, fields } = nearest;
  const files = filesOf(images, fields);
  return { outcome: 'miss', reason: 'differs', nearest: image.id, fields, ...(files && { files }) };
}

/** Of two that differ in as many fields, that of the same instruction is nearer. */
function distance(fields: readonly Difference[]): number {
  const command = fields.find(({ field }) => field === 'Cmd');
  const isAnother = command !== undefined && verbOf(command.cached) !== verbOf(command.wanted);
  return fields.length * 2 + (isAnother ? 1 : 0);
}

function verbOf(command: string): string {
  return /#\(nop\) +(\w+)/.exec(command)?.[1] ?? 'RUN';
}

/** The sum that stands for files in the comment of a COPY or ADD. */
const SUM = /(?:file|dir|multi):[0-9a-f]{64}/;

function filesOf(images: ImageCalls, fields: readonly Difference[]): FileChanges | undefined {
  const command = fields.find(({ field }) => field === 'Cmd');
  const before = command && SUM.exec(command.cached)?.[0];
  const now = command && SUM.exec(command.wanted)?.[0];
  return before !== undefined && now !== undefined ? changedFiles(images, before, now) : undefined;
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
