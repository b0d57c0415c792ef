import type { Archive } from '../archive/archive.ts';
import { openArchive } from '../archive/openArchive.ts';
import { toHex } from '../bytes/hex.ts';
import type { CallWork } from './calls.ts';
import { type Contents, type ContentsIdentity, contentsSizeBytes, identify } from './contents.ts';
import { download } from './download.ts';
import { OpenedArchive } from './openedArchive.ts';
import type { ArchiveSummary, OpenInput } from './protocol.ts';
import { reviveContents } from './restoring.ts';
import type { Session } from './session.ts';
import { imageDocuments, imageSummary, waitingLayer } from './summaries.ts';

/** `ExplorerService.open`. */
export async function open(
  session: Session,
  input: OpenInput,
  callId: string,
  work: CallWork,
): Promise<ArchiveSummary> {
  const contents = await gather(input, work);
  const archive = await openContents(session, contents, work);
  if (work.signal.aborted) await archive.close();
  work.signal.throwIfAborted();
  const opened = await adopt(session, input, contents, archive);
  await session.persist((store) => store.putArchive(opened.record()));
  void indexInBackground(session, opened, callId);
  return opened.summary();
}

/** The bytes that were dropped, picked or named by an address. */
export async function gather(input: OpenInput, work: CallWork): Promise<Contents> {
  if (input.kind === 'url') return { kind: 'file', ...(await download(input.url, work)) };
  if (input.kind === 'file') return { kind: 'file', fileName: input.file.name, blob: input.file };
  return {
    kind: 'folder',
    fileName: input.name,
    files: input.files.map(({ path, file }) => ({ path, blob: file })),
  };
}

/** Throws what `openArchive` throws. */
export async function openContents(session: Session, contents: Contents, work: CallWork): Promise<Archive> {
  const { openBlob } = await session.host();
  if (contents.kind === 'file') {
    return openArchive({ fileName: contents.fileName, source: openBlob(contents.blob) }, work);
  }
  const folder = contents.files.map(({ path, blob }) => ({ path, source: openBlob(blob) }));
  return openArchive({ fileName: contents.fileName, folder }, work);
}

async function adopt(session: Session, input: OpenInput, contents: Contents, archive: Archive): Promise<OpenedArchive> {
  const { platform } = await session.host();
  const identity: ContentsIdentity = await identify(contents, platform);
  const facts = {
    fileName: contents.fileName,
    sizeBytes: contentsSizeBytes(contents),
    format: archive.format,
    alsoFormats: archive.alsoFormats,
    outerCompression: archive.outerCompression,
    images: archive.images.map(imageSummary),
    findings: archive.findings,
    origin: input.kind,
    url: input.kind === 'url' ? input.url : undefined,
    identity,
    documents: imageDocuments(archive),
    indexDocument: await readIndexDocument(archive),
  };
  const parts = {
    id: toHex(crypto.getRandomValues(new Uint8Array(8))),
    openedAtMs: Date.now(),
    body: { facts, layers: archive.layers.map(waitingLayer), kept: false },
    handle: input.kind === 'file' ? input.handle : undefined,
  };
  const opened = new OpenedArchive(session, parts, (self) => reviveContents(session, self));
  opened.setContents({ archive, contents });
  session.add(opened);
  return opened;
}

/** Longer ones are not shown, nor stored. */
const MAX_INDEX_DOCUMENT_BYTES = 8 * 1024 * 1024;

async function readIndexDocument(archive: Archive): Promise<Uint8Array | undefined> {
  for (const path of ['index.json', 'manifest.json', 'repositories']) {
    // The last of several members of one name counts, as engines have it.
    const member = archive.members.findLast((other) => other.path === path);
    if (member && member.sizeBytes <= MAX_INDEX_DOCUMENT_BYTES) {
      return (await member.source.read(0, member.sizeBytes)).slice();
    }
  }
  return undefined;
}

/** Indexes every layer, one after another, base first. `cancel(callId)` stops it; a layer that is asked for
 *  later is indexed then. */
export async function indexInBackground(session: Session, opened: OpenedArchive, callId: string): Promise<void> {
  opened.indexingCallId = callId;
  try {
    await session.calls.run(callId, async ({ signal }) => {
      for (let layer = 0; layer < opened.layerCount; layer++) {
        signal.throwIfAborted();
        opened.lifetime.signal.throwIfAborted();
        // A stored tree is read when it is asked for.
        if (opened.layer(layer).state !== 'indexed') await opened.tree(layer);
      }
    });
  } catch {
    // Cancelled, closed, or the file is gone: whoever asks for a layer that is left is told.
    return;
  }
  session.emit({ type: 'indexed', archiveId: opened.id });
}
