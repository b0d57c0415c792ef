import type { Archive, ArchiveImage } from '../../archive/archive.ts';
import { addLayer } from '../../archive/addLayer.ts';
import { writeArchive } from '../../archive/writeArchive.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import { writeTar } from '../../tar/writeTar.ts';
import type { Layer } from '../../vfs/overlay/layer.ts';
import { sealLayer } from '../../vfs/overlay/seal.ts';
import { CliError } from '../cliError.ts';
import type { CommandContext } from '../command.ts';
import { formatBytes } from '../formatSize.ts';
import { requireNewFile, writeOutput } from '../outputFile.ts';
import { shortDigest } from '../selectImage.ts';
import { layerLabel } from '../selectLayer.ts';
import type { MountPlan } from './mountPlan.ts';
import { tellSealNotes } from './sealNotes.ts';

/** Finds out before anything is mounted whether the image can be written. Throws CliError `output` or `layer`. */
export async function requireSavable(image: ArchiveImage, path: string, plan: MountPlan): Promise<void> {
  await requireNewFile(path, plan.existing);
  for (const [position, layer] of image.layers.entries()) {
    if (layer.presence !== 'present') {
      throw new CliError('layer', `${layerLabel(position, layer)} is not there: the image cannot be saved again`);
    }
  }
}

/** Writes the image with the changes as one more layer, as a docker-archive. Without changes the layers stay as they
 *  are, and the history says so. */
export async function saveImage(
  archive: Archive,
  image: ArchiveImage,
  changes: Layer,
  path: string,
  plan: MountPlan,
  context: CommandContext,
): Promise<void> {
  const work = await context.work();
  const tar = await sealedTar(changes, context);
  const added = { tar, created: new Date().toISOString(), createdBy: 'palimpsest mount' };
  const saved = await addLayer(archive, image, added, plan.tags ?? image.tags, work);
  const written = await writeArchive(archive, [saved], { format: 'docker-archive', layers: 'uncompressed' }, work);
  await writeOutput(path, plan.existing, written.chunks, context);
  context.progress.clear();
  const what = tar ? `a new layer of ${formatBytes(tar.sizeBytes)}` : 'nothing was changed';
  await context.output.line(`saved ${path}: image ${shortDigest(saved.imageId ?? '')}, ${what}`);
}

/** Undefined where nothing was changed. */
async function sealedTar(changes: Layer, context: CommandContext): Promise<ByteSource | undefined> {
  const { platform } = await context.work();
  const notes = tellSealNotes(context);
  const spool = platform.createSpool();
  context.onExit(() => spool.dispose());
  let isEmpty = true;
  const members = sealLayer(changes, 'docker', notes);
  const counted = (function* () {
    for (const member of members) {
      isEmpty = false;
      yield member;
    }
  })();
  for await (const chunk of writeTar(counted)) {
    context.signal.throwIfAborted();
    await spool.write(chunk);
  }
  await notes.finish();
  const tar = await spool.finish();
  return isEmpty ? undefined : tar;
}
