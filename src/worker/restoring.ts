import type { ArchiveRecord } from '../persistence/stateStore.ts';
import type { CallWork } from './calls.ts';
import { type Contents, identify, isSameContents } from './contents.ts';
import { WorkerError } from './faults.ts';
import type { LiveContents, OpenedArchive, StoredBody } from './openedArchive.ts';
import type { ArchiveSummary, LayerSummary, OpenInput } from './protocol.ts';
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
  void import('./opening.ts').then(({ indexInBackground }) => indexInBackground(session, opened, ''));
}

/** `ExplorerService.reopen`. */
export async function reopen(
  session: Session,
  archiveId: string,
  input: OpenInput,
  callId: string,
  work: CallWork,
): Promise<ArchiveSummary> {
  const opened = session.archive(archiveId);
  const { gather, indexInBackground } = await import('./opening.ts');
  const contents = await gather(input, work);
  opened.setContents(await openIdentical(session, opened, contents, work));
  void indexInBackground(session, opened, callId);
  return opened.summary();
}

/** The contents of a restored archive, from what was kept or through the file's handle. */
export async function reviveContents(session: Session, opened: OpenedArchive): Promise<LiveContents> {
  const work = await session.calls.work(opened.indexingCallId, opened.lifetime.signal);
  // What was kept is ours, and nobody else writes to it.
  if (opened.kept) return openAgain(session, opened, await keptContents(session, opened), work);
  return openIdentical(session, opened, await contentsByHandle(opened), work);
}

async function openIdentical(
  session: Session,
  opened: OpenedArchive,
  contents: Contents,
  work: CallWork,
): Promise<LiveContents> {
  const { fileName, identity } = opened.facts;
  if (!isSameContents(await identify(contents, work.platform), identity)) {
    throw new WorkerError('changed', `this is not the file that was open as ${fileName}`, { fileName });
  }
  return openAgain(session, opened, contents, work);
}

async function openAgain(
  session: Session,
  opened: OpenedArchive,
  contents: Contents,
  work: CallWork,
): Promise<LiveContents> {
  const { openContents } = await import('./opening.ts');
  const archive = await openContents(session, contents, work);
  // Same ends, another middle: the trees that were restored would lie.
  if (archive.layers.length !== opened.layerCount) {
    await archive.close();
    const { fileName } = opened.facts;
    throw new WorkerError('changed', `${fileName} has other layers than it had`, { fileName });
  }
  return { archive, contents };
}

async function keptContents(session: Session, opened: OpenedArchive): Promise<Contents> {
  const { fileName, origin } = opened.facts;
  const files = await (await session.store()).contents(opened.id);
  if (!files) throw new WorkerError('gone', `the kept bytes of ${fileName} are not there any more`, { fileName });
  if (origin === 'folder') return { kind: 'folder', fileName, files };
  const [file] = files;
  if (!file) throw new WorkerError('gone', `the kept bytes of ${fileName} are not there any more`, { fileName });
  return { kind: 'file', fileName, blob: file.blob };
}

async function contentsByHandle(opened: OpenedArchive): Promise<Contents> {
  const { fileName } = opened.facts;
  if (!opened.handle) throw new WorkerError('gone', `the contents of ${fileName} need the file again`, { fileName });
  if (!(await isReadable(opened.handle))) {
    throw new WorkerError('permission', `the browser must be asked for ${fileName} again`, { fileName });
  }
  return { kind: 'file', fileName, blob: await opened.handle.getFile() };
}

/** File System Access, `queryPermission`: not in every browser that has handles. */
async function isReadable(handle: FileSystemFileHandle | undefined): Promise<boolean> {
  const asking = handle as (FileSystemFileHandle & { queryPermission?(what: object): Promise<string> }) | undefined;
  return (await asking?.queryPermission?.({ mode: 'read' })) === 'granted';
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
