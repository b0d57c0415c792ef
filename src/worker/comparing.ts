import { type ComparedImage, compareImages } from '../analysis/compareImages.ts';
import { layerChanges } from '../analysis/layerSizes.ts';
import type { CallWork } from './calls.ts';
import { imageContents } from './imageContents.ts';
import type { ComparisonView, ImageRef } from './protocol.ts';
import type { Session } from './session.ts';
import { wholeTimeline } from './stacks.ts';

interface Side {
  readonly compared: ComparedImage;
  readonly totals: ComparisonView['left'];
}

/** `ExplorerService.compare`. Files of equal size are read on a side whose contents can be had without the user. */
export async function compare(
  session: Session,
  leftRef: ImageRef,
  rightRef: ImageRef,
  work: CallWork,
): Promise<ComparisonView> {
  const left = await side(session, leftRef, work);
  const right = await side(session, rightRef, work);
  const comparison = await compareImages(left.compared, right.compared, work);
  return { ...comparison, left: left.totals, right: right.totals };
}

async function side(session: Session, { archiveId, image }: ImageRef, work: CallWork): Promise<Side> {
  const opened = session.archive(archiveId);
  const { config, layers } = opened.image(image);
  const stack = await wholeTimeline(opened, image);
  const isReadable = await opened.contents().then(
    () => true,
    () => false,
  );
  return {
    compared: {
      layers: stack.layers,
      diffIds: layers.map((index) => opened.layer(index).diffId),
      config,
      contents: isReadable ? imageContents(opened, image, work) : undefined,
    },
    totals: { layers: layers.length, bytes: layerChanges(stack).at(-1)?.cumulativeBytes ?? 0 },
  };
}
