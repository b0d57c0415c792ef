import type { OpenInput } from '../../client/protocol.ts';

/** Something to open, with the name that progress and faults show. */
export interface NamedInput {
  readonly name: string;
  readonly input: OpenInput;
}

export interface FolderFile {
  readonly path: string;
  readonly file: File;
}

/** An OCI layout of a big registry mirror holds some ten thousand blobs; more is a folder dropped by mistake. */
export const MAX_FOLDER_FILES = 100_000;

export function fileInput(file: File, handle?: FileSystemFileHandle): NamedInput {
  return { name: file.name, input: handle ? { kind: 'file', file, handle } : { kind: 'file', file } };
}

export function folderInput(name: string, files: readonly FolderFile[]): NamedInput {
  return { name, input: { kind: 'folder', name, files } };
}

/** Names that only the parts of an OCI layout or a `dir:` transport have. */
const LAYOUT_PARTS = new Set(['oci-layout', 'index.json', 'version', 'manifest.json']);

/** Loose parts of one layout, dropped or picked together, are one folder. */
export function gatherLayout(files: readonly FolderFile[]): NamedInput | undefined {
  const isLayout = files.length > 1 && files.some((one) => LAYOUT_PARTS.has(one.path));
  return isLayout ? folderInput('layout', files) : undefined;
}
