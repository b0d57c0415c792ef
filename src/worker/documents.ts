import * as history from '../analysis/historyTable.ts';
import { type LayerChanges, layerChanges } from '../analysis/layerSizes.ts';
import type { HistoryRow, ImageDocuments } from './protocol.ts';
import type { OpenedArchive } from './openedArchive.ts';
import type { Session } from './session.ts';
import { settledDepth, stackTimeline } from './stacks.ts';

/** `ExplorerService.historyTable`. Does not wait for layers: sizes that are not known yet are 0. */
export async function historyTable(session: Session, archiveId: string, image: number): Promise<readonly HistoryRow[]> {
  const opened = session.archive(archiveId);
  const { config, layers } = opened.image(image);
  const sizes = await knownSizes(opened, image);
  const rows = layers.map((index, position) => {
    const { diffId, blobDigest, storedBytes } = opened.layer(index);
    const { contributedBytes = 0, cumulativeBytes = 0, counts } = sizes[position] ?? {};
    return { diffId, blobDigest, storedBytes, contributedBytes, cumulativeBytes, counts };
  });
  const { platform } = await session.host();
  return history.historyTable(config?.history ?? [], rows, platform);
}

async function knownSizes(opened: OpenedArchive, image: number): Promise<readonly LayerChanges[]> {
  const depth = settledDepth(opened, image);
  return depth === 0 ? [] : layerChanges(await stackTimeline(opened, image, depth - 1));
}

/** `ExplorerService.documents`: as they are; what is not UTF-8 is shown by replacement characters. */
export async function documents(session: Session, archiveId: string, image: number): Promise<ImageDocuments> {
  const opened = session.archive(archiveId);
  opened.image(image);
  const stored = opened.facts.documents[image];
  return {
    config: asText(stored?.config),
    manifest: asText(stored?.manifest),
    index: asText(opened.facts.indexDocument),
  };
}

function asText(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
