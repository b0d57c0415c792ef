import { familiarForm } from '../image/reference.ts';
import type { EngineCore } from './engineCore.ts';
import { timeSec } from './goTime.ts';
import type { HistoryRow } from './imageCalls.ts';
import type { ImageRecord } from './imageRecord.ts';
import { other } from './messages.ts';
import { isTagged, referencesTo } from './references.ts';

const MISSING = '<missing>';

/** The rows of `docker history`, newest first (moby daemon/images, ImageHistory): each step with the size of its layer,
 *  and the IDs of the images in the chain of parents as far as they are here. */
export function imageHistory(core: EngineCore, image: ImageRecord): HistoryRow[] {
  let layers = 0;
  const rows = image.config.history.map((entry): HistoryRow => {
    const layer = entry.emptyLayer ? undefined : image.layers[layers++];
    if (!entry.emptyLayer && !layer) throw other('system', 'too many non-empty layers in History section');
    return {
      id: MISSING,
      createdSec: timeSec(entry.created),
      createdBy: entry.createdBy ?? '',
      comment: entry.comment ?? '',
      sizeBytes: layer?.sizeBytes ?? 0,
      tags: [],
    };
  });
  rows.reverse();
  let known: ImageRecord | undefined = image;
  return rows.map((row) => {
    if (!known) return row;
    const { id } = known;
    known = known.parent === undefined ? undefined : core.state.images.get(known.parent);
    return { ...row, id, tags: referencesTo(core.state, id).filter(isTagged).map(familiarForm) };
  });
}
