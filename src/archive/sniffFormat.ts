import { JSON_LIMITS, parseJson, type JsonValue } from '../image/json.ts';
import { isDockerManifest } from '../image/dockerManifest.ts';
import { asObject, arrayField, field } from '../image/jsonFields.ts';
import { ImageError } from '../image/imageError.ts';
import type { ArchiveFormat } from './archive.ts';
import { v1Folders } from './dockerV1.ts';
import { readWhole, type OpenContext } from './openContext.ts';

/** What the members tell of the format; the formats found, the one to open first in front. */
export interface SniffedFormat {
  readonly formats: readonly ArchiveFormat[];
  /** The members look like a container of images, whether or not its documents can be read. */
  readonly looksLikeImages: boolean;
}

interface Signs {
  readonly manifest: JsonValue | undefined;
  readonly index: JsonValue | undefined;
  readonly repositories: JsonValue | undefined;
  readonly v1ImageCount: number;
}

/** One line a vintage, in the order of precedence. A file of the right name is not enough: a rootfs may hold a
 *  manifest.json of its own. */
const VINTAGES: readonly { readonly format: ArchiveFormat; readonly matches: (signs: Signs) => boolean }[] = [
  { format: 'docker-archive', matches: ({ manifest }) => manifest !== undefined && isDockerManifest(manifest) },
  { format: 'docker-dir', matches: ({ manifest }) => isRegistryManifest(manifest) },
  { format: 'oci-layout', matches: ({ index }) => isIndex(index) },
  {
    format: 'docker-v1',
    matches: ({ repositories, v1ImageCount }) => v1ImageCount > 0 || isRepositories(repositories),
  },
];

/** Decides what the members are. Unreadable JSON counts as absent here; the opener reports it. */
export async function sniffFormat(context: OpenContext): Promise<SniffedFormat> {
  const signs: Signs = {
    manifest: await peekJson(context, 'manifest.json'),
    index: await peekJson(context, 'index.json'),
    repositories: await peekJson(context, 'repositories'),
    v1ImageCount: v1Folders(context.members.paths()).size,
  };
  const formats = VINTAGES.filter(({ matches }) => matches(signs)).map(({ format }) => format);
  return { formats, looksLikeImages: formats.length > 0 || looksLikeImages(context) };
}

async function peekJson(context: OpenContext, path: string): Promise<JsonValue | undefined> {
  const hit = context.members.lookup(path);
  if (hit.status !== 'found' || hit.source.sizeBytes > JSON_LIMITS.maxBytes) return undefined;
  try {
    return parseJson(await readWhole(hit.source, context.fileName, path)).value;
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}

function isRegistryManifest(value: JsonValue | undefined): boolean {
  const object = asObject(value);
  if (!object || typeof field(object, 'schemaVersion') !== 'number') return false;
  return ['layers', 'fsLayers', 'manifests'].some((name) => arrayField(object, name) !== undefined);
}

function isIndex(value: JsonValue | undefined): boolean {
  const object = asObject(value);
  return object !== undefined && arrayField(object, 'manifests') !== undefined;
}

// name → tag → ID.
function isRepositories(value: JsonValue | undefined): boolean {
  const names = [...(asObject(value)?.values() ?? [])];
  return (
    names.length > 0 &&
    names.every((tags) => [...(asObject(tags)?.values() ?? [null])].every((id) => typeof id === 'string'))
  );
}

/** Members that only containers of images have. */
function looksLikeImages({ members }: OpenContext): boolean {
  if (members.has('oci-layout')) return true;
  for (const path of members.paths()) {
    if (
      /^(?:blobs\/sha(?:256|512)\/)?[0-9a-f]{64}(?:\.json|\.tar|\.tar\.gz|\/layer\.tar|\/json|\/VERSION)?$/.test(path)
    ) {
      return true;
    }
    if (/^[^/]+\/layer\.tar$/.test(path)) return true;
  }
  return false;
}
