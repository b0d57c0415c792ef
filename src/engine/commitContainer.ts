import type { Digest } from '../image/digest.ts';
import { familiarForm, parseReference, withDefaultTag } from '../image/reference.ts';
import type { CommitOptions } from './containerCalls.ts';
import { logContainerEvent } from './containerEvents.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import { createImage } from './createImage.ts';
import type { EngineCore } from './engineCore.ts';
import { imageById, layersOf } from './imageStore.ts';
import { placeLayer, readLayer } from './layerStore.ts';
import { sealedTar } from './layerTar.ts';
import { withImage } from './mergeConfig.ts';
import { digestTag, other } from './messages.ts';
import { readReference } from './references.ts';
import { tagRecord } from './tagImage.ts';

/** `docker commit` (moby daemon, CreateImageFromContainer): the container's layer, sealed, on its image; nothing is
 *  paused, for the layer is frozen in one step. */
export async function commitContainer(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  options: CommitOptions,
): Promise<Digest> {
  if (options.reference !== undefined && readReference(options.reference, core.vintage).digest !== undefined)
    throw digestTag();
  const config = changedConfig(core, { ...record.config, ...options.config }, options.changes);
  const parent = record.imageId === '' ? undefined : imageById(core, record.imageId);
  const { upper } = runtimes.of(record);
  const frozen = upper.freeze();
  let newLayer: Digest | undefined;
  if (!isEmpty(frozen)) {
    const read = await readLayer(core, await sealedTar(core, frozen));
    newLayer = placeLayer(
      core,
      layersOf(
        core,
        (parent?.layers ?? []).map(({ diffId }) => diffId),
      ).at(-1),
      read,
    ).diffId;
  }
  const image = createImage(core, {
    parent: parent?.id,
    newLayer,
    config: withImage(config, record.config),
    containerConfig: record.config,
    containerId: record.id,
    comment: options.comment,
    author: options.author,
    createdBy: (record.config.Cmd ?? []).join(' '),
  });
  if (options.reference !== undefined) tagRecord(core, image, options.reference);
  logContainerEvent(core, record, 'commit', {
    comment: options.comment,
    imageID: image.id,
    imageRef: options.reference === undefined ? '' : familiarForm(withDefaultTag(parseReference(options.reference))),
  });
  return image.id;
}

function isEmpty(frozen: ReturnType<ReturnType<ContainerRuntimes['of']>['upper']['freeze']>): boolean {
  for (const _ of frozen.names(frozen.rootInode)) return false;
  return true;
}

function changedConfig(core: EngineCore, config: ContainerRecord['config'], changes: readonly string[]) {
  try {
    return core.applyChanges(config, changes);
  } catch (error) {
    throw other('invalidParameter', error instanceof Error ? error.message : String(error), error);
  }
}
