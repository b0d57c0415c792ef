import * as treemapOf from '../analysis/treemap.ts';
import { treeRows } from '../analysis/treeRows.ts';
import type { TreemapNode, TreeQuery, TreeView } from './protocol.ts';
import type { Session } from './session.ts';
import { stackTimeline, wholeTimeline } from './stacks.ts';
import { columnBuffers, transfer } from './transfer.ts';

/** `ExplorerService.treeView`. */
export async function treeView(session: Session, query: TreeQuery): Promise<TreeView> {
  const opened = session.archive(query.archiveId);
  const stack = await stackTimeline(opened, query.image, query.layer);
  const view = await treeRows(stack, query, opened.lifetime.signal);
  return transfer(view, columnBuffers(view));
}

/** `ExplorerService.treemap`. */
export async function treemap(
  session: Session,
  archiveId: string,
  image: number,
  upToLayer: number | 'all',
): Promise<TreemapNode> {
  const opened = session.archive(archiveId);
  const isAll = upToLayer === 'all';
  const stack = await (isAll ? wholeTimeline(opened, image) : stackTimeline(opened, image, upToLayer));
  return treemapOf.treemap(stack, upToLayer, opened.lifetime.signal);
}
