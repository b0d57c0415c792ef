import type { Archive } from '../archive/archive.ts';
import { toHex } from '../bytes/hex.ts';
import type { CallWork } from './calls.ts';
import { type Contents, type ContentsIdentity, contentsSizeBytes, identify } from './contents.ts';
import { indexInBackground } from './indexing.ts';
import { gather, openContents } from './openContents.ts';
import { OpenedArchive } from './openedArchive.ts';
import type { ArchiveSummary, OpenInput } from './protocol.ts';
import { reviveContents } from './reviving.ts';
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
