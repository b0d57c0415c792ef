import type { Work } from '../../bytes/platform.ts';
import type { Host } from '../../machine/host.ts';
import type { LayerTree } from '../../vfs/layerTree.ts';
import { OpenedArchive } from '../openedArchive.ts';
import type { ArchiveSummary, LayerSummary } from '../protocol.ts';
import type { Session } from '../session.ts';
import { imageDocuments, imageSummary, indexedLayer, waitingLayer } from '../summaries.ts';
import { machineArchive } from './machineArchive.ts';

/** Of the machine's archive in the explorer. */
export const MACHINE_ID = 'machine';

/** Puts the engine's images and containers, as they are now, into the explorer. */
export async function showImages(session: Session, host: Host, work: Work): Promise<ArchiveSummary> {
  const archive = await machineArchive(host.name, host.engine.snapshot(), work);
  const layers: LayerSummary[] = [];
  const trees: LayerTree[] = [];
  for (const layer of archive.layers) {
    const indexed = await layer.readIndex(work);
    layers.push(indexedLayer(waitingLayer(layer), indexed));
    trees.push(indexed.tree);
  }
  const facts = {
    fileName: archive.fileName,
    sizeBytes: archive.sizeBytes,
    format: archive.format,
    alsoFormats: [],
    outerCompression: [],
    images: archive.images.map(imageSummary),
    findings: [],
    origin: 'machine' as const,
    url: undefined,
    identity: { sizeBytes: archive.sizeBytes, lastModifiedMs: undefined, digest: '' },
    documents: imageDocuments(archive),
    indexDocument: undefined,
  };
  const parts = {
    id: MACHINE_ID,
    openedAtMs: Date.now(),
    body: { facts, layers, kept: false },
    handle: undefined,
    trees,
  };
  const home = {
    calls: session.calls,
    emit: () => undefined,
    store: () => session.store(),
    // The machine is kept as a whole, not by its layers.
    persist: async () => undefined,
  };
  const opened = new OpenedArchive(home, parts, () => Promise.reject(new Error('the machine was switched off')));
  opened.setContents({ archive, contents: { kind: 'file', fileName: archive.fileName, blob: new Blob() } });
  session.add(opened);
  return opened.summary();
}
