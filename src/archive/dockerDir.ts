import { digestOf, digestParts, type Digest } from '../image/digest.ts';
import { ImageError } from '../image/imageError.ts';
import { manifestDocumentOf, type ImageIndex, type ManifestDocument } from '../image/manifest.ts';
import { MediaType } from '../image/mediaTypes.ts';
import { ArchiveFindings } from './finding.ts';
import type { DescribedImage } from './layerSpec.ts';
import { describeManifest } from './ociManifest.ts';
import {
  asArchiveError,
  documentFault,
  parseReported,
  readDocument,
  readJson,
  reportTypes,
  type OpenContext,
} from './openContext.ts';

/** Manifests that one index of a folder may name. */
const MAX_MANIFESTS = 1000;

/** Opens skopeo's `dir:` transport (containers/image directory): manifest.json is the registry's manifest itself,
 *  blobs are named by the hex of their digest; old versions added `.tar`. */
export async function openDockerDir(context: OpenContext): Promise<DescribedImage[]> {
  const bytes = (await readDocument(context, 'manifest.json')) ?? new Uint8Array();
  const value = readJson(context, 'manifest.json', bytes);
  let document: ManifestDocument;
  try {
    document = manifestDocumentOf(value);
    if (document.kind !== 'schema1') reportTypes(document.kind, value, 'manifest.json', context.findings);
  } catch (error) {
    throw asArchiveError(error, context.fileName, 'manifest.json');
  }
  if (document.kind === 'index') return openIndex(context, document);
  return [await describeDirImage(context, document, bytes, undefined)];
}

async function describeDirImage(
  context: OpenContext,
  document: Exclude<ManifestDocument, ImageIndex>,
  bytes: Uint8Array,
  claimed: Digest | undefined,
): Promise<DescribedImage> {
  const findings = new ArchiveFindings();
  const actual = digestOf(bytes, context.work.platform);
  if (claimed !== undefined && claimed !== actual) {
    findings.fault('digestMismatch', { what: 'manifest', claimed, actual });
  }
  const own = document.kind === 'schema1' ? undefined : document.mediaType;
  const fallback = document.kind === 'schema1' ? '' : MediaType.ociManifest;
  const descriptor = { mediaType: own ?? fallback, digest: claimed ?? actual, size: bytes.length };
  const pathOf = (digest: Digest) => dirBlobPath(context, digest);
  const image = await describeManifest(context, { descriptor, document, bytes }, [], findings, pathOf);
  return { ...image, describedBy: 'dir' };
}

// `skopeo copy --all` writes the index as manifest.json and each manifest as HEX.manifest.json.
async function openIndex(context: OpenContext, index: ImageIndex): Promise<DescribedImage[]> {
  const images: DescribedImage[] = [];
  for (const { digest, mediaType, platform } of index.manifests.slice(0, MAX_MANIFESTS)) {
    const hex = digestParts(digest)?.hex;
    const bytes = hex === undefined ? undefined : await readDocument(context, `${hex}.manifest.json`);
    if (!bytes) {
      context.findings.fault('manifestMissing', { digest: digest.slice(0, 160) });
      continue;
    }
    try {
      const path = `${hex}.manifest.json`;
      const value = parseReported(bytes, path, context.findings);
      const document = manifestDocumentOf(value, mediaType);
      if (document.kind === 'index') throw new ImageError('malformed', 0, 'an index within an index');
      if (document.kind === 'manifest') reportTypes('manifest', value, path, context.findings);
      const image = await describeDirImage(context, document, bytes, digest);
      images.push(platform ? { ...image, platform } : image);
    } catch (error) {
      context.findings.fault('manifestUnreadable', { digest, fault: documentFault(error) });
    }
  }
  return images;
}

function dirBlobPath(context: OpenContext, digest: Digest): string | undefined {
  const hex = digestParts(digest)?.hex;
  if (hex === undefined) return undefined;
  return !context.members.has(hex) && context.members.has(`${hex}.tar`) ? `${hex}.tar` : hex;
}
