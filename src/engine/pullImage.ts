import { nextTask } from '../bytes/nextTask.ts';
import { digestOf, isDigest, type Digest } from '../image/digest.ts';
import { parseConfig } from '../image/config.ts';
import type { Descriptor } from '../image/descriptor.ts';
import { parseManifestDocument, type ImageManifest } from '../image/manifest.ts';
import { MediaType } from '../image/mediaTypes.ts';
import { familiarForm, fullForm, type Reference, repositoryName, withDefaultTag } from '../image/reference.ts';
import type { RegistryConnection } from '../registry/connection.ts';
import { downloadBlob, hasBlob } from '../registry/downloadBlob.ts';
import { choosePlatform, parseWantedPlatform, type WantedPlatform } from '../registry/platformChoice.ts';
import { listTags } from '../registry/listTags.ts';
import { RegistryError } from '../registry/registryError.ts';
import { MAX_MANIFEST_BYTES } from '../registry/registryManifest.ts';
import { readBody } from '../registry/responseBody.ts';
import { pullScope } from '../registry/scopes.ts';
import { daemonTarStream } from './decompressStream.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import type { PullOptions } from './imageCalls.ts';
import { logImageEvent } from './imageEvents.ts';
import type { LayerRecord } from './imageRecord.ts';
import { readConfig, storeImage } from './imageStore.ts';
import { diffIdOf, rememberBlob } from './knownBlobs.ts';
import { shelvedLayer } from './layerShelf.ts';
import { chainIdOn, placeLayer, type ReadLayer, readLayer, releaseLayers } from './layerStore.ts';
import { archiveFault, other, shortId } from './messages.ts';
import type { OnProgress } from './progress.ts';
import { addReference, lookUp, readReference } from './references.ts';
import { asEngineFault, connectRegistry, pullFault, registryFault } from './registryAccess.ts';

const ACCEPT = [MediaType.ociIndex, MediaType.ociManifest, MediaType.dockerIndex, MediaType.dockerManifest].join(', ');
const HOST_PLATFORM: WantedPlatform = { os: 'linux', architecture: 'amd64', variant: undefined };
/** Of a download that takes no time. */
const SHOWN_STEPS = 8;
const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

const NO_BASE = 'scratch';

/** A digest alone says what is pulled: a tag beside it counts for nothing. */
function pulledReference(text: string, core: EngineCore): Reference {
  const reference = readReference(text, core.vintage);
  if (familiarForm({ ...reference, tag: undefined, digest: undefined }) === NO_BASE)
    throw other('invalidParameter', `'${NO_BASE}' is a reserved name`);
  return reference.digest === undefined ? reference : { ...reference, tag: undefined };
}

/** `docker pull` (moby distribution, pullV2). After the line that says from where, faults are told in the stream. Gives
 *  the image's ID. */
export async function pullImage(
  core: EngineCore,
  options: PullOptions,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<Digest> {
  const reference = pulledReference(options.reference, core);
  const wanted = options.platform === undefined ? HOST_PLATFORM : parseWantedPlatform(options.platform);
  if (!wanted)
    throw other(
      'invalidParameter',
      `"${options.platform}": unknown operating system or architecture: invalid argument`,
    );
  let hasSpoken = false;
  const tell: OnProgress = (message) => {
    hasSpoken = true;
    onProgress(message);
  };
  try {
    const connection = await connectRegistry(core, reference.domain, options.login, signal);
    const all: Reference[] = [];
    if (options.allTags) for (const tag of await tagsOf(connection, reference)) all.push({ ...reference, tag });
    else all.push(withDefaultTag(reference));
    let last: Digest | undefined;
    let isNew = false;
    for (const one of all) {
      const pulled = await new Pull(core, connection, one, wanted, tell, signal).run();
      last = pulled.id;
      isNew ||= pulled.isNew;
    }
    const shown = familiarForm(options.allTags ? reference : withDefaultTag(reference));
    if (last !== undefined)
      tell({ status: `Status: ${isNew ? 'Downloaded newer image' : 'Image is up to date'} for ${shown}` });
    if (last === undefined) throw registryFault(`no tags found for ${familiarForm(reference)}`, 'notFound');
    return last;
  } catch (error) {
    const fault = asEngineFault(error);
    throw hasSpoken && fault instanceof EngineError ? fault.inStream() : fault;
  }
}

/** Throws EngineError with what the registry says where it has no such repository. */
async function tagsOf(connection: RegistryConnection, reference: Reference): Promise<readonly string[]> {
  const tags: string[] = [];
  try {
    for await (const tag of listTags(connection, reference.path)) tags.push(tag);
    return tags;
  } catch (error) {
    if (!(error instanceof RegistryError) || error.status === undefined) throw error;
    const url = `/v2/${reference.path}/tags/list`;
    const scopes = [pullScope(reference.path)];
    const answer = await connection.send({ method: 'GET', url, scopes, repeat: 'idempotent' });
    throw answer.response.ok ? error : await pullFault(answer, reference, 'Get');
  }
}

interface Pulled {
  readonly id: Digest;
  readonly isNew: boolean;
}

interface FetchedManifest {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly document: ReturnType<typeof parseManifestDocument>;
}

class Pull {
  readonly #core: EngineCore;
  readonly #connection: RegistryConnection;
  readonly #reference: Reference;
  readonly #wanted: WantedPlatform;
  readonly #tell: OnProgress;
  readonly #signal: AbortSignal | undefined;
  readonly #placed: LayerRecord[] = [];

  constructor(
    core: EngineCore,
    connection: RegistryConnection,
    reference: Reference,
    wanted: WantedPlatform,
    tell: OnProgress,
    signal: AbortSignal | undefined,
  ) {
    this.#core = core;
    this.#connection = connection;
    this.#reference = reference;
    this.#wanted = wanted;
    this.#tell = tell;
    this.#signal = signal;
  }

  async run(): Promise<Pulled> {
    try {
      return await this.#run();
    } finally {
      // Of a pull that broke off nothing stays.
      this.#core.replace(releaseLayers(this.#core.state, this.#placed).state);
    }
  }

  async #run(): Promise<Pulled> {
    const reference = this.#reference;
    const name = reference.digest ?? reference.tag ?? 'latest';
    const root = await this.#manifest(name, 'first');
    const asked = reference.digest === undefined ? name : fullForm(reference);
    this.#tell({ id: asked, status: `Pulling from ${reference.path}` });
    const image = await this.#chosen(root);
    const id = await this.#pullLayers(image);
    const isNew = this.#point(id, root.digest);
    this.#tell({ status: `Digest: ${root.digest}` });
    logImageEvent(this.#core, 'pull', id, familiarForm(reference));
    return { id, isNew };
  }

  /** As it is asked for: `first` once by HEAD, as docker does, which is what its complaints name. */
  async #manifest(name: string, kind: 'first' | 'further'): Promise<FetchedManifest> {
    const { path } = this.#reference;
    const answer = await this.#connection.send({
      method: 'GET',
      url: `/v2/${path}/manifests/${name}`,
      headers: { accept: ACCEPT },
      scopes: [pullScope(path)],
      repeat: 'idempotent',
    });
    if (answer.response.status !== 200)
      throw await pullFault(answer, this.#reference, kind === 'first' ? 'Head' : 'Get');
    const { idleTimeoutMs } = this.#connection.network;
    const bytes = await readBody(answer.response, answer.url, MAX_MANIFEST_BYTES, idleTimeoutMs, this.#signal);
    const digest = digestOf(bytes, this.#core.platform);
    if (isDigest(name) && name !== digest) throw registryFault(`manifest verification failed for digest ${name}`);
    const mediaType = answer.response.headers.get('content-type') ?? '';
    return { bytes, digest, document: parseManifestDocument(bytes, mediaType) };
  }

  /** The image itself, or of a list the one for the platform. */
  async #chosen({ document }: FetchedManifest): Promise<ImageManifest> {
    if (document.kind === 'manifest') return document;
    if (document.kind !== 'index') throw registryFault('unsupported manifest format: schema 1');
    const descriptor = choosePlatform(document.manifests, this.#wanted);
    if (!descriptor) {
      const { os, architecture, variant } = this.#wanted;
      const asked = [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
      throw registryFault(`no matching manifest for ${asked} in the manifest list entries`, 'notFound');
    }
    const { document: inner } = await this.#manifest(descriptor.digest, 'further');
    if (inner.kind !== 'manifest') throw registryFault('unsupported manifest format');
    return inner;
  }

  async #pullLayers({ config, layers }: ImageManifest): Promise<Digest> {
    if (!config) throw registryFault('invalid manifest: no config');
    if (this.#core.state.images.has(config.digest)) return config.digest;
    const configBytes = await this.#blobBytes(config);
    const { diffIds } = parseConfig(configBytes);
    const parts = layers.filter((layer): layer is Descriptor => layer !== undefined);
    if (parts.length !== diffIds.length || parts.length !== layers.length)
      throw registryFault('layer count of the manifest and of the config differ');
    readConfig(configBytes);
    const { top, missing } = this.#known(parts);
    for (const layer of missing) this.#tell({ id: shortId(layer.digest), status: 'Pulling fs layer' });
    let below = top;
    for (const [i, layer] of missing.entries()) {
      this.#signal?.throwIfAborted();
      below = await this.#pullLayer(layer, diffIds[parts.length - missing.length + i] as Digest, below);
    }
    return storeImage(this.#core, configBytes).id;
  }

  /** Layers that are here, as far as the blobs are known for what they hold. */
  #known(parts: readonly Descriptor[]): {
    readonly top: LayerRecord | undefined;
    readonly missing: readonly Descriptor[];
  } {
    const { state } = this.#core;
    let top: LayerRecord | undefined;
    for (const [i, { digest }] of parts.entries()) {
      const diffId = diffIdOf(state, digest);
      const layer = diffId && state.layers.get(chainIdOn(top, diffId, this.#core));
      if (!layer) return { top, missing: parts.slice(i) };
      this.#tell({ id: shortId(digest), status: 'Already exists' });
      top = layer;
    }
    return { top, missing: [] };
  }

  async #pullLayer(layer: Descriptor, diffId: Digest, below: LayerRecord | undefined): Promise<LayerRecord> {
    const core = this.#core;
    const id = shortId(layer.digest);
    const tell = this.#tell;
    const read = (await this.#shelved(layer)) ?? (await this.#downloaded(layer));
    if (read.diffId !== diffId)
      throw archiveFault("failed to register layer: layers from manifest don't match image configuration");
    tell({ id, status: 'Extracting', currentBytes: layer.size, totalBytes: layer.size });
    const placed = this.#place(below, read);
    this.#placed.push(placed);
    rememberBlob(core, diffId, {
      digest: layer.digest,
      sizeBytes: layer.size,
      mediaType: layer.mediaType,
      repository: repositoryName(this.#reference),
    });
    tell({ id, status: 'Pull complete' });
    return placed;
  }

  #place(below: LayerRecord | undefined, read: ReadLayer): LayerRecord {
    try {
      return placeLayer(this.#core, below, read);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw new EngineError(error.kind, error.code, `failed to register layer: ${error.message}`, { cause: error });
    }
  }

  async #downloaded(layer: Descriptor): Promise<ReadLayer> {
    const core = this.#core;
    const tell = this.#tell;
    const id = shortId(layer.digest);
    const { path } = this.#reference;
    const blob = { path, digest: layer.digest, sizeBytes: layer.size };
    const counted = async function* (connection: RegistryConnection) {
      let currentBytes = 0;
      for await (const chunk of downloadBlob(connection, blob, core.platform)) {
        currentBytes += chunk.length;
        tell({ id, status: 'Downloading', currentBytes, totalBytes: layer.size });
        yield chunk;
      }
      tell({ id, status: 'Verifying Checksum' });
      tell({ id, status: 'Download complete' });
    };
    return readLayer(core, daemonTarStream(core, counted(this.#connection)), this.#signal);
  }

  /** A layer that the registry has and that is at hand besides: its download is only shown. */
  async #shelved({ digest, size }: Descriptor): Promise<ReadLayer | undefined> {
    const layer = await shelvedLayer(this.#core, digest);
    if (!layer || layer.tar.sizeBytes !== size) return undefined;
    if (!(await hasBlob(this.#connection, this.#reference.path, digest))) return undefined;
    const id = shortId(digest);
    for (let step = 1; step <= SHOWN_STEPS; step++) {
      this.#signal?.throwIfAborted();
      this.#tell({
        id,
        status: 'Downloading',
        currentBytes: Math.floor((size * step) / SHOWN_STEPS),
        totalBytes: size,
      });
      await nextTask();
    }
    this.#tell({ id, status: 'Verifying Checksum' });
    this.#tell({ id, status: 'Download complete' });
    return layer;
  }

  async #blobBytes({ digest, size }: Descriptor): Promise<Uint8Array> {
    if (size > MAX_CONFIG_BYTES) throw registryFault('the config is too large');
    const bytes = new Uint8Array(size);
    let at = 0;
    const blob = { path: this.#reference.path, digest, sizeBytes: size };
    for await (const chunk of downloadBlob(this.#connection, blob, this.#core.platform)) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  /** Points tag and digest to the image. Whether anything is new. */
  #point(id: Digest, digest: Digest): boolean {
    const core = this.#core;
    const reference = this.#reference;
    const isNew = lookUp(core.state, reference) !== id;
    if (isNew) addReference(core, reference, id);
    const canonical = { ...reference, tag: undefined, digest };
    // A digest stays with the image that had it first, though a list's has one for each platform.
    if (!core.state.references.has(fullForm(canonical))) addReference(core, canonical, id);
    return isNew;
  }
}
