import type { Archive } from '../archive/archive.ts';
import { openArchive } from '../archive/openArchive.ts';
import type { CallWork } from './calls.ts';
import type { Contents } from './contents.ts';
import { download } from './download.ts';
import type { OpenInput } from './protocol.ts';
import type { Session } from './session.ts';

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
