import type { Work } from '../bytes/platform.ts';
import { digestHex } from '../image/digest.ts';
import type { JsonWritable } from '../image/writeJson.ts';
import { ArchiveError, type Archive, type ArchiveImage } from './archive.ts';
import { dockerTags, loadedImages } from './dockerTags.ts';
import { RepositoryMap, withNewline } from './writeDockerArchive.ts';
import { configToWrite, v1LayersToWrite } from './writeConfig.ts';
import {
  bytesMember,
  createdSec,
  prepareLayers,
  sourceMember,
  type LayerForm,
  type PlannedMember,
} from './writePlan.ts';

const encoder = new TextEncoder();

/** Plans what `docker save` wrote from 1.10 to 24: a folder a layer, named by its v1 ID, with VERSION, json and
 *  layer.tar, and HEX.json, manifest.json, repositories. Images that came as v1 folders keep these instead. Artifacts,
 *  and all but the first of several platforms under a tag, have no place there, and are left out. */
export async function planDockerLegacy(
  archive: Archive,
  images: readonly ArchiveImage[],
  form: LayerForm,
  work: Work,
): Promise<PlannedMember[]> {
  const members: PlannedMember[] = [];
  const items: JsonWritable[] = [];
  const repositories = new RepositoryMap();
  const firstOf = new Map<string, string>();
  for (const image of loadedImages(images)) {
    if (image.describedBy === 'v1') {
      members.push(...keepV1(archive, image));
      repositories.add(dockerTags(image), image.v1Id ?? '');
      continue;
    }
    const planned = await planImageFolders(archive, image, form, firstOf, work);
    members.push(...planned.members);
    items.push(planned.item);
    if (planned.topId !== undefined) repositories.add(dockerTags(image), planned.topId);
  }
  if (items.length > 0) members.push(bytesMember('manifest.json', withNewline(items), 0));
  return [...members, ...repositories.members()];
}

async function planImageFolders(
  archive: Archive,
  image: ArchiveImage,
  form: LayerForm,
  firstOf: Map<string, string>,
  work: Work,
): Promise<{ members: PlannedMember[]; item: JsonWritable; topId: string | undefined }> {
  const config = await configToWrite(archive, image, work);
  const layers = await prepareLayers(image, form, work, 'sniffed');
  const diffIds = layers.map(({ diffId }) => diffId);
  const mtimeSec = createdSec(image);
  const configPath = `${digestHex(config.digest)}.json`;
  const members: PlannedMember[] = [bytesMember(configPath, config.bytes, mtimeSec)];
  const folders = v1LayersToWrite(config, diffIds, work);
  folders.forEach(({ id, json }, i) => {
    const out = layers[i];
    if (!out) return;
    members.push(
      { path: `${id}/`, mtimeSec, sizeBytes: 0 },
      bytesMember(`${id}/VERSION`, encoder.encode('1.0'), mtimeSec),
      bytesMember(`${id}/json`, json, mtimeSec),
    );
    const first = firstOf.get(out.blobDigest);
    const path = `${id}/layer.tar`;
    if (first === undefined) members.push({ path, mtimeSec, sizeBytes: out.sizeBytes, open: out.open });
    else if (first !== id) members.push({ path, mtimeSec, sizeBytes: 0, linkTarget: `../${first}/layer.tar` });
    if (first === undefined) firstOf.set(out.blobDigest, id);
  });
  const tags = dockerTags(image);
  const item = {
    Config: configPath,
    RepoTags: tags.length > 0 ? tags : null,
    Layers: folders.map(({ id }) => `${id}/layer.tar`),
    Parent: image.parentImageId,
  };
  return { members, item, topId: folders.at(-1)?.id };
}

/** The folders of a v1 image as they lie. */
function keepV1(archive: Archive, image: ArchiveImage): PlannedMember[] {
  const members: PlannedMember[] = [];
  const folders = new Set(image.v1Folders ?? []);
  for (const { path, source } of archive.members) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (!folders.has(folder)) continue;
    const around = folder.lastIndexOf('/') + 1; // packed with a folder around it
    members.push(sourceMember(path.slice(around), source, createdSec(image)));
  }
  if (members.length > 0) return members;
  throw new ArchiveError('missing', image.v1Id ?? '', undefined, 'the folders of the v1 image are not in the archive');
}
