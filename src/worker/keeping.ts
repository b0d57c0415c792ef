import type { StoredFile } from '../persistence/stateStore.ts';
import { type Contents, contentsSizeBytes } from './contents.ts';
import { WorkerError } from './faults.ts';
import type { ArchiveSummary } from './protocol.ts';
import type { Session } from './session.ts';

/** `ExplorerService.keep`: the bytes and the record that tells of them in one transaction, so that a full disk
 *  leaves nothing behind and what was stored before stays. */
export async function keep(session: Session, archiveId: string): Promise<ArchiveSummary> {
  const opened = session.archive(archiveId);
  if (opened.kept) return opened.summary();
  const { store, isLasting } = await session.openedStore();
  if (!isLasting) throw new WorkerError('noStorage', 'this page may not store anything');
  const { contents } = await opened.live();
  await refuseWithoutRoom(session, contents);
  opened.kept = true;
  try {
    await store.putContents(opened.record(), storedFiles(contents));
  } catch (error) {
    opened.kept = false;
    throw error;
  }
  opened.needsFile = false;
  return opened.summary();
}

/** `ExplorerService.forget`. */
export async function forget(session: Session, archiveId: string): Promise<ArchiveSummary> {
  const opened = session.archive(archiveId);
  opened.kept = false;
  await (await session.store()).removeContents(opened.record());
  return opened.summary();
}

/** An estimate: the transaction itself has the last word. */
async function refuseWithoutRoom(session: Session, contents: Contents): Promise<void> {
  const freeBytes = await (await session.host()).freeBytes();
  const neededBytes = contentsSizeBytes(contents);
  if (freeBytes === undefined || neededBytes <= freeBytes) return;
  const message = `${neededBytes} bytes are needed, ${freeBytes} are free`;
  throw new WorkerError('quota', message, { fileName: contents.fileName });
}

function storedFiles(contents: Contents): readonly StoredFile[] {
  return contents.kind === 'folder' ? contents.files : [{ path: contents.fileName, blob: contents.blob }];
}
