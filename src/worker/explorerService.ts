import type { ExplorerService } from './protocol.ts';
import { Session, type SessionOptions } from './session.ts';

/** The service behind the page. Each topic's code is loaded when it is first asked for, so that the worker's
 *  first script stays small. */
export function createExplorerService(options: SessionOptions): ExplorerService {
  const session = new Session(options);
  const { calls } = session;
  return {
    open: (input, callId) =>
      calls.run(callId, async (work) => (await import('./opening.ts')).open(session, input, callId, work)),
    reopen: (archiveId, input, callId) =>
      calls.run(callId, async (work) => {
        const { reopen } = await import('./reopening.ts');
        return reopen(session, archiveId, input, callId, work);
      }),
    restore: async () => (await import('./restoring.ts')).restore(session),
    fileHandle: async (archiveId) => session.archive(archiveId).handle,
    close: async (archiveId) => (await import('./closing.ts')).close(session, archiveId),
    keep: async (archiveId) => (await import('./keeping.ts')).keep(session, archiveId),
    forget: async (archiveId) => (await import('./keeping.ts')).forget(session, archiveId),
    cancel: async (callId) => calls.cancel(callId),

    async layer(archiveId, layer) {
      const archive = session.archive(archiveId);
      await archive.tree(layer);
      return archive.layer(layer);
    },
    treeView: async (query) => (await import('./treeQueries.ts')).treeView(session, query),
    entryDetail: async (archiveId, image, path, upToLayer) =>
      (await import('./entryDetail.ts')).entryDetail(session, archiveId, image, path, upToLayer),
    search: (archiveId, image, query, callId) =>
      calls.run(callId, async (work) =>
        (await import('./searching.ts')).search(session, archiveId, image, query, work),
      ),
    treemap: async (archiveId, image, upToLayer) =>
      (await import('./treeQueries.ts')).treemap(session, archiveId, image, upToLayer),

    readFile: async (file, offset, length) => (await import('./files.ts')).readFile(session, file, offset, length),
    fileBlob: (file, callId) =>
      calls.run(callId, async (work) => (await import('./files.ts')).fileBlob(session, file, work)),
    fileDigest: (file, callId) =>
      calls.run(callId, async (work) => (await import('./files.ts')).fileDigest(session, file, work)),

    historyTable: async (archiveId, image) => (await import('./documents.ts')).historyTable(session, archiveId, image),
    documents: async (archiveId, image) => (await import('./documents.ts')).documents(session, archiveId, image),
    waste: (archiveId, image, compareContents, callId) =>
      calls.run(callId, async (work) =>
        (await import('./analyses.ts')).waste(session, archiveId, image, { compareContents }, work),
      ),
    leftovers: (archiveId, image, callId) =>
      calls.run(callId, async (work) => (await import('./analyses.ts')).leftovers(session, archiveId, image, work)),
    compare: (left, right, callId = '') =>
      calls.run(callId, async (work) => (await import('./comparing.ts')).compare(session, left, right, work)),
    verify: (archiveId, callId) =>
      calls.run(callId, async (work) => (await import('./verifying.ts')).verify(session, archiveId, work)),
    save: (request, callId) =>
      calls.run(callId, async (work) => (await import('./saving.ts')).save(session, request, work)),
    pull: (request, callId) => calls.run(callId, async (work) => (await import('./pulling.ts')).pull(request, work)),

    lab: async (port, base) => {
      const opened = import('./lab/openStore.ts').then(({ openStore }) => openStore());
      (await import('./lab/labHost.ts')).hostLab(session, port, base, opened);
    },

    saveView: async (state) => (await session.store()).putView(state),
    loadView: async () => (await session.store()).view(),
  };
}
