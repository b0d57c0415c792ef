import type { Digest } from '../image/digest.ts';
import { type DockerManifestItem, parseDockerManifest } from '../image/dockerManifest.ts';
import { ImageError } from '../image/imageError.ts';
import type { JsonObject, JsonValue } from '../image/json.ts';
import { asArray, asObject, field } from '../image/jsonFields.ts';
import { familiarForm, type Reference } from '../image/reference.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { readGoJson } from './goJson.ts';
import { logImageEvent } from './imageEvents.ts';
import type { LayerRecord } from './imageRecord.ts';
import { readConfig, replaceImage, storeImage } from './imageStore.ts';
import { chainIdOn, placeLayer, releaseLayers } from './layerStore.ts';
import { type Load, readStoredLayer, setLoadedTag } from './loadedParts.ts';
import { loadLegacy } from './loadLegacy.ts';
import { archiveFault, diffIdMismatch, layerCountMismatch, wrongOs } from './messages.ts';
import type { OnProgress } from './progress.ts';
import { readReference } from './references.ts';
import { UnpackedArchive } from './unpackedArchive.ts';

/** `docker load` (moby image/tarexport, Load): images of manifest.json, else v1 folders. A layer that the store has is
 *  not read. What was loaded before a fault stays, as it does there. Faults are told in the stream. */
export async function loadImages(
  core: EngineCore,
  chunks: AsyncIterable<Uint8Array>,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<void> {
  const placed: LayerRecord[] = [];
  try {
    const archive = await UnpackedArchive.unpack(core, chunks, signal);
    const load = { core, archive, onProgress, signal, placed };
    try {
      if (archive.has('manifest.json')) await loadManifest(load);
      else await loadLegacy(load);
    } finally {
      await archive.dispose();
      core.replace(releaseLayers(core.state, placed).state);
    }
  } catch (error) {
    throw error instanceof EngineError ? error.inStream() : error;
  }
}

async function loadManifest(load: Load): Promise<void> {
  const { core, archive, onProgress, signal } = load;
  const items = readItems(core, await archive.read('manifest.json'));
  let ids = '';
  let lastTags = 0;
  const links: { readonly id: Digest; readonly parent: string | undefined }[] = [];
  for (const item of items) {
    signal?.throwIfAborted();
    const id = await loadItem(load, item);
    ids += `Loaded image ID: ${id}\n`;
    lastTags = item.repoTags.length;
    for (const tag of item.repoTags) {
      const reference = readTag(core, tag);
      setLoadedTag(core, reference, id, onProgress);
      onProgress({ stream: `Loaded image: ${familiarForm(reference)}\n` });
    }
    links.push({ id, parent: item.parent });
    logImageEvent(core, 'load', id, id);
  }
  for (const { id, parent } of links) {
    if (parent !== undefined && links.some((link) => link.id === parent)) setParent(core, id, parent as Digest);
  }
  // Told of the last image alone whether it has tags: a habit of the real one.
  if (lastTags === 0) onProgress({ stream: ids });
}

function readItems(core: EngineCore, bytes: Uint8Array): readonly DockerManifestItem[] {
  const value = readGoJson(bytes);
  if (value === null && core.vintage !== '20.10')
    throw archiveFault('invalid manifest, manifest cannot be null (but can be [])');
  checkFields(value);
  try {
    return parseDockerManifest(value);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw archiveFault(`json: cannot unmarshal ${goKind(value)} into Go value of type []tarexport.manifestItem`, error);
  }
}

const FIELDS: readonly (readonly [name: string, kind: 'string' | 'array', type: string])[] = [
  ['Config', 'string', 'string'],
  ['RepoTags', 'array', '[]string'],
  ['Layers', 'array', '[]string'],
  ['Parent', 'string', 'image.ID'],
];

/** What encoding/json would not put into manifestItem's fields. */
function checkFields(value: JsonValue): void {
  for (const item of asArray(value) ?? []) {
    const object = asObject(item);
    if (item !== null && !object)
      throw archiveFault(`json: cannot unmarshal ${goKind(item)} into Go value of type tarexport.manifestItem`);
    for (const [name, kind, type] of object ? FIELDS : []) {
      const held = field(object as JsonObject, name);
      const where = `into Go struct field manifestItem.${name} of type`;
      if (held === undefined || held === null) continue;
      if (goKind(held) !== kind) throw archiveFault(`json: cannot unmarshal ${goKind(held)} ${where} ${type}`);
      const wrong = (asArray(held) ?? []).find((one) => one !== null && typeof one !== 'string');
      if (wrong !== undefined) throw archiveFault(`json: cannot unmarshal ${goKind(wrong)} ${where} string`);
    }
  }
}

/** As encoding/json calls it. */
function goKind(value: JsonValue): string {
  if (asArray(value)) return 'array';
  if (asObject(value)) return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

async function loadItem(load: Load, item: DockerManifestItem): Promise<Digest> {
  const { core, archive } = load;
  const configBytes = await archive.read(item.config ?? '');
  const { config } = readConfig(configBytes);
  checkOs(config.os ?? '');
  const { diffIds } = config;
  if (item.layers.length !== diffIds.length) throw layerCountMismatch(item.layers.length, diffIds.length);
  let top: LayerRecord | undefined;
  for (const [position, diffId] of diffIds.entries()) {
    top = await loadLayer(load, item.layers[position] as string, { top, diffId, position });
  }
  return storeImage(core, configBytes).id;
}

/** Only images of Windows are known not to fit (moby image/tarexport, checkCompatibleOS). */
function checkOs(os: string): void {
  if (os === 'windows') throw wrongOs(os);
  const known = 'aix android darwin dragonfly freebsd hurd illumos js linux nacl netbsd openbsd plan9 solaris zos';
  if (os !== '' && !known.split(' ').includes(os))
    throw archiveFault(`${JSON.stringify(os)}: unknown operating system or architecture: invalid argument`);
}

interface LayerPlace {
  readonly top: LayerRecord | undefined;
  readonly diffId: Digest;
  readonly position: number;
}

/** The layer of the store where it has it, else the archive's. */
async function loadLayer(load: Load, path: string, { top, diffId, position }: LayerPlace): Promise<LayerRecord> {
  const { core, placed } = load;
  const known = core.state.layers.get(chainIdOn(top, diffId, core));
  if (known) return known;
  const read = await readStoredLayer(load, path, diffId);
  if (read.diffId !== diffId) throw diffIdMismatch(position, diffId, read.diffId);
  const layer = placeLayer(core, top, read);
  placed.push(layer);
  return layer;
}

function readTag(core: EngineCore, tag: string): Reference {
  const reference = readReference(tag, core.vintage);
  if (reference.tag === undefined) throw archiveFault(`invalid tag ${JSON.stringify(tag)}`);
  return reference;
}

function setParent(core: EngineCore, id: Digest, parent: Digest): void {
  const image = core.state.images.get(id);
  if (image && core.state.images.has(parent) && image.parent === undefined && !isAncestor(core, id, parent))
    replaceImage(core, { ...image, parent });
}

/** Forged links could close a ring. */
function isAncestor(core: EngineCore, id: Digest, of: Digest): boolean {
  for (let at: Digest | undefined = of; at !== undefined; at = core.state.images.get(at)?.parent)
    if (at === id) return true;
  return false;
}
