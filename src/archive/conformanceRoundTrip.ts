import type { ByteSource } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';
import { normalForm } from '../image/reference.ts';
import type { Archive, ArchiveImage } from './archive.ts';
import { exportLayer } from './exportLayer.ts';
import { openArchive } from './openArchive.ts';
import { writeArchive, type WriteFormat } from './writeArchive.ts';

/** Saves an archive in its own family, opens the result and compares every digest: layers, configs, manifests, tags.
 *  An image that misses a part can only be kept where the form allows that (an OCI layout). */
export async function checkRoundTrip(archive: Archive, work: Work): Promise<string[]> {
  if (archive.format === 'rootfs') return checkLayerExport(archive, work);
  const format = familyOf(archive);
  const images = archive.images.filter((image) => isWhole(image, format));
  if (images.length === 0) return [];
  const spool = work.platform.createSpool();
  try {
    const written = await writeArchive(archive, images, { format, layers: 'asStored' }, work);
    for await (const chunk of written.chunks) await spool.write(chunk);
    const saved = await spool.finish();
    const problems: string[] = [];
    if (saved.sizeBytes !== written.sizeBytes) {
      problems.push(`saved: ${saved.sizeBytes} bytes were written, ${written.sizeBytes} announced`);
    }
    problems.push(...(await compareSaved(images, saved, work)));
    return problems;
  } finally {
    await spool.dispose();
  }
}

function familyOf(archive: Archive): WriteFormat {
  const formats = [archive.format, ...archive.alsoFormats];
  if (archive.format === 'docker-archive') return formats.includes('oci-layout') ? 'docker-archive' : 'docker-legacy';
  return archive.format === 'docker-v1' ? 'docker-legacy' : 'oci-layout';
}

/** Whether all parts are there that the form needs. */
function isWhole(image: ArchiveImage, format: WriteFormat): boolean {
  if (image.describedBy === 'v1') return true;
  if (format === 'oci-layout' && image.manifest && !/manifest\.v1\+(?:json|prettyjws)$/.test(dockerType(image)))
    return true;
  if (image.configBytes === undefined || image.config === undefined) return false;
  return image.layers.every(({ blob }) => blob !== undefined);
}

// Schema 1 manifests have no place in a layout; OCI's own type ends alike.
function dockerType({ manifest }: ArchiveImage): string {
  return manifest?.mediaType.startsWith('application/vnd.docker') ? manifest.mediaType : '';
}

async function compareSaved(images: readonly ArchiveImage[], saved: ByteSource, work: Work): Promise<string[]> {
  const again = await openArchive({ fileName: 'saved', source: saved }, work);
  const problems: string[] = [];
  try {
    for (const image of images) {
      const name = image.imageId ?? image.manifest?.digest ?? image.v1Id ?? '?';
      const twin = again.images.find((other) => isTwin(image, other));
      if (!twin) problems.push(`saved: ${name} is not there`);
      else problems.push(...(await compareImage(image, twin, work)).map((problem) => `saved: ${name}: ${problem}`));
    }
  } finally {
    await again.close();
  }
  return problems;
}

function isTwin(image: ArchiveImage, other: ArchiveImage): boolean {
  if (image.v1Id !== undefined && image.describedBy === 'v1') return image.v1Id === other.v1Id;
  if (image.manifest && other.manifest) return image.manifest.digest === other.manifest.digest;
  return image.imageId === other.imageId && image.layers.length === other.layers.length;
}

async function compareImage(image: ArchiveImage, twin: ArchiveImage, work: Work): Promise<string[]> {
  const problems: string[] = [];
  if (!sameBytes(image.configBytes, twin.configBytes)) problems.push('the config differs');
  if (image.manifest && !sameBytes(image.manifest.bytes, twin.manifest?.bytes)) problems.push('the manifest differs');
  const tags = new Set(twin.tags.map(normalForm));
  for (const tag of image.tags) if (!tags.has(normalForm(tag))) problems.push(`the tag ${tag} is lost`);
  if (image.layers.length !== twin.layers.length) return [...problems, 'the number of layers differs'];
  for (const [i, layer] of image.layers.entries()) {
    const other = twin.layers[i];
    if (!layer.blob && !other?.blob) continue;
    if (!layer.blob || !other?.blob) problems.push(`layer ${i + 1} is only on one side`);
    else if (!(await sameContent(layer.blob, other.blob))) problems.push(`layer ${i + 1} differs`);
    work.signal?.throwIfAborted();
  }
  return problems;
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

const COMPARE_BYTES = 1024 * 1024;

async function sameContent(a: ByteSource, b: ByteSource): Promise<boolean> {
  if (a.sizeBytes !== b.sizeBytes) return false;
  for (let offset = 0; offset < a.sizeBytes; offset += COMPARE_BYTES) {
    const left = (await a.read(offset, COMPARE_BYTES)).slice();
    if (!sameBytes(left, await b.read(offset, COMPARE_BYTES))) return false;
  }
  return true;
}

/** A plain tar saved as a layer is the same tar. */
async function checkLayerExport(archive: Archive, work: Work): Promise<string[]> {
  const layer = archive.layers[0];
  if (!layer?.blob) return ['saved: no layer'];
  const hash = work.platform.createHash('sha256');
  for await (const chunk of exportLayer(layer, 'uncompressed', work).chunks) hash.update(chunk);
  const { diffId } = await layer.verify(work);
  const bytes = hash.digest();
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return diffId === `sha256:${hex}` ? [] : ['saved: the tar differs'];
}
