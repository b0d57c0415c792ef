import { gzip } from '../codec/gzipWriter.ts';
import type { Platform } from '../bytes/platform.ts';
import { digestOf, toDigest, type Digest } from '../image/digest.ts';
import { MediaType } from '../image/mediaTypes.ts';
import { familiarForm, familiarName, fullForm, type Reference, repositoryName } from '../image/reference.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import { MemorySource } from '../bytes/byteSource.ts';
import type { RegistryConnection } from '../registry/connection.ts';
import { dockerManifestBytes, type ManifestPart } from '../registry/dockerManifestBytes.ts';
import { hasBlob } from '../registry/downloadBlob.ts';
import { pushScope } from '../registry/scopes.ts';
import { uploadBlob } from '../registry/uploadBlob.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import type { KnownBlob } from './engineState.ts';
import type { PushOptions } from './imageCalls.ts';
import { logImageEvent } from './imageEvents.ts';
import type { ImageRecord, LayerRecord } from './imageRecord.ts';
import { RegistryError } from '../registry/registryError.ts';
import { imageById } from './imageStore.ts';
import { rememberBlob } from './knownBlobs.ts';
import { shortId } from './messages.ts';
import type { OnProgress } from './progress.ts';
import { addReference, isTagged, lookUp, readReference, referencesByName } from './references.ts';
import { allWords, asEngineFault, connectRegistry, registryFault, wantsBasic, wordsOf } from './registryAccess.ts';

/** zlib's own default, as docker compresses. */
const GZIP_LEVEL = 6;
const DENIED = 'denied: requested access to the resource is denied';

/** `docker push` (moby distribution, pushV2): layers that the repository lacks, config, manifest. All faults are told in
 *  the stream. */
export async function pushImage(
  core: EngineCore,
  options: PushOptions,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<void> {
  const reference = readReference(options.reference, core.vintage);
  onProgress({ status: `The push refers to repository [${repositoryName(reference)}]` });
  try {
    const targets = pushTargets(core, reference, options.allTags === true);
    const connection = await connectRegistry(core, reference.domain, options.login, signal);
    for (const { tagged, id } of targets) {
      await new Push(core, connection, tagged, imageById(core, id), onProgress, signal).run();
      logImageEvent(core, 'push', id, familiarForm(tagged));
    }
  } catch (error) {
    // A token was given, and is not for pushing there.
    const isDenied = error instanceof RegistryError && error.code === 'unauthorized';
    const fault = isDenied ? registryFault(DENIED, 'unauthorized', error) : asEngineFault(error);
    throw fault instanceof EngineError ? fault.inStream() : fault;
  }
}

function pushTargets(core: EngineCore, reference: Reference, isAll: boolean) {
  const name = familiarName(reference);
  if (isAll) {
    const found = referencesByName(core.state, reference).filter(({ reference: one }) => isTagged(one));
    if (found.length === 0) throw registryFault(`An image does not exist locally with the tag: ${name}`, 'notFound');
    return found.map(({ reference: tagged, id }) => ({ tagged, id }));
  }
  const tagged = reference.tag === undefined ? { ...reference, tag: 'latest' } : reference;
  const id = lookUp(core.state, tagged);
  if (id !== undefined) return [{ tagged, id }];
  if (referencesByName(core.state, reference).length === 0)
    throw registryFault(`An image does not exist locally with the tag: ${name}`, 'notFound');
  throw registryFault(`tag does not exist: ${familiarForm(tagged)}`, 'notFound');
}

class Push {
  readonly #core: EngineCore;
  readonly #connection: RegistryConnection;
  readonly #reference: Reference;
  readonly #image: ImageRecord;
  readonly #tell: OnProgress;
  readonly #signal: AbortSignal | undefined;

  constructor(
    core: EngineCore,
    connection: RegistryConnection,
    reference: Reference,
    image: ImageRecord,
    tell: OnProgress,
    signal: AbortSignal | undefined,
  ) {
    this.#core = core;
    this.#connection = connection;
    this.#reference = reference;
    this.#image = image;
    this.#tell = tell;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    const image = this.#image;
    const topFirst = [...image.layers].reverse();
    for (const { diffId } of topFirst) this.#tell({ id: shortId(diffId), status: 'Preparing' });
    await this.#requireAccess();
    const parts: ManifestPart[] = [];
    for (const layer of image.layers) {
      this.#signal?.throwIfAborted();
      parts.push(await this.#pushLayer(layer));
    }
    const { configBytes } = image;
    await uploadBlob(this.#connection, this.#reference.path, {
      digest: image.id,
      sizeBytes: configBytes.length,
      open: () => new MemorySource(configBytes).stream(),
    });
    await this.#pushManifest(parts);
  }

  /** Asks once whether one may push at all, so that the complaint is docker's. */
  async #requireAccess(): Promise<void> {
    const answer = await this.#connection.send({
      method: 'GET',
      url: '/v2/',
      scopes: [pushScope(this.#reference.path)],
      repeat: 'idempotent',
    });
    if (wantsBasic(answer)) throw registryFault('no basic auth credentials', 'unauthorized');
    await answer.response.body?.cancel();
  }

  async #pushLayer(layer: LayerRecord): Promise<ManifestPart> {
    const { path } = this.#reference;
    const id = shortId(layer.diffId);
    const known = this.#core.state.knownBlobs.get(layer.diffId) ?? [];
    const own = repositoryName(this.#reference);
    for (const blob of [...known].reverse()) {
      if (!(await hasBlob(this.#connection, path, blob.digest))) continue;
      this.#tell({ id, status: 'Layer already exists' });
      return this.#noted(layer, { ...blob, repository: own });
    }
    const prefix = `${this.#reference.domain}/`;
    const elsewhere = known.findLast(({ repository }) => repository.startsWith(prefix) && repository !== own);
    const blob = elsewhere ?? (await this.#compressed(layer));
    const from = elsewhere?.repository.slice(prefix.length);
    let sentBytes = 0;
    const outcome = await uploadBlob(
      this.#connection,
      path,
      { digest: blob.digest, sizeBytes: blob.sizeBytes, open: () => this.#open(layer, blob) },
      {
        mountFrom: from,
        onBytes: (byteCount) => {
          sentBytes += byteCount;
          this.#tell({ id, status: 'Pushing', currentBytes: sentBytes, totalBytes: blob.sizeBytes });
        },
      },
    );
    const words = { there: 'Layer already exists', mounted: `Mounted from ${from}`, uploaded: 'Pushed' };
    this.#tell({ id, status: words[outcome] });
    return this.#noted(layer, { ...blob, repository: own });
  }

  #noted(layer: LayerRecord, blob: KnownBlob): ManifestPart {
    rememberBlob(this.#core, layer.diffId, blob);
    return { mediaType: blob.mediaType, size: blob.sizeBytes, digest: blob.digest };
  }

  /** Digest and size of a layer's gzip form: the bytes are made again when they are sent. */
  async #compressed(layer: LayerRecord): Promise<KnownBlob> {
    const { digest, sizeBytes } = await digestStream(gzip(layer.tar.stream(), GZIP_LEVEL), this.#core.platform);
    return { digest, sizeBytes, mediaType: LAYER_GZIP, repository: '' };
  }

  #open(layer: LayerRecord, blob: KnownBlob): AsyncIterable<Uint8Array> {
    return openBlob(layer.tar, blob);
  }

  async #pushManifest(parts: readonly ManifestPart[]): Promise<void> {
    const { path, tag } = this.#reference;
    const config = { mediaType: MediaType.dockerConfig, size: this.#image.configBytes.length, digest: this.#image.id };
    const bytes = dockerManifestBytes(config, parts);
    const digest = digestOf(bytes, this.#core.platform);
    const answer = await this.#connection.send({
      method: 'PUT',
      url: `/v2/${path}/manifests/${tag ?? digest}`,
      headers: { 'content-type': MediaType.dockerManifest },
      body: bytes,
      scopes: [pushScope(path)],
      repeat: 'idempotent',
    });
    const { status } = answer.response;
    if (status !== 201 && status !== 202 && status !== 200)
      throw registryFault(allWords(await wordsOf(answer)), status === 401 ? 'unauthorized' : 'system');
    await answer.response.body?.cancel();
    const canonical = { ...this.#reference, tag: undefined, digest };
    if (this.#core.state.references.get(fullForm(canonical)) !== this.#image.id)
      addReference(this.#core, canonical, this.#image.id);
    this.#tell({ status: `${tag ?? ''}: digest: ${digest} size: ${bytes.length}` });
    this.#tell({ aux: { tag: tag ?? '', digest, sizeBytes: bytes.length } });
  }
}

const LAYER_GZIP = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** A layer's bytes in the form that a registry knows it by. */
function openBlob(tar: ByteSource, blob: KnownBlob): AsyncIterable<Uint8Array> {
  return /[.+]gzip$/.test(blob.mediaType) ? gzip(tar.stream(), GZIP_LEVEL) : tar.stream();
}

async function digestStream(
  chunks: AsyncIterable<Uint8Array>,
  platform: Platform,
): Promise<{ readonly digest: Digest; readonly sizeBytes: number }> {
  const hash = platform.createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { digest: toDigest('sha256', hash.digest()), sizeBytes };
}
