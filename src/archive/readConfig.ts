import { configOf, type ImageConfig } from '../image/config.ts';
import type { Platform } from '../image/descriptor.ts';
import { digestOf, isDigest, type Digest } from '../image/digest.ts';
import type { Finding } from './archive.ts';
import { ArchiveFindings } from './finding.ts';
import { documentFault, parseReported, readDocument, reportTypes, type OpenContext } from './openContext.ts';

export interface ReadConfig {
  readonly bytes: Uint8Array;
  readonly imageId: Digest;
  /** Undefined when the bytes are no config; they are kept all the same. */
  readonly config: ImageConfig | undefined;
  /** What is odd about the bytes. */
  readonly findings: readonly Finding[];
}

/** The config at a path, read once however many images name it; undefined when there is none. */
export async function readConfig(
  context: OpenContext,
  path: string,
  findings: ArchiveFindings,
): Promise<ReadConfig | undefined> {
  const hit = context.members.lookup(path);
  if (hit.status !== 'found') return undefined;
  let read = context.configs.get(hit.path);
  if (!read) {
    const bytes = (await readDocument(context, path)) ?? new Uint8Array();
    read = parseConfigBytes(context, path, bytes);
    context.configs.set(hit.path, read);
  }
  findings.addAll(read.findings);
  return read;
}

/** Reads a config's bytes as far as they go. */
export function parseConfigBytes(context: OpenContext, path: string, bytes: Uint8Array): ReadConfig {
  const findings = new ArchiveFindings();
  const imageId = digestOf(bytes, context.work.platform);
  try {
    const document = parseReported(bytes, path, findings);
    const config = configOf(document);
    reportTypes('config', document, path, findings);
    config.diffIds.forEach((diffId, layer) => {
      const params = { layer, diffId: diffId.slice(0, 160) };
      if (!isDigest(diffId)) findings.warning('diffIdInvalid', params);
      else if (!diffId.startsWith('sha256:')) findings.warning('diffIdAlgorithm', params);
    });
    return { bytes, imageId, config, findings: findings.list() };
  } catch (error) {
    findings.fault('configUnreadable', { path, fault: documentFault(error) });
    return { bytes, imageId, config: undefined, findings: findings.list() };
  }
}

/** Says where a config and a list of layers do not fit each other. Engines refuse such an image. */
export function checkLayerCount(config: ImageConfig | undefined, layerCount: number, findings: ArchiveFindings): void {
  checkDepth(layerCount, findings);
  if (!config) return;
  const diffIds = config.diffIds.length;
  if (diffIds === 0 && layerCount > 0) findings.fault('rootfsMissing', { layers: layerCount });
  else if (diffIds !== layerCount) findings.fault('layerCountMismatch', { layers: layerCount, diffIds });
}

/** moby layer/layer_store.go, `maxLayerDepth`. */
const MAX_DEPTH = 125;

/** Says when a stack is deeper than docker takes. */
export function checkDepth(layerCount: number, findings: ArchiveFindings): void {
  if (layerCount > MAX_DEPTH) findings.warning('tooManyLayers', { layers: layerCount, limit: MAX_DEPTH });
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
