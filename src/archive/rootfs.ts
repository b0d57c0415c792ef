import type { ByteSource } from '../bytes/byteSource.ts';
import type { DescribedImage } from './layerSpec.ts';

/** A plain tar as an image of one layer without a config: what `docker export` writes, a rootfs, a lone layer. */
export function openRootfs(fileName: string, tar: ByteSource): DescribedImage {
  return {
    describedBy: 'rootfs',
    imageId: undefined,
    v1Id: undefined,
    manifest: undefined,
    config: undefined,
    configBytes: undefined,
    tags: [],
    platform: undefined,
    annotations: {},
    artifactType: undefined,
    isArtifact: false,
    layers: [
      {
        diffId: undefined,
        blobDigest: undefined,
        mediaType: undefined,
        annotations: {},
        urls: [],
        presence: 'present',
        path: fileName,
        blob: tar,
        sizeBytes: tar.sizeBytes,
      },
    ],
    findings: [],
  };
}
