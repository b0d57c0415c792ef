import type { Archive, ArchiveImage } from '../archive/archive.ts';
import { reorderLayers } from '../archive/reorderLayers.ts';
import type { CallWork } from './calls.ts';
import type { OpenedArchive } from './openedArchive.ts';
import type { VerifyRow } from './protocol.ts';
import type { Session } from './session.ts';
import { forgetStacks } from './stacks.ts';
import { imageSummary } from './summaries.ts';

/** Puts the layers of images into the order of their diff_ids, now that the real diffIDs are known. Costs nothing
 *  more: layers keep the digests that `verify` has computed. */
export async function repairOrder(
  session: Session,
  opened: OpenedArchive,
  rows: readonly VerifyRow[],
  work: CallWork,
): Promise<void> {
  const { archive, contents } = await opened.live();
  const failed = new Set(rows.flatMap(({ layer, fault }) => (fault && layer !== undefined ? [layer] : [])));
  const images: ArchiveImage[] = [];
  for (const image of archive.images) {
    const isWhole = image.layers.every(({ index }) => !failed.has(index));
    images.push(isWhole ? await reorderLayers(image, work) : image);
  }
  if (images.every((image, i) => image === archive.images[i])) return;
  const repaired = Object.create(archive, { images: { value: images, enumerable: true } }) as Archive;
  opened.setContents({ archive: repaired, contents });
  const real = rows.filter(({ what, actual }) => what === 'layer' && actual !== undefined);
  opened.setOrder(images.map(imageSummary), new Map(real.map(({ layer, actual }) => [layer ?? -1, actual])));
  forgetStacks(opened);
  await session.persist((store) => store.updateArchive(opened.record()));
  session.emit({ type: 'archiveChanged', archive: opened.summary() });
}
