import { encodeName } from '../bytes/byteName.ts';
import type { Work } from '../bytes/platform.ts';
import { paddingBytes, tarHeader, type TarMember } from '../tar/tarHeader.ts';
import { writeTar, type TarMemberWithContent } from '../tar/writeTar.ts';
import type { Archive, ArchiveImage } from './archive.ts';
import { planDockerArchive } from './writeDockerArchive.ts';
import { planDockerLegacy } from './writeDockerLegacy.ts';
import { planOciLayout } from './writeOciLayout.ts';
import { inPathOrder, type LayerForm, type PlannedMember } from './writePlan.ts';

/** `docker-archive`: docker save from 25 on. `docker-legacy`: 1.10 to 24, and v1 images in their own form.
 *  `oci-layout`: a tar of an OCI image layout. */
export type WriteFormat = 'docker-archive' | 'docker-legacy' | 'oci-layout';

export interface WriteOptions {
  readonly format: WriteFormat;
  readonly layers: LayerForm;
}

/** An archive on its way out. */
export interface WrittenArchive {
  /** Bytes of all chunks together. */
  readonly sizeBytes: number;
  /** Once through; a chunk is valid until the next is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Writes images of an archive as one tar. Layers, configs and manifests keep their bytes, and so their digests;
 *  only what the other form has to have and the archive lacks is made, the same each time. Digests that are not known
 *  are computed first, one pass over each layer. Throws ArchiveError `missing` for what cannot be written whole. */
export async function writeArchive(
  archive: Archive,
  images: readonly ArchiveImage[],
  { format, layers }: WriteOptions,
  work: Work,
): Promise<WrittenArchive> {
  const planned =
    format === 'oci-layout'
      ? await planOciLayout(archive, images, layers, work)
      : format === 'docker-archive'
        ? await planDockerArchive(archive, images, layers, work)
        : await planDockerLegacy(archive, images, layers, work);
  const style = format === 'docker-legacy' ? LEGACY_STYLE : PLAIN_STYLE;
  const members = inPathOrder(planned, 0);
  let sizeBytes = END_BYTES;
  for (const member of members) {
    sizeBytes += tarHeader(tarMember(member, style)).length + member.sizeBytes + paddingBytes(member.sizeBytes);
  }
  return { sizeBytes, chunks: writeTar(emitted(members, style, sizeBytes, work)) };
}

/** Two blocks of zeros. */
const END_BYTES = 1024;

interface HeaderStyle {
  /** File-type bits in the mode, as Go wrote them up to 1.8 and docker up to 23. */
  readonly hasTypeBits: boolean;
  readonly owner: Uint8Array;
}

const PLAIN_STYLE: HeaderStyle = { hasTypeBits: false, owner: new Uint8Array() };
const LEGACY_STYLE: HeaderStyle = { hasTypeBits: true, owner: encodeName('root') };

async function* emitted(
  members: readonly PlannedMember[],
  style: HeaderStyle,
  totalBytes: number,
  work: Work,
): AsyncIterable<TarMemberWithContent> {
  let doneBytes = 0;
  for (const member of members) {
    work.signal?.throwIfAborted();
    yield { member: tarMember(member, style), content: member.open?.() };
    doneBytes += member.sizeBytes;
    work.onProgress?.({ phase: 'write', doneBytes, totalBytes });
  }
}

function tarMember(member: PlannedMember, { hasTypeBits, owner }: HeaderStyle): TarMember {
  const kind = kindOf(member);
  return {
    name: encodeName(member.path),
    type: kind.type,
    mode: hasTypeBits ? kind.typeBits | kind.mode : kind.mode,
    uid: 0,
    gid: 0,
    userName: owner,
    groupName: owner,
    sizeBytes: member.sizeBytes,
    mtimeSec: member.mtimeSec,
    linkName: encodeName(member.linkTarget ?? ''),
  };
}

function kindOf(member: PlannedMember): { type: TarMember['type']; mode: number; typeBits: number } {
  if (member.linkTarget !== undefined) return { type: 'symlink', mode: 0o777, typeBits: 0o120000 };
  if (member.path.endsWith('/')) return { type: 'directory', mode: 0o755, typeBits: 0o040000 };
  return { type: 'file', mode: 0o644, typeBits: 0o100000 };
}
