import { parseConfig, type ImageConfig } from '../image/config.ts';
import type { Platform } from '../image/descriptor.ts';
import { digestOf, isDigest, type Digest } from '../image/digest.ts';
import type { ArchiveFindings } from './finding.ts';
import { documentFault, type OpenContext } from './openContext.ts';

export interface ReadConfig {
  readonly bytes: Uint8Array;
  readonly imageId: Digest;
  /** Undefined when the bytes are no config; they are kept all the same. */
  readonly config: ImageConfig | undefined;
}

/** Reads a config's bytes as far as they go. */
export function readConfig(
  context: OpenContext,
  path: string,
  bytes: Uint8Array,
  findings: ArchiveFindings,
): ReadConfig {
  const imageId = digestOf(bytes, context.work.platform);
  try {
    const config = parseConfig(bytes);
    config.diffIds.forEach((diffId, layer) => {
      const params = { layer, diffId: diffId.slice(0, 160) };
      if (!isDigest(diffId)) findings.warning('diffIdInvalid', params);
      else if (!diffId.startsWith('sha256:')) findings.warning('diffIdAlgorithm', params);
    });
    return { bytes, imageId, config };
  } catch (error) {
    findings.fault('configUnreadable', { path, fault: documentFault(error) });
    return { bytes, imageId, config: undefined };
  }
}

/** Says where a config and a list of layers do not fit each other. Engines refuse such an image. */
export function checkLayerCount(config: ImageConfig | undefined, layerCount: number, findings: ArchiveFindings): void {
  if (!config) return;
  const diffIds = config.diffIds.length;
  if (diffIds === 0 && layerCount > 0) findings.fault('rootfsMissing', { layers: layerCount });
  else if (diffIds !== layerCount) findings.fault('layerCountMismatch', { layers: layerCount, diffIds });
}

/** The platform that a config states, where it states one. */
export function platformOf(config: ImageConfig): Platform | undefined {
  if (config.architecture === undefined && config.os === undefined) return undefined;
  return {
    architecture: config.architecture ?? '',
    os: config.os ?? '',
    ...(config.variant === undefined ? {} : { variant: config.variant }),
    ...(config.osVersion === undefined ? {} : { 'os.version': config.osVersion }),
    ...(config.osFeatures === undefined ? {} : { 'os.features': config.osFeatures }),
  };
}
