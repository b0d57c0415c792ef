import type { CallWork } from './calls.ts';
import { type Contents, identify, isSameContents } from './contents.ts';
import { WorkerError } from './faults.ts';
import type { LiveContents, OpenedArchive } from './openedArchive.ts';
import type { Session } from './session.ts';

/** The contents of a restored archive, from what was kept or through the file's handle. */
export async function reviveContents(session: Session, opened: OpenedArchive): Promise<LiveContents> {
  const work = await session.calls.work(opened.indexingCallId, opened.lifetime.signal);
  // What was kept is ours, and nobody else writes to it.
  if (opened.kept) return openAgain(session, opened, await keptContents(session, opened), work);
  return openIdentical(session, opened, await contentsByHandle(opened), work);
}

export async function openIdentical(
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
  const { openContents } = await import('./openContents.ts');
  const archive = await openContents(session, contents, work);
  // Same ends, another middle: the trees that were restored would lie.
  if (archive.layers.length !== opened.layerCount) {
    await archive.close();
    const { fileName } = opened.facts;
    throw new WorkerError('changed', `${fileName} has other layers than it had`, { fileName });
  }
  for (const layer of archive.layers) {
    const { state, tarBytes } = opened.layer(layer.index);
    if (state === 'indexed') layer.setTarBytes(tarBytes);
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
export async function isReadable(handle: FileSystemFileHandle | undefined): Promise<boolean> {
  const asking = handle as (FileSystemFileHandle & { queryPermission?(what: object): Promise<string> }) | undefined;
  return (await asking?.queryPermission?.({ mode: 'read' })) === 'granted';
}
