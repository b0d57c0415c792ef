import type { ArchiveRecord } from '../persistence/stateStore.ts';
import type { OpenedArchive, StoredBody } from './openedArchive.ts';
import type { ArchiveSummary, LayerSummary } from './protocol.ts';
import { isReadable, reviveContents } from './reviving.ts';
import type { Session } from './session.ts';

/** `ExplorerService.restore`. Nothing is parsed: trees are read from the store when they are asked for. */
export async function restore(session: Session): Promise<readonly ArchiveSummary[]> {
  const store = await session.store();
  const { records, discarded } = await store.archives();
  for (const one of discarded) session.emit({ type: 'storedDiscarded', ...one });
  for (const record of records) {
    if (session.has(record.id)) continue;
    const opened = await fromRecord(session, record);
    // Another call may have been faster.
    if (session.has(record.id)) continue;
    if (opened) addRestored(session, opened);
    else {
      session.emit({ type: 'storedDiscarded', reason: 'corrupt', fileName: record.fileName });
      await session.persist(() => store.removeArchive(record.id));
    }
  }
  return session.archives().map((opened) => opened.summary());
}

function addRestored(session: Session, opened: OpenedArchive): void {
  session.add(opened);
  const isWaiting = opened.summary().layers.some(({ state }) => state === 'waiting');
  if (opened.needsFile || !isWaiting) return;
  void import('./indexing.ts').then(({ indexInBackground }) => indexInBackground(session, opened, ''));
}

async function fromRecord(session: Session, record: ArchiveRecord): Promise<OpenedArchive | undefined> {
  const body = record.body as StoredBody;
  if (!isSound(body)) return undefined;
  const parts = { id: record.id, openedAtMs: record.openedAtMs, body, handle: record.handle };
  // Loaded only where there is something to restore: a first visit does without.
  const { OpenedArchive } = await import('./openedArchive.ts');
  const opened = new OpenedArchive(session, parts, (self) => reviveContents(session, self));
  opened.needsFile = !opened.kept && !(await isReadable(opened.handle));
  return opened;
}

/** Whether the page and the services can use it without meeting a hole. */
function isSound(body: Partial<StoredBody>): boolean {
  const { facts, layers } = body;
  if (!facts || !Array.isArray(layers) || !layers.every(isLayer)) return false;
  if (!Array.isArray(facts.images) || !Array.isArray(facts.documents) || !Array.isArray(facts.findings)) return false;
  if (facts.documents.length !== facts.images.length || typeof facts.identity?.digest !== 'string') return false;
  return facts.images.every(
    (image) => Array.isArray(image.layers) && image.layers.every((layer: unknown) => isPosition(layer, layers)),
  );
}

function isPosition(value: unknown, list: readonly unknown[]): boolean {
  return typeof value === 'number' && value in list;
}

function isLayer(layer: Partial<LayerSummary>, index: number): boolean {
  return layer.index === index && typeof layer.state === 'string' && typeof layer.storedBytes === 'number';
}
