import type { ByteSource } from '../bytes/byteSource.ts';
import type { Finding } from '../bytes/finding.ts';
import type { Work } from '../bytes/platform.ts';
import type { Digest } from '../image/digest.ts';
import type { Platform as ImagePlatform } from '../image/descriptor.ts';
import type { ImageConfig } from '../image/config.ts';
import type { LayerTree } from '../vfs/layerTree.ts';
import type { Compression } from '../codec/sniff.ts';

/** The forms in which images travel. One file of this folder opens and writes each. */
export type ArchiveFormat =
  | 'docker-archive' // manifest.json (Docker 1.10 and later); `alsoFormats` tells of v1 files or an OCI layout beside it
  | 'docker-v1' // repositories + ID/{VERSION,json,layer.tar} only (before 1.10)
  | 'oci-layout' // index.json + blobs/
  | 'docker-dir' // skopeo's dir: transport, schema 2 or signed schema 1
  | 'rootfs' // a plain tar: docker export, a rootfs, a lone layer
  | 'machine'; // the store of a simulated engine: no file has it

/** Other threads that index layers (`indexThreads.ts`). */
export interface LayerThreads {
  /** The most that run at once. */
  readonly maxCount: number;
  /** So many threads, at most, are there while a task runs. */
  during<T>(count: number, task: () => Promise<T>): Promise<T>;
  /** Undefined where this thread must do it. Throws the signal's reason, and SourceError when the file is gone. */
  index(source: ByteSource, compression: Compression, work: Work): Promise<IndexedLayer | undefined>;
}

/** Work that other threads may take over. */
export interface IndexWork extends Work {
  readonly threads?: LayerThreads | undefined;
}

/** An archive that has been opened: its images are known, its layers are read when asked for. */
export interface Archive {
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly format: ArchiveFormat;
  readonly alsoFormats: readonly ArchiveFormat[];
  /** How the file itself was compressed; several when nested, outermost first. Empty for a plain tar or folder. */
  readonly outerCompression: readonly Compression[];
  /** Distinct images. When the same image is described by manifest.json and by an OCI index, both ways of
   *  naming it are in one ArchiveImage where IDs agree; where they disagree, they are two. */
  readonly images: readonly ArchiveImage[];
  /** Distinct layers of all images, in the order met. */
  readonly layers: readonly ArchiveLayer[];
  readonly findings: readonly Finding[];
  /** All members of the archive or files of the folder, for the curious and for a byte-true copy. */
  readonly members: readonly ArchiveMember[];
  /** Frees spools and handles. Layers opened from it are of no use afterwards. */
  close(): Promise<void>;
}

export interface ArchiveMember {
  /** Normalised: no leading `./` or `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly source: ByteSource;
}

export interface ArchiveImage {
  /** Which document describes it. */
  readonly describedBy: 'manifest.json' | 'oci' | 'v1' | 'dir' | 'rootfs' | 'container';
  /** sha256 of the config's bytes; for v1 the config that `docker load` would make is not invented: undefined. */
  readonly imageId: Digest | undefined;
  /** The image it was built on, where that is written with it (an engine's own knowledge). */
  readonly parentImageId?: Digest | undefined;
  readonly v1Id: string | undefined;
  /** For `v1`: the folders of its layers, base first. */
  readonly v1Folders?: readonly string[];
  /** Digest, media type and bytes of its manifest, where there is one. */
  readonly manifest: { readonly digest: Digest; readonly mediaType: string; readonly bytes: Uint8Array } | undefined;
  readonly config: ImageConfig | undefined;
  readonly configBytes: Uint8Array | undefined;
  /** Full references as stored (`RepoTags`, ref.name and io.containerd.image.name annotations), no duplicates. */
  readonly tags: readonly string[];
  readonly platform: ImagePlatform | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly artifactType: string | undefined;
  /** Set for attestation and other manifests that are no runnable image. */
  readonly isArtifact: boolean;
  /** Base first, in the order of the config's diff_ids. */
  readonly layers: readonly ArchiveLayer[];
  readonly findings: readonly Finding[];
}

export type LayerPresence = 'present' | 'missing' | 'foreign' | 'encrypted' | 'notTar';

export interface ArchiveLayer {
  /** Stable within the archive: the position in `Archive.layers`. */
  readonly index: number;
  /** As claimed by a config, until `verify` has computed it. */
  readonly diffId: Digest | undefined;
  /** What the config claims, whatever `verify` found. */
  readonly claimedDiffId?: Digest | undefined;
  /** Digest that names the stored blob, where the archive gives one. */
  readonly blobDigest: Digest | undefined;
  readonly mediaType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly urls: readonly string[];
  readonly presence: LayerPresence;
  /** Where it lies in the archive, links resolved. */
  readonly path: string | undefined;
  readonly blobSizeBytes: number;
  /** Sniffed, not believed; of a blob that is far away, what its media type says. */
  readonly compression: Compression;
  /** The stored bytes. Undefined when missing. */
  readonly blob: ByteSource | undefined;

  /** Reads all headers once and keeps the result. Throws ArchiveError, TarError or CodecError. */
  readIndex(work: IndexWork): Promise<IndexedLayer>;
  /** The uncompressed tar, in order, once through. */
  stream(work: Work): AsyncIterable<Uint8Array>;
  /** The uncompressed tar with random access (checkpoints or a spool for compressed layers). Reads the index first
   *  where the tar's size is not known. */
  content(work: Work): Promise<ByteSource>;
  /** Takes over `IndexedLayer.sizeBytes` from an earlier reading of the same bytes. */
  setTarBytes(sizeBytes: number): void;
  /** Reads everything and computes both digests. */
  verify(work: Work): Promise<LayerDigests>;
}

export interface IndexedLayer {
  readonly tree: LayerTree;
  /** Members as GNU tar lists them. */
  readonly entryCount: number;
  /** Bytes of the uncompressed tar. */
  readonly sizeBytes: number;
  readonly findings: readonly Finding[];
}

export interface LayerDigests {
  readonly diffId: Digest;
  readonly blobDigest: Digest;
  readonly diffIdMatches: boolean | undefined;
  readonly blobDigestMatches: boolean | undefined;
}

export type { Finding };

/** No image can be shown. Names the file, the offset where known, and the fault. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly code: ArchiveErrorCode;
  readonly path: string;
  readonly offset: number | undefined;
  constructor(code: ArchiveErrorCode, path: string, offset: number | undefined, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.path = path;
    this.offset = offset;
  }
}

export type ArchiveErrorCode =
  | 'empty' // no bytes at all
  | 'unknownFormat' // not a tar, not compressed data that we know
  | 'noImage' // a tar or layout that holds none
  | 'truncated'
  | 'corrupt' // a digest, checksum or compressed stream is wrong
  | 'malformed' // JSON or a field is not what the format says
  | 'missing' // a layer, config or blob that is referred to is not there
  | 'limit'; // exceeds a bound of ours
