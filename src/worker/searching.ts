import { searchStack } from '../analysis/search.ts';
import type { CallWork } from './calls.ts';
import { imageContents } from './imageContents.ts';
import type { SearchHit, SearchQuery } from './protocol.ts';
import type { Session } from './session.ts';
import { wholeTimeline } from './stacks.ts';

/** `ExplorerService.search`: over all layers of an image. */
export async function search(
  session: Session,
  archiveId: string,
  image: number,
  query: SearchQuery,
  work: CallWork,
): Promise<readonly SearchHit[]> {
  const opened = session.archive(archiveId);
  const stack = await wholeTimeline(opened, image);
  return searchStack(stack, imageContents(opened, image, work), query, work);
}
