/** An entry of a MANIFEST.json of recorded archives: what real tools say of one file. Only the fields that are
 *  compared. */
export interface RecordedArchive {
  readonly file: string;
  readonly format: string;
  /** Says what is odd about a hostile archive. */
  readonly case?: string;
  readonly expected: RecordedFacts;
}

export interface RecordedFacts {
  readonly sha256?: string;
  readonly images?: readonly RecordedImage[];
  /** A plain tar: no container of images. */
  readonly plain_tar?: { readonly sha256_uncompressed: string; readonly entries: number; readonly tar_t_rc: number };
  /** The recorder's own reader gave up. */
  readonly scan_error?: string;
  readonly 'docker_load_20.10.24'?: RecordedLoad;
  readonly 'docker_load_26.1.5'?: RecordedLoad;
  readonly 'docker_load_26.1.5_containerd_store'?: RecordedLoad;
  readonly 'skopeo_1.9.3'?: readonly RecordedSkopeo[] | null;
}

export interface RecordedImage {
  readonly src: string;
  readonly image_id?: string;
  readonly digest?: string;
  readonly mediaType?: string;
  readonly tags?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** v1: the image's ID. */
  readonly head?: string;
  /** The entry is an index with that many manifests. */
  readonly index?: number;
  readonly missing?: boolean | string;
  readonly config_missing?: boolean;
  readonly digest_mismatch?: boolean;
  readonly diffids_match?: boolean | string;
  readonly layers?: readonly RecordedLayer[];
}

export interface RecordedLayer {
  readonly blob?: string;
  readonly blob_size?: number;
  readonly compression?: string;
  readonly diff_id?: string;
  readonly size?: number;
  readonly entries?: number;
  readonly mediaType?: string;
  readonly missing?: boolean | string;
  readonly decompress_error?: string;
  readonly tar_t_rc?: number;
}

export interface RecordedLoad {
  readonly rc: number;
  readonly out?: readonly string[];
  /** 20.10: by image ID. 26: a list. */
  readonly images?: Readonly<Record<string, RecordedEngineImage>> | readonly unknown[];
}

export interface RecordedEngineImage {
  readonly tags?: readonly string[];
  readonly layers?: readonly string[];
  readonly rootfs?: RecordedTree;
}

export interface RecordedTree {
  readonly listing_sha256?: string;
  readonly mtime_sha256?: string;
  readonly objects?: number;
  readonly error?: string;
}

export interface RecordedSkopeo {
  readonly src: string;
  readonly inspect?: {
    readonly raw?: { readonly rc: number; readonly sha256?: string };
    readonly config?: { readonly rc: number; readonly sha256?: string };
  };
  readonly 'umoci_0.4.7'?: RecordedTree;
  readonly 'podman_4.3.1_overlay'?: RecordedTree;
}

/** The images that docker 20.10 made of the archive, by ID; none when it broke off. */
export function engineImages(facts: RecordedFacts): Readonly<Record<string, RecordedEngineImage>> {
  const load = facts['docker_load_20.10.24'];
  const images = load?.images;
  if (load?.rc !== 0 || !images || Array.isArray(images)) return {};
  return images as Readonly<Record<string, RecordedEngineImage>>;
}

/** Whether a real tool made an image of the archive. containerd's store does not count: it takes in what names an
 *  image, whether or not there is one. */
export function someToolOpened(facts: RecordedFacts): boolean {
  if (Object.keys(engineImages(facts)).length > 0) return true;
  const graph = facts['docker_load_26.1.5'];
  if (graph?.rc === 0 && (graph.out?.length ?? 0) > 0) return true;
  return (facts['skopeo_1.9.3'] ?? []).some(({ inspect }) => inspect?.config?.rc === 0);
}

/** Whether the archive is of docker's own kinds, docker was asked, and it and every other tool refused. */
export function everyToolRefused(facts: RecordedFacts): boolean {
  const docker = facts['docker_load_20.10.24'];
  const isDockers = facts.images?.every(({ src }) => src === 'manifest.json' || src === 'v1') ?? false;
  return isDockers && docker !== undefined && docker.rc !== 0 && !someToolOpened(facts);
}
