import { digestContents } from '../analysis/contentDigests.ts';
import { layerInstructions } from '../analysis/historyTable.ts';
import { type WasteReport, wasteReport } from '../analysis/waste.ts';
import { findLeftovers, type Leftover } from '../analysis/leftovers.ts';
import type { CallWork } from './calls.ts';
import { imageContents } from './imageContents.ts';
import type { Session } from './session.ts';
import { wholeTimeline } from './stacks.ts';

/** `ExplorerService.waste`. Contents are read only when they are to be compared. */
export async function waste(
  session: Session,
  archiveId: string,
  image: number,
  options: { readonly compareContents: boolean },
  work: CallWork,
): Promise<WasteReport> {
  const opened = session.archive(archiveId);
  const stack = await wholeTimeline(opened, image);
  const { config, layers } = opened.image(image);
  const digests = options.compareContents
    ? await digestContents(stack, imageContents(opened, image, work), work)
    : undefined;
  const instructions = layerInstructions(config?.history ?? [], layers.length);
  return wasteReport(stack, { digests, instructions, signal: work.signal });
}

/** `ExplorerService.leftovers`. */
export async function leftovers(
  session: Session,
  archiveId: string,
  image: number,
  work: CallWork,
): Promise<readonly Leftover[]> {
  const opened = session.archive(archiveId);
  const stack = await wholeTimeline(opened, image);
  return findLeftovers(stack, imageContents(opened, image, work), opened.image(image).config, work);
}
