import type { Session } from './session.ts';

/** `ExplorerService.close`: ends its work, and removes what is stored of it, kept bytes included. */
export async function close(session: Session, archiveId: string): Promise<void> {
  const opened = session.archive(archiveId);
  session.remove(archiveId);
  await opened.close();
  await session.persist((store) => store.removeArchive(archiveId));
}
