import type { Digest } from '../image/digest.ts';
import { EMPTY_CONFIG } from './containerConfig.ts';
import { daemonTarStream } from './decompressStream.ts';
import { type EngineCore, engineVersion } from './engineCore.ts';
import type { ImportOptions } from './imageCalls.ts';
import { imageConfigBytes } from './imageConfigJson.ts';
import { logImageEvent } from './imageEvents.ts';
import { storeImage } from './imageStore.ts';
import { placeLayer, readLayer } from './layerStore.ts';
import { parseWantedPlatform } from '../registry/platformChoice.ts';
import { other } from './messages.ts';
import { readReference } from './references.ts';
import { tagRecord } from './tagImage.ts';

/** `docker import`: a tar becomes the only layer of a new image; its diffID is that of the decompressed stream as it
 *  came, padding and all (moby daemon/images, ImportImage). */
export async function importImage(
  core: EngineCore,
  tar: AsyncIterable<Uint8Array>,
  options: ImportOptions,
  signal?: AbortSignal,
): Promise<Digest> {
  const prepared = prepareImport(core, options);
  return finishImport(core, prepared, tar, signal);
}

export interface PreparedImport {
  readonly options: ImportOptions;
  readonly config: ReturnType<EngineCore['applyChanges']>;
}

/** What is refused before anything is read: names and changes. */
export function prepareImport(core: EngineCore, options: ImportOptions): PreparedImport {
  if (options.reference !== undefined) {
    const { digest } = readReference(options.reference, core.vintage);
    if (digest !== undefined) throw other('invalidParameter', 'cannot import digest reference');
  }
  return { options, config: changedConfig(core, options.changes) };
}

function changedConfig(core: EngineCore, changes: readonly string[]) {
  try {
    return core.applyChanges(EMPTY_CONFIG, changes);
  } catch (error) {
    throw other('invalidParameter', error instanceof Error ? error.message : String(error), error);
  }
}

export async function finishImport(
  core: EngineCore,
  { options, config }: PreparedImport,
  tar: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<Digest> {
  const layer = await readLayer(core, daemonTarStream(core, tar), signal);
  const { diffId } = placeLayer(core, undefined, layer);
  const created = core.now();
  const comment = options.message === '' ? `Imported from ${options.sourceName}` : options.message;
  const [architecture, variant] = platformOf(core, options.platform);
  const bytes = imageConfigBytes({
    created,
    author: '',
    comment,
    container: '',
    containerConfig: EMPTY_CONFIG,
    config,
    dockerVersion: engineVersion(core.vintage),
    architecture,
    variant,
    os: 'linux',
    osVersion: '',
    osFeatures: [],
    olderHistory: [],
    history: [{ created, author: '', createdBy: '', comment, isEmptyLayer: false }],
    diffIds: [diffId],
  });
  const image = storeImage(core, bytes);
  if (options.reference !== undefined) tagRecord(core, image, options.reference);
  logImageEvent(core, 'import', image.id, image.id);
  return image.id;
}

/** Of a platform (containerd platforms, specifierRe). */
const COMPONENT = /^[A-Za-z0-9_-]+$/;

/** 20.10 takes the operating system alone from `--platform`. */
function platformOf(core: EngineCore, platform: string | undefined): readonly [architecture: string, variant: string] {
  const parts = platform?.split('/') ?? [];
  const refused = (why: string) => other('invalidParameter', `${JSON.stringify(platform)}: ${why}: invalid argument`);
  const bad = platform ? parts.find((part) => !COMPONENT.test(part)) : undefined;
  if (bad !== undefined)
    throw other(
      'invalidParameter',
      `${JSON.stringify(bad)} is an invalid component of ${JSON.stringify(platform)}: platform specifier component must match ${JSON.stringify(COMPONENT.source)}: invalid argument`,
    );
  if (parts.length > 3) throw refused('cannot parse platform specifier');
  const wanted = platform ? parseWantedPlatform(platform) : undefined;
  if (platform && !wanted) throw refused('unknown operating system or architecture');
  const { os, architecture, variant = '' } = wanted ?? { os: 'linux', architecture: 'amd64' };
  if (os !== 'linux') throw other('invalidParameter', 'operating system is not supported');
  return core.vintage === '20.10' ? ['amd64', ''] : [architecture, variant];
}
