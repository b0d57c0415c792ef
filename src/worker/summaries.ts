import type { Archive, ArchiveImage, ArchiveLayer, IndexedLayer } from '../archive/archive.ts';
import { EntryFlag, EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import type { ImageSummary, LayerSummary } from './protocol.ts';

/** An archive's parts as plain data for the page. */

export function imageSummary(image: ArchiveImage, index: number): ImageSummary {
  return {
    index,
    imageId: image.imageId,
    v1Id: image.v1Id,
    manifestDigest: image.manifest?.digest,
    mediaType: image.manifest?.mediaType,
    tags: image.tags,
    platform: image.platform,
    created: image.config?.created,
    isArtifact: image.isArtifact,
    describedBy: image.describedBy,
    config: image.config,
    annotations: image.annotations,
    findings: image.findings,
    layers: image.layers.map((layer) => layer.index),
  };
}

export function waitingLayer(layer: ArchiveLayer): LayerSummary {
  return {
    index: layer.index,
    diffId: layer.diffId,
    blobDigest: layer.blobDigest,
    mediaType: layer.mediaType,
    compression: layer.compression,
    presence: layer.presence,
    path: layer.path,
    storedBytes: layer.blobSizeBytes,
    state: 'waiting',
    fault: undefined,
    tarBytes: 0,
    entryCount: 0,
    contentBytes: 0,
    addedCount: 0,
    whiteoutCount: 0,
    opaqueCount: 0,
    findings: [],
  };
}

export function indexedLayer(waiting: LayerSummary, indexed: IndexedLayer): LayerSummary {
  return {
    ...waiting,
    state: 'indexed',
    fault: undefined,
    tarBytes: indexed.sizeBytes,
    entryCount: indexed.entryCount,
    ...countEntries(indexed.tree),
    findings: indexed.findings,
  };
}

/** Images of an archive whose documents the page may ask for. */
export interface StoredDocuments {
  readonly config: Uint8Array | undefined;
  readonly manifest: Uint8Array | undefined;
}

export function imageDocuments(archive: Archive): readonly StoredDocuments[] {
  return archive.images.map((image) => ({ config: image.configBytes, manifest: image.manifest?.bytes }));
}

function countEntries(
  tree: LayerTree,
): Pick<LayerSummary, 'contentBytes' | 'addedCount' | 'whiteoutCount' | 'opaqueCount'> {
  const { kind, flags, size, inode } = tree.columns;
  let contentBytes = 0;
  let addedCount = 0;
  let whiteoutCount = 0;
  let opaqueCount = 0;
  for (let entry = 1; entry < tree.length; entry++) {
    const flag = flags[entry] as number;
    if (kind[entry] === EntryKind.whiteout) whiteoutCount++;
    else if ((flag & EntryFlag.implicit) === 0) addedCount++;
    if ((flag & EntryFlag.opaque) !== 0) opaqueCount++;
    // Each inode once, however many names it has.
    if (kind[entry] === EntryKind.file && inode[entry] === entry) contentBytes += size[entry] as number;
  }
  return { contentBytes, addedCount, whiteoutCount, opaqueCount };
}
