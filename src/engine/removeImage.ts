import type { Digest } from '../image/digest.ts';
import { familiarForm, fullForm, type Reference } from '../image/reference.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { withoutEntry } from './engineState.ts';
import { type Filters, booleanFilter, fitsLabels, requireKnownFilters } from './filters.ts';
import type { DeletedItem, PruneReport } from './imageCalls.ts';
import { logImageEvent } from './imageEvents.ts';
import { findImage, hasChildren, isIdBeginning } from './imageStore.ts';
import { releaseLayers } from './layerStore.ts';
import { imageConflict, referenceInUse, shortId } from './messages.ts';
import { hasSameName, isTagged, readReference, referencesTo, removeReference } from './references.ts';
import { untilSec } from './untilFilter.ts';

export interface RemoveOptions {
  readonly isForced: boolean;
  /** Parents that nothing needs any longer go, too. */
  readonly prunesParents: boolean;
}

/** `docker rmi` (moby daemon/images, ImageDelete). A name loses its reference; the image goes when no other is left. An
 *  ID takes all references of one repository with it. */
export function removeImage(core: EngineCore, name: string, options: RemoveOptions): DeletedItem[] {
  const { id } = findImage(core, name);
  const items: DeletedItem[] = [];
  const references = referencesTo(core.state, id);
  let isQuiet = false;
  if (!isIdBeginning(id, name)) {
    if (!options.isForced && isSingle(references)) {
      const container = userOf(core, id);
      if (container) throw referenceInUse(name, container.id, id);
    }
    removeName(core, id, readReference(name, core.vintage), items);
    if (referencesTo(core.state, id).length > 0) return items;
    isQuiet = true;
  } else if (isSingle(references)) {
    const conflict = conflictOf(core, id, options.isForced ? HARD : [...HARD, 'stopped']);
    if (conflict) throw conflict.error;
    for (const reference of references) untag(core, id, reference, items);
  }
  removeFromStore(core, id, items, options, isQuiet);
  return items;
}

/** Takes a name away, and the digests of its repository with its last tag. */
function removeName(core: EngineCore, id: Digest, name: Reference, items: DeletedItem[]): void {
  const removed = untag(core, id, name, items);
  if (!isTagged(removed)) return;
  const left = referencesTo(core.state, id);
  if (left.some((reference) => isTagged(reference) && hasSameName(reference, removed))) return;
  for (const reference of left) if (hasSameName(reference, removed)) untag(core, id, reference, items);
}

function untag(core: EngineCore, id: Digest, reference: Reference, items: DeletedItem[]): Reference {
  const removed = removeReference(core, reference);
  logImageEvent(core, 'untag', id, id);
  items.push({ untagged: familiarForm(removed) });
  return removed;
}

/** At most one tag, and digests of its repository alone. */
function isSingle(references: readonly Reference[]): boolean {
  if (references.length <= 1) return true;
  const tags = references.filter(isTagged);
  if (tags.length > 1) return false;
  const digests = references.filter((reference) => !isTagged(reference));
  const single = tags[0] ?? (references[0] as Reference);
  return digests.length > 0 && digests.every((reference) => hasSameName(reference, single));
}

type ConflictKind = 'child' | 'running' | 'reference' | 'stopped';

interface Conflict {
  readonly error: EngineError;
  readonly isUsed: boolean;
}

const HARD: readonly ConflictKind[] = ['child', 'running'];

/** What stands against the removal, in the daemon's order. */
function conflictOf(core: EngineCore, id: Digest, kinds: readonly ConflictKind[]): Conflict | undefined {
  const { state } = core;
  const hard = (why: string) => imageConflict(id, 'cannot be forced', why);
  const soft = (why: string) => imageConflict(id, 'must be forced', why);
  if (kinds.includes('child') && hasChildren(state, id))
    return { error: hard('image has dependent child images'), isUsed: false };
  const running = userOf(core, id, isRunning);
  if (kinds.includes('running') && running)
    return { error: hard(`image is being used by running container ${shortId(running.id)}`), isUsed: true };
  if (kinds.includes('reference') && referencesTo(state, id).length > 0)
    return { error: soft('image is referenced in multiple repositories'), isUsed: false };
  const stopped = userOf(core, id, (container) => !isRunning(container));
  if (kinds.includes('stopped') && stopped)
    return { error: soft(`image is being used by stopped container ${shortId(stopped.id)}`), isUsed: true };
  return undefined;
}

function userOf(
  core: EngineCore,
  id: Digest,
  fits: (container: ContainerRecord) => boolean = () => true,
): ContainerRecord | undefined {
  for (const container of core.state.containers.values())
    if (container.imageId === id && fits(container)) return container;
  return undefined;
}

export function isRunning({ state }: ContainerRecord): boolean {
  return state.status === 'running' || state.status === 'paused' || state.status === 'restarting';
}

/** `isQuiet`: a conflict is told only of an image that hangs loose and is not used. */
function removeFromStore(
  core: EngineCore,
  id: Digest,
  items: DeletedItem[],
  { isForced, prunesParents }: RemoveOptions,
  isQuiet: boolean,
): void {
  const conflict = conflictOf(core, id, isForced ? HARD : [...HARD, 'reference', 'stopped']);
  if (conflict) {
    const isDangling = referencesTo(core.state, id).length === 0 && !hasChildren(core.state, id);
    if (isQuiet && (!isDangling || conflict.isUsed)) return;
    throw conflict.error;
  }
  for (const reference of referencesTo(core.state, id)) untag(core, id, reference, items);
  const image = core.state.images.get(id);
  if (!image) return;
  const { state, released } = releaseLayers(
    { ...core.state, images: withoutEntry(core.state.images, id) },
    image.layers,
  );
  core.replace(state);
  logImageEvent(core, 'delete', id, id);
  items.push({ deleted: id });
  for (const chainId of released) items.push({ deleted: chainId });
  if (!prunesParents || image.parent === undefined || !core.state.images.has(image.parent)) return;
  removeFromStore(core, image.parent, items, { isForced: false, prunesParents: true }, true);
}

/** `docker image prune`: images without a tag, or with `dangling=false` all that no container uses (moby daemon/images,
 *  ImagesPrune). */
export function pruneImages(core: EngineCore, filters: Filters): PruneReport {
  requireKnownFilters(filters, ['dangling', 'label', 'label!', 'until']);
  const isDanglingOnly = pruneKind(core, filters);
  const until = untilSec(core, filters);
  const sizes = new Map([...core.state.layers].map(([chainId, { sizeBytes }]) => [chainId as string, sizeBytes]));
  const candidates = [...core.state.images.values()].filter((image) => {
    if (hasChildren(core.state, image.id) && (isDanglingOnly || referencesTo(core.state, image.id).length === 0))
      return false;
    if (until !== undefined && image.createdSec > until) return false;
    const labels = image.config.config?.labels ?? null;
    return fitsLabels(filters, 'label', labels) && !(filters.has('label!') && fitsLabels(filters, 'label!', labels));
  });
  const items: DeletedItem[] = [];
  for (const { id } of candidates) items.push(...pruneOne(core, id, isDanglingOnly));
  const reclaimedBytes = items.reduce((sum, item) => sum + ('deleted' in item ? (sizes.get(item.deleted) ?? 0) : 0), 0);
  return { items, reclaimedBytes };
}

/** Whether only images without a tag go. Of two values that are at odds 20.10 takes the one that asks for all. */
function pruneKind(core: EngineCore, filters: Filters): boolean {
  const asksForAll = filters.get('dangling')?.some((value) => value === 'false' || value === '0') === true;
  if (core.vintage === '20.10' && asksForAll) return false;
  return booleanFilter(filters, 'dangling') ?? true;
}

function pruneOne(core: EngineCore, id: Digest, isDanglingOnly: boolean): DeletedItem[] {
  const references = referencesTo(core.state, id);
  if (references.length === 0) return core.state.images.has(id) ? removedQuietly(core, id.slice('sha256:'.length)) : [];
  if (isDanglingOnly && references.some(isTagged)) return [];
  return references.flatMap((reference) => removedQuietly(core, fullForm(reference)));
}

/** Nothing where it may not be removed. */
function removedQuietly(core: EngineCore, name: string): DeletedItem[] {
  try {
    return removeImage(core, name, { isForced: false, prunesParents: true });
  } catch (error) {
    if (error instanceof EngineError) return [];
    throw error;
  }
}
