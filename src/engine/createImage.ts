import type { EngineCore } from './engineCore.ts';
import { engineVersion } from './engineCore.ts';
import type { NewImage } from './imageCalls.ts';
import { imageConfigBytes, olderHistory } from './imageConfigJson.ts';
import type { ImageRecord } from './imageRecord.ts';
import { imageById, storeImage } from './imageStore.ts';

/** Makes an image of a parent and at most one new layer, which is in the store: what `commit` and the classic builder
 *  do (moby image, NewChildImage). */
export function createImage(core: EngineCore, made: NewImage): ImageRecord {
  const parent = made.parent === undefined ? undefined : imageById(core, made.parent);
  const created = made.created ?? core.now();
  const { newLayer } = made;
  const config = imageConfigBytes({
    created,
    author: made.author,
    comment: made.comment,
    container: made.containerId,
    containerConfig: made.containerConfig,
    config: made.config,
    dockerVersion: engineVersion(core.vintage),
    architecture: parent?.config.architecture ?? 'amd64',
    variant: parent?.config.variant ?? '',
    os: parent?.config.os ?? 'linux',
    osVersion: parent?.config.osVersion ?? '',
    osFeatures: parent?.config.osFeatures ?? [],
    olderHistory: parent ? olderHistory(parent.document) : [],
    history: [
      {
        created,
        author: made.author,
        createdBy: made.createdBy,
        comment: made.comment,
        isEmptyLayer: newLayer === undefined,
      },
    ],
    diffIds: [...(parent?.layers.map(({ diffId }) => diffId) ?? []), ...(newLayer === undefined ? [] : [newLayer])],
  });
  return storeImage(core, config, made.parent);
}
