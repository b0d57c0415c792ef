import { encodeName } from '../../bytes/byteName.ts';
import { paddingBytes, tarHeader } from '../../tar/tarHeader.ts';

/** A file of a build context, by its path there. */
export interface ContextFile {
  readonly path: string;
  readonly content: Blob;
  /** Milliseconds since 1970; 0 where nobody knows. */
  readonly modifiedMs?: number;
}

const END_BYTES = 1024;
const LOOKS = 64;

/** A context as a tar that is put together without being read: the Blob refers to the files' own bytes. Permissions
 *  are not known to a page: files are 0644, or 0755 where they begin like a program. */
export async function contextBlob(files: readonly ContextFile[]): Promise<Blob> {
  const parts: BlobPart[] = [];
  const programs = await whichArePrograms(files);
  for (const [i, { path, content, modifiedMs = 0 }] of files.entries()) {
    const member = {
      name: encodeName(path),
      type: 'file',
      mode: programs[i] ? 0o755 : 0o644,
      uid: 0,
      gid: 0,
      sizeBytes: content.size,
      mtimeSec: Math.floor(modifiedMs / 1000),
    } as const;
    parts.push(tarHeader(member) as BlobPart, content, new Uint8Array(paddingBytes(content.size)));
  }
  return new Blob([...parts, new Uint8Array(END_BYTES)]);
}

/** Many at a time: each look is a trip to the browser's own process. */
async function whichArePrograms(files: readonly ContextFile[]): Promise<boolean[]> {
  const found: boolean[] = [];
  for (let first = 0; first < files.length; first += LOOKS) {
    const some = files.slice(first, first + LOOKS);
    found.push(...(await Promise.all(some.map(({ content }) => isProgram(content)))));
  }
  return found;
}

/** `#!`, or ELF's magic. */
async function isProgram(content: Blob): Promise<boolean> {
  if (content.size < 4) return false;
  const [a, b, c, d] = new Uint8Array(await content.slice(0, 4).arrayBuffer());
  return (a === 0x23 && b === 0x21) || (a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46);
}
