import type { Work } from '../bytes/platform.ts';
import type { ArchiveImage } from './archive.ts';
import { ArchiveFindings } from './finding.ts';
import { orderByDigests } from './layerOrder.ts';

/** The image with its layers in the order of its config's diff_ids, where their real diffIDs are a permutation of
 *  them; else the same image. Reads every layer whole (results are kept in the layers), so it is done where digests
 *  are computed anyway, on `verify`, and not on opening; there only digests in file names are looked at. */
export async function reorderLayers(image: ArchiveImage, work: Work): Promise<ArchiveImage> {
  const diffIds = image.config?.diffIds ?? [];
  if (diffIds.length !== image.layers.length || image.layers.some(({ presence }) => presence !== 'present'))
    return image;
  const digests: string[] = [];
  for (const layer of image.layers) digests.push((await layer.verify(work)).diffId);
  const ordered = orderByDigests(image.layers, digests, diffIds);
  if (!ordered.isReordered) return image;
  const findings = new ArchiveFindings();
  findings.warning('layersReordered', { layers: diffIds.length });
  return { ...image, layers: ordered.layers, findings: [...image.findings, ...findings.list()] };
}
