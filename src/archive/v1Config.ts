import type { HistoryEntry, ImageConfig } from '../image/config.ts';
import { present } from '../image/jsonFields.ts';
import type { V1Image } from '../image/v1Image.ts';

/** What a chain of v1 images, base first, says of the image that its last one names. For showing only: these are no
 *  bytes of a config, so they give no image ID. */
export function configOfV1(chain: readonly V1Image[]): ImageConfig {
  const top = chain.at(-1) ?? {};
  return {
    ...present({
      created: top.created,
      author: top.author,
      architecture: top.architecture,
      os: top.os,
      dockerVersion: top.dockerVersion,
      config: top.config,
    }),
    diffIds: [],
    history: chain.map(historyOfV1),
  };
}

function historyOfV1(image: V1Image): HistoryEntry {
  return present({
    created: image.created,
    createdBy: image.createdBy,
    author: image.author,
    comment: image.comment,
    emptyLayer: image.throwaway,
  });
}
