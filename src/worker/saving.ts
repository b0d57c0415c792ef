import { exportLayer } from '../archive/exportLayer.ts';
import { exportTree } from '../archive/flatten.ts';
import { writeArchive } from '../archive/writeArchive.ts';
import { LayerUnion } from '../vfs/layerUnion.ts';
import { collectBlob } from './blobWriter.ts';
import type { CallWork } from './calls.ts';
import { WorkerError } from './faults.ts';
import type { OpenedArchive } from './openedArchive.ts';
import type { SaveRequest, SavedFile } from './protocol.ts';
import type { Session } from './session.ts';

interface Outgoing {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly sizeBytes: number | undefined;
  readonly fileName: string;
}

/** `ExplorerService.save`. */
export async function save(session: Session, request: SaveRequest, work: CallWork): Promise<SavedFile> {
  const opened = session.archive(request.archiveId);
  const { chunks, sizeBytes, fileName } = await outgoing(opened, request, work);
  const blob = await collectBlob(chunks, { phase: 'write', totalBytes: sizeBytes, type: 'application/x-tar' }, work);
  return { blob, fileName };
}

function outgoing(opened: OpenedArchive, request: SaveRequest, work: CallWork): Promise<Outgoing> {
  switch (request.kind) {
    case 'archive':
      return outgoingArchive(opened, request, work);
    case 'layer':
      return outgoingLayer(opened, request, work);
    case 'flatten':
      return outgoingTree(opened, { ...request, path: '', from: 'union' }, work);
    case 'subtree':
      return outgoingTree(opened, { ...request, from: request.from ?? 'union' }, work);
  }
}

async function outgoingArchive(
  opened: OpenedArchive,
  { images: chosen, format, layers = 'asStored' }: SaveRequest & { readonly kind: 'archive' },
  work: CallWork,
): Promise<Outgoing> {
  const summaries = chosen.map((index) => opened.image(index));
  const archive = await opened.contents();
  const images = summaries.flatMap(({ index }) => archive.images[index] ?? []);
  // What is written is counted as it goes out; only the digests that come first report for themselves.
  const quiet: CallWork = {
    ...work,
    onProgress: (progress) => progress.phase !== 'write' && work.onProgress(progress),
  };
  const { chunks, sizeBytes } = await writeArchive(archive, images, { format, layers }, quiet);
  const tag = summaries.length === 1 ? summaries[0]?.tags[0] : undefined;
  return { chunks, sizeBytes, fileName: `${asFileName(tag ?? baseName(opened))}.${format}.tar` };
}

async function outgoingLayer(
  opened: OpenedArchive,
  { layer: index, form = 'uncompressed' }: SaveRequest & { readonly kind: 'layer' },
  work: CallWork,
): Promise<Outgoing> {
  const { compression, tarBytes } = opened.layer(index);
  const layer = (await opened.contents()).layers[index];
  if (!layer) throw new WorkerError('internal', `layer ${index} is not in the archive any more`);
  const { chunks, sizeBytes } = exportLayer(layer, form, work);
  const extension = form === 'asStored' && compression !== 'none' ? `.tar.${EXTENSIONS[compression]}` : '.tar';
  return {
    chunks,
    sizeBytes: sizeBytes ?? (tarBytes > 0 ? tarBytes : undefined),
    fileName: `${asFileName(baseName(opened))}.layer-${index}${extension}`,
  };
}

const EXTENSIONS = { gzip: 'gz', bzip2: 'bz2', xz: 'xz', zstd: 'zst' } as const;

interface TreeRequest {
  readonly image: number;
  readonly upToLayer: number;
  readonly path: string;
  readonly from: 'union' | 'layer';
}

async function outgoingTree(
  opened: OpenedArchive,
  { image, upToLayer, path, from }: TreeRequest,
  work: CallWork,
): Promise<Outgoing> {
  opened.layerOfImage(image, upToLayer);
  const first = from === 'layer' ? upToLayer : 0;
  const trees = (await opened.trees(image, upToLayer)).slice(first);
  const archive = await opened.contents();
  const indexes = opened.image(image).layers.slice(first, upToLayer + 1);
  const layers = indexes.flatMap((index) => archive.layers[index] ?? []);
  const union = new LayerUnion(trees);
  const node = union.resolve(path);
  if (node < 0) throw new WorkerError('badRequest', `there is nothing at /${path}`, { path });
  const name = node === 0 ? `${baseName(opened)}.rootfs` : union.name(node);
  return { chunks: exportTree(union, layers, work, node), sizeBytes: undefined, fileName: `${asFileName(name)}.tar` };
}

/** The archive's name without the endings of archives. */
function baseName(opened: OpenedArchive): string {
  return opened.facts.fileName.replace(/(\.(tar|tgz|txz|tzst|gz|xz|bz2|zst|zstd))+$/i, '') || 'image';
}

/** Fit for a file name on any system: names of images and of files in them are not to be trusted. */
function asFileName(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}._@+-]+/gu, '_').replace(/^\.+/, '');
  return safe.slice(0, 120) || 'image';
}
