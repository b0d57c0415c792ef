import { digestOf, digestParts } from '../image/digest.ts';
import type { Descriptor } from '../image/descriptor.ts';
import { asObject, stringField } from '../image/jsonFields.ts';
import { imageIndexOf, manifestDocumentOf, type ImageIndex, type ManifestDocument } from '../image/manifest.ts';
import { blobPath } from './blobPath.ts';
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

/** Indexes within indexes. Real ones have two levels. */
const MAX_INDEX_DEPTH = 128;
/** Manifests and indexes of one layout that are read. */
const MAX_DOCUMENTS = 20_000;

interface Waiting {
  readonly descriptor: Descriptor;
  readonly depth: number;
  /** Names given to an index hold for the images in it. */
  readonly names: readonly string[];
}

/** Opens an OCI image layout (image-spec image-layout.md): index.json and blobs/ALGORITHM/HEX. */
export async function openOciLayout(context: OpenContext): Promise<DescribedImage[]> {
  await checkLayoutFile(context);
  const bytes = await readDocument(context, 'index.json');
  if (!bytes) return [];
  const value = readJson(context, 'index.json', bytes);
  let index: ImageIndex;
  try {
    index = imageIndexOf(value);
    reportTypes('index', value, 'index.json', context.findings);
  } catch (error) {
    throw asArchiveError(error, context.fileName, 'index.json');
  }
  return new LayoutWalk(context).walk(index);
}

async function checkLayoutFile(context: OpenContext): Promise<void> {
  const bytes = await readDocument(context, 'oci-layout');
  if (!bytes) {
    context.findings.warning('layoutFileMissing');
    return;
  }
  try {
    const object = asObject(readJson(context, 'oci-layout', bytes));
    const version = (object && stringField(object, 'imageLayoutVersion')) ?? '';
    if (version !== '1.0.0') context.findings.warning('layoutVersion', { version: version.slice(0, 80) });
  } catch (error) {
    context.findings.warning('documentUnreadable', { path: 'oci-layout', fault: documentFault(error) });
  }
}

/** Depth first, in document order, without recursion; each digest once, so cycles end. */
class LayoutWalk {
  readonly #context: OpenContext;
  readonly #images = new Map<string, DescribedImage>();
  readonly #seenIndexes = new Set<string>();
  #documents = 0;

  constructor(context: OpenContext) {
    this.#context = context;
  }

  async walk(index: ImageIndex): Promise<DescribedImage[]> {
    const waiting = children(index.manifests, 1, []);
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      this.#context.work.signal?.throwIfAborted();
      waiting.push(...(await this.#visit(next)));
    }
    return [...this.#images.values()];
  }

  /** The children that are to be visited next, last first. */
  async #visit(waiting: Waiting): Promise<Waiting[]> {
    const { descriptor, depth } = waiting;
    const digest = descriptor.digest;
    const ownNames = storedNames(descriptor);
    const names = [...waiting.names, ...ownNames];
    const known = this.#images.get(digest);
    if (known && !known.isArtifact) {
      this.#images.set(digest, { ...known, tags: mergeNames(known.tags, names) });
      return [];
    }
    if (this.#seenIndexes.has(digest) || ++this.#documents > MAX_DOCUMENTS) return [];

    const findings = new ArchiveFindings();
    const found = await this.#read(descriptor, findings);
    if (!found) return [];
    const { document, bytes } = found;
    if (document.kind !== 'index') {
      const manifest = { descriptor, document, bytes };
      const image = await describeManifest(this.#context, manifest, [], findings);
      // The tag of an index is that of its images, not of their attestations.
      const tags = mergeNames(known?.tags ?? [], image.isArtifact ? ownNames : names);
      this.#images.set(digest, { ...image, tags });
      const others = document.kind === 'manifest' ? (document.manifests ?? []) : [];
      return depth < MAX_INDEX_DEPTH ? children(others, depth + 1, []) : [];
    }
    this.#context.findings.addAll(findings.list());
    this.#seenIndexes.add(digest);
    if (depth < MAX_INDEX_DEPTH) return children(document.manifests, depth + 1, names);
    this.#context.findings.warning('indexTooDeep', { depth, digest });
    return [];
  }

  async #read(
    descriptor: Descriptor,
    findings: ArchiveFindings,
  ): Promise<{ document: ManifestDocument; bytes: Uint8Array } | undefined> {
    const { digest } = descriptor;
    const shown = digest.slice(0, 160);
    const path = blobPath(digest);
    if (path === undefined) {
      this.#context.findings.fault('digestInvalid', { what: 'manifest', digest: shown });
      return undefined;
    }
    const bytes = await readDocument(this.#context, path);
    if (!bytes) {
      this.#context.findings.fault('manifestMissing', { digest });
      return undefined;
    }
    let document: ManifestDocument;
    try {
      const value = parseReported(bytes, path, findings);
      document = manifestDocumentOf(value, descriptor.mediaType);
      if (document.kind !== 'schema1') reportTypes(document.kind, value, path, findings);
    } catch (error) {
      this.#context.findings.fault('manifestUnreadable', { digest, fault: documentFault(error) });
      return undefined;
    }
    this.#check(descriptor, bytes, document, findings);
    return { document, bytes };
  }

  #check(descriptor: Descriptor, bytes: Uint8Array, document: ManifestDocument, findings: ArchiveFindings): void {
    const { digest, mediaType, size } = descriptor;
    const algorithm = digestParts(digest)?.algorithm ?? 'sha256';
    const actual = digestOf(bytes, this.#context.work.platform, algorithm);
    if (actual !== digest) findings.fault('digestMismatch', { what: 'manifest', claimed: digest, actual });
    if (size !== bytes.length) {
      findings.warning('sizeMismatch', { what: 'manifest', claimed: size, actual: bytes.length });
    }
    if (document.isAmbiguous) findings.warning('manifestAmbiguous', { digest });
    const own = document.kind === 'schema1' ? undefined : document.mediaType;
    if (own !== undefined && mediaType !== '' && own !== mediaType) {
      findings.warning('mediaTypeConflict', { digest, descriptor: mediaType, document: own.slice(0, 200) });
    }
  }
}

function children(manifests: readonly Descriptor[], depth: number, names: readonly string[]): Waiting[] {
  return manifests.map((descriptor) => ({ descriptor, depth, names })).reverse();
}

const REF_NAME = 'org.opencontainers.image.ref.name';
const CONTAINERD_NAME = 'io.containerd.image.name';

// containerd and docker write the full name and, as ref.name, the tag alone: then only the first is a reference.
function storedNames({ annotations }: Descriptor): string[] {
  const full = annotations?.[CONTAINERD_NAME];
  const name = annotations?.[REF_NAME];
  if (!full) return name ? [name] : [];
  return !name || name === full || full.endsWith(`:${name}`) ? [full] : [full, name];
}

function mergeNames(names: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...names, ...more])];
}
