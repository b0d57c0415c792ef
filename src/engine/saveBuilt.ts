import { writeArchive } from '../archive/writeArchive.ts';
import { digestOf } from '../image/digest.ts';
import { fullForm, parseReference, withDefaultTag } from '../image/reference.ts';
import type { EngineCore } from './engineCore.ts';
import { timeSec } from './goTime.ts';
import type { BuiltImage } from './imageCalls.ts';
import { layersOf, readConfig } from './imageStore.ts';
import { archiveOf } from './saveImages.ts';

/** An archive of an image that the store does not have, only its layers. Throws EngineError `archive`. */
export async function saveBuilt(
  core: EngineCore,
  { configBytes, tags, format }: BuiltImage,
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const { config, document } = readConfig(configBytes);
  const layers = layersOf(core, config.diffIds);
  const image = {
    id: digestOf(configBytes, core.platform),
    configBytes,
    config,
    document,
    parent: undefined,
    layers,
    sizeBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    createdSec: timeSec(config.created),
    lastTaggedAt: undefined,
  };
  const named = tags.map((tag) => fullForm(withDefaultTag(parseReference(tag))));
  const archive = archiveOf([{ image, tags: named }]);
  const form = format === 'oci' ? 'oci-layout' : 'docker-archive';
  const written = await writeArchive(
    archive,
    archive.images,
    { format: form, layers: 'uncompressed' },
    core.work(signal),
  );
  return written.chunks;
}
