import type { ArchiveSummary } from '../../client/protocol.ts';
import type { ExplorerState } from '../state/explorer.svelte.ts';
import { pickFiles, pickFolder } from './picked.ts';
import type { NamedInput } from './namedInput.ts';

interface PermissionHandle {
  queryPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
  requestPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>;
}

/** Gives a restored archive its contents again: through its handle when there is one and the reader allows it,
 *  by its address when it came from one, else by a new pick. Call within a click or key press. */
export async function reopenArchive(explorer: ExplorerState, archive: ArchiveSummary): Promise<void> {
  await explorer.calls.run('reopen', archive.fileName, async (callId) => {
    const input = (await inputFromHandle(explorer, archive)) ?? (await inputByHand(archive));
    if (!input) return;
    explorer.replaceArchive(await explorer.service.reopen(archive.id, input.input, callId));
    explorer.calls.dismissMissingFile();
  });
}

async function inputFromHandle(explorer: ExplorerState, archive: ArchiveSummary): Promise<NamedInput | undefined> {
  if (!archive.hasHandle) return undefined;
  const handle = await explorer.service.fileHandle(archive.id);
  if (!handle) return undefined;
  const permission = await (handle as FileSystemFileHandle & PermissionHandle).requestPermission?.({ mode: 'read' });
  if (permission === 'denied') return undefined;
  return { name: handle.name, input: { kind: 'file', file: await handle.getFile(), handle } };
}

async function inputByHand(archive: ArchiveSummary): Promise<NamedInput | undefined> {
  if (archive.origin === 'url' && archive.url !== undefined) {
    return { name: archive.fileName, input: { kind: 'url', url: archive.url } };
  }
  const picked = archive.origin === 'folder' ? await pickFolder() : await pickFiles();
  return picked[0];
}

/** Re-opens what the browser still allows to be read without asking, as for an installed page. */
export async function reopenAllowed(explorer: ExplorerState): Promise<void> {
  for (const archive of explorer.archives.filter((one) => one.needsFile && one.hasHandle)) {
    const handle = await explorer.service.fileHandle(archive.id).catch(() => undefined);
    const permission = await (handle as PermissionHandle | undefined)?.queryPermission?.({ mode: 'read' });
    if (!handle || permission !== 'granted') continue;
    await explorer.calls.run('reopen', archive.fileName, async (callId) => {
      const input = { kind: 'file', file: await handle.getFile(), handle } as const;
      explorer.replaceArchive(await explorer.service.reopen(archive.id, input, callId));
    });
  }
}
