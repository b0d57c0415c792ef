import type { ByteSource } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';
import { CodecError } from '../codec/codecError.ts';
import { decompress } from '../codec/decompress.ts';
import type { Compression } from '../codec/sniff.ts';
import type { Digest } from '../image/digest.ts';
import { TarError } from '../tar/tarEntry.ts';
import { ArchiveError, type ArchiveLayer, type IndexedLayer, type IndexWork, type LayerDigests } from './archive.ts';
import { indexTar } from './indexTar.ts';
import { digestLayer } from './layerDigests.ts';
import { placeOf, type LayerSpec } from './layerSpec.ts';

/** Things that hold a file or memory until the archive is closed. */
export interface Resources {
  add(resource: { dispose(): Promise<void> }): void;
}

/** A layer as it lies in the archive. Everything that is read of it is read once and kept. */
export class StoredLayer implements ArchiveLayer {
  readonly index: number;
  readonly compression: Compression;
  readonly #spec: LayerSpec;
  readonly #fileName: string;
  readonly #resources: Resources;
  #index: Promise<IndexedLayer> | undefined;
  #content: Promise<ByteSource> | undefined;
  #digests: Promise<LayerDigests> | undefined;
  #computedDiffId: Digest | undefined;
  #tarBytes: number | undefined;

  constructor(index: number, spec: LayerSpec, compression: Compression, fileName: string, resources: Resources) {
    this.index = index;
    this.compression = compression;
    this.#spec = spec;
    this.#fileName = fileName;
    this.#resources = resources;
  }

  get diffId(): Digest | undefined {
    return this.#computedDiffId ?? this.#spec.diffId;
  }

  get claimedDiffId(): Digest | undefined {
    return this.#spec.diffId;
  }

  get blobDigest(): Digest | undefined {
    return this.#spec.blobDigest;
  }

  get mediaType(): string | undefined {
    return this.#spec.mediaType;
  }

  get annotations(): Readonly<Record<string, string>> {
    return this.#spec.annotations;
  }

  get urls(): readonly string[] {
    return this.#spec.urls;
  }

  get presence(): ArchiveLayer['presence'] {
    return this.#spec.presence;
  }

  get path(): string | undefined {
    return this.#spec.path === '' ? undefined : this.#spec.path;
  }

  get blobSizeBytes(): number {
    return this.#spec.sizeBytes;
  }

  get blob(): ByteSource | undefined {
    return this.#spec.blob;
  }

  readIndex(work: IndexWork): Promise<IndexedLayer> {
    this.#index ??= this.#readIndex(work).catch((error: unknown) => {
      // Broken bytes stay broken; after anything else it may be asked for again.
      if (!isLasting(error)) this.#index = undefined;
      throw error;
    });
    return this.#index;
  }

  async *stream(work: Work): AsyncIterable<Uint8Array> {
    const blob = this.#tarBlob();
    const again = () => blob.stream();
    yield* this.compression === 'none'
      ? blob.stream()
      : decompress(this.compression, blob.stream(), work.platform, undefined, again);
  }

  content(work: Work): Promise<ByteSource> {
    this.#content ??= this.#openContent(work).catch((error: unknown) => {
      this.#content = undefined;
      throw error;
    });
    return this.#content;
  }

  setTarBytes(sizeBytes: number): void {
    this.#tarBytes = sizeBytes;
  }

  verify(work: Work): Promise<LayerDigests> {
    this.#digests ??= this.#verify(work).catch((error: unknown) => {
      this.#digests = undefined;
      throw error;
    });
    return this.#digests;
  }

  async #readIndex(work: IndexWork): Promise<IndexedLayer> {
    const blob = this.#tarBlob();
    const elsewhere = await work.threads?.index(blob, this.compression, work);
    return elsewhere ?? indexTar(blob, this.compression, work);
  }

  async #openContent(work: Work): Promise<ByteSource> {
    const blob = this.#tarBlob();
    if (this.compression === 'none') return blob;
    const sizeBytes = this.#tarBytes ?? (await this.readIndex(work)).sizeBytes;
    if (this.compression === 'gzip') {
      const { GzipSource } = await import('../codec/gzipSource.ts');
      return new GzipSource(blob, sizeBytes);
    }
    const { SpooledSource } = await import('../codec/spooledSource.ts');
    const spooled = new SpooledSource(this.compression, blob, sizeBytes, work.platform);
    this.#resources.add(spooled);
    return spooled;
  }

  async #verify(work: Work): Promise<LayerDigests> {
    const blob = this.blob;
    if (!blob) throw this.#absent();
    const digests = await digestLayer(blob, this.compression, this.#spec, work);
    this.#computedDiffId = digests.diffId;
    return digests;
  }

  #tarBlob(): ByteSource {
    const { blob, presence, mediaType } = this.#spec;
    if (!blob) throw this.#absent();
    if (presence === 'present') return blob;
    const why = presence === 'encrypted' ? 'is encrypted' : `has the media type ${mediaType ?? ''}, which is no tar`;
    throw new ArchiveError('unknownFormat', this.#spec.path, undefined, `${this.#fileName}: ${this.#spec.path} ${why}`);
  }

  #absent(): ArchiveError {
    const path = placeOf(this.#spec);
    return new ArchiveError('missing', path, undefined, `${this.#fileName}: ${path} is not in the archive`);
  }
}

function isLasting(error: unknown): boolean {
  return error instanceof TarError || error instanceof CodecError || error instanceof ArchiveError;
}
