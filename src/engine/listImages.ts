import { familiarForm } from '../image/reference.ts';
import { familiarMatch } from '../image/referenceMatch.ts';
import { ImageError } from '../image/imageError.ts';
import type { EngineCore } from './engineCore.ts';
import { type Filters, fitsLabels, NO_FILTERS, requireKnownFilters, wordFilter } from './filters.ts';
import { compareTimes, normalTime } from './goTime.ts';
import type { ImageSummary } from './imageCalls.ts';
import type { ImageRecord } from './imageRecord.ts';
import { findImage, hasChildren } from './imageStore.ts';
import { other } from './messages.ts';
import { isTagged, referencesTo } from './references.ts';
import { untilSec } from './untilFilter.ts';

const FILTERS_20 = ['dangling', 'label', 'before', 'since', 'reference'];
const FILTERS_26 = [...FILTERS_20, 'until'];

/** The rows of `docker images`, newest first (moby daemon/images, Images). */
export function listImages(
  core: EngineCore,
  { isAll = false, filters = NO_FILTERS }: { readonly isAll?: boolean; readonly filters?: Filters },
): ImageSummary[] {
  requireKnownFilters(filters, core.vintage === '20.10' ? FILTERS_20 : FILTERS_26);
  const isDangling = wordFilter(filters, 'dangling', core.vintage);
  const accepts = imageFilter(core, filters);
  const rows: ImageSummary[] = [];
  for (const image of core.state.images.values()) {
    // Those of other systems are there, and are not shown.
    if (core.vintage === '20.10' && !['', 'linux'].includes(image.config.os ?? '')) continue;
    if (isDangling === true && hasChildren(core.state, image.id)) continue;
    if (!accepts(image)) continue;
    const row = summarize(core, image, filters.get('reference') ?? []);
    if (row.repoTags.length === 0 && row.repoDigests.length === 0) {
      if (!isAll && hasChildren(core.state, image.id)) continue;
      if (isDangling === false || filters.has('reference')) continue;
    } else if (isDangling === true && row.repoTags.length > 0) continue;
    rows.push(row);
  }
  return newestFirst(rows);
}

/** Of one second, the one that came last to the store is first. */
function newestFirst(rows: readonly ImageSummary[]): ImageSummary[] {
  return [...rows].reverse().sort((a, b) => b.createdSec - a.createdSec);
}

function imageFilter(core: EngineCore, filters: Filters): (image: ImageRecord) => boolean {
  const before = oldest((filters.get('before') ?? []).map((name) => createdOf(findImage(core, name))));
  const since = newest((filters.get('since') ?? []).map((name) => createdOf(findImage(core, name))));
  const until = untilSec(core, filters);
  return (image) => {
    const created = createdOf(image);
    if (before !== undefined && compareTimes(created, before) >= 0) return false;
    if (since !== undefined && compareTimes(created, since) <= 0) return false;
    if (until !== undefined && image.createdSec >= until) return false;
    return fitsLabels(filters, 'label', image.config.config?.labels ?? null);
  };
}

function createdOf(image: ImageRecord): string {
  return normalTime(image.config.created);
}

function oldest(times: readonly string[]): string | undefined {
  return [...times].sort(compareTimes)[0];
}

function newest(times: readonly string[]): string | undefined {
  return [...times].sort(compareTimes).at(-1);
}

function summarize(core: EngineCore, image: ImageRecord, patterns: readonly string[]): ImageSummary {
  const references = referencesTo(core.state, image.id).filter(
    (reference) => patterns.length === 0 || patterns.some((pattern) => matches(pattern, reference)),
  );
  const { os = '', architecture = '', variant } = image.config;
  return {
    id: image.id,
    parentId: image.parent ?? '',
    repoTags: references.filter(isTagged).map(familiarForm),
    repoDigests: references.filter((reference) => !isTagged(reference)).map(familiarForm),
    createdSec: image.createdSec,
    sizeBytes: image.sizeBytes,
    sharedSizeBytes: -1,
    containers: -1,
    labels: image.config.config?.labels ?? null,
    platform: [os, architecture, ...(variant === undefined ? [] : [variant])].join('/'),
  };
}

function matches(pattern: string, reference: Parameters<typeof familiarMatch>[1]): boolean {
  try {
    return familiarMatch(pattern, reference);
  } catch (error) {
    if (error instanceof ImageError) throw other('invalidParameter', 'syntax error in pattern', error);
    throw error;
  }
}

/** What `docker system df` asks: sizes that other images share, and how many containers each has. */
export function imagesWithUsage(core: EngineCore): ImageSummary[] {
  const rows = listImages(core, {});
  const uses = new Map<string, number>();
  for (const { id } of rows)
    for (const { chainId } of core.state.images.get(id)?.layers ?? []) uses.set(chainId, (uses.get(chainId) ?? 0) + 1);
  return rows.map((row) => ({
    ...row,
    sharedSizeBytes: (core.state.images.get(row.id)?.layers ?? [])
      .filter(({ chainId }) => (uses.get(chainId) ?? 0) > 1)
      .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    containers: [...core.state.containers.values()].filter(({ imageId }) => imageId === row.id).length,
  }));
}
