import type { HistoryRow, ImageDocuments } from './protocol.ts';
import type { Session } from './session.ts';

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
