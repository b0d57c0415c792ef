/** Media types of image documents and layers (image-spec media-types.md; distribution's manifest schema 1 and 2). */
export const MediaType = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
} as const;

/** Indexes by any name that was in use. */
export function isIndexType(mediaType: string | undefined): boolean {
  return mediaType === MediaType.ociIndex || mediaType === MediaType.dockerIndex;
}

export function isManifestType(mediaType: string | undefined): boolean {
  return mediaType === MediaType.ociManifest || mediaType === MediaType.dockerManifest;
}

/** Whether a config of this type is an image's; undefined (no type given) counts as one. */
export function isImageConfigType(mediaType: string | undefined): boolean {
  return (
    mediaType === undefined ||
    mediaType === '' ||
    mediaType === MediaType.ociConfig ||
    mediaType === MediaType.dockerConfig
  );
}

/** Whether a layer's media type promises a tar; undefined counts as one, as docker-archive gives none. Docker's are
 *  `…rootfs.diff.tar.gzip` and `…rootfs.foreign.diff.tar.gzip`, OCI's `…layer.v1.tar+gzip`, and vendors' end alike. */
export function isTarLayerType(mediaType: string | undefined): boolean {
  if (mediaType === undefined || mediaType === '') return true;
  return /[./]tar(?:[.+-]|$)/.test(mediaType.replace(ENCRYPTED, ''));
}

const ENCRYPTED = /\+encrypted$/;

/** Layers encrypted with ocicrypt: `+encrypted` after the compression. */
export function isEncryptedType(mediaType: string | undefined): boolean {
  return mediaType !== undefined && ENCRYPTED.test(mediaType);
}

/** Layers that a registry need not hold (image-spec layer.md, "Non-Distributable Layers"). */
export function isForeignType(mediaType: string | undefined): boolean {
  return mediaType !== undefined && /nondistributable|rootfs\.foreign/.test(mediaType);
}
