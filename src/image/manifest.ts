import { parseDescriptor, type Descriptor } from './descriptor.ts';
import { ImageError } from './imageError.ts';
import { parseJson, type JsonObject, type JsonValue } from './json.ts';
import {
  arrayField,
  asObject,
  numberField,
  objectField,
  present,
  stringField,
  stringMapField,
  textField,
} from './jsonFields.ts';
import { isIndexType, isManifestType } from './mediaTypes.ts';
import { parseSchema1, type Schema1Manifest } from './schema1.ts';

/** image-spec manifest.md; also Docker's manifest schema 2. */
export interface ImageManifest {
  readonly kind: 'manifest';
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config: Descriptor | undefined;
  /** Base first. An element that is no descriptor is undefined. */
  readonly layers: readonly (Descriptor | undefined)[];
  /** What the document would lead to if it were read as an index (`isAmbiguous`). */
  readonly manifests?: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
}

/** image-spec image-index.md; also Docker's manifest list. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
}

export type ManifestDocument = (ImageManifest | ImageIndex | Schema1Manifest) & {
  /** Holds `manifests` and `layers` at once: tools disagree which it is (CVE-2021-41190). */
  readonly isAmbiguous?: boolean;
};

/** Reads a manifest, an index or a schema 1 manifest. `mediaType` is the descriptor's, which wins over the
 *  document's own; where neither says, its keys do. Throws ImageError. */
export function parseManifestDocument(bytes: Uint8Array, mediaType?: string): ManifestDocument {
  return manifestDocumentOf(parseJson(bytes).value, mediaType);
}

/** As `parseManifestDocument`, of a document that was read. */
export function manifestDocumentOf(value: JsonValue, mediaType?: string): ManifestDocument {
  const object = asObject(value);
  if (!object) throw new ImageError('malformed', 0, 'the manifest is no JSON object');
  const isSchema1 = numberField(object, 'schemaVersion') === 1 && !arrayField(object, 'layers');
  if (isSchema1 || arrayField(object, 'fsLayers')) return parseSchema1(object);

  const manifests = arrayField(object, 'manifests');
  const layers = arrayField(object, 'layers');
  const hasManifestKeys = layers !== undefined || objectField(object, 'config') !== undefined;
  const claimed = mediaType || stringField(object, 'mediaType');
  const isIndex = isIndexType(claimed) || (!isManifestType(claimed) && manifests !== undefined && !hasManifestKeys);
  if (isIndex ? !manifests : !hasManifestKeys) {
    throw new ImageError('malformed', 0, isIndex ? 'the index has no manifests' : 'the manifest has no layers');
  }
  const ambiguous = manifests !== undefined && hasManifestKeys ? { isAmbiguous: true } : {};
  return isIndex
    ? { ...indexOf(object, manifests ?? []), ...ambiguous }
    : {
        ...manifestOf(object, layers ?? []),
        ...(manifests ? { manifests: descriptorsOf(manifests) } : {}),
        ...ambiguous,
      };
}

/** Reads an index, such as `index.json`. Throws ImageError. */
export function parseIndex(bytes: Uint8Array): ImageIndex {
  return imageIndexOf(parseJson(bytes).value);
}

/** As `parseIndex`, of a document that was read. */
export function imageIndexOf(value: JsonValue): ImageIndex {
  const object = asObject(value);
  const manifests = object && arrayField(object, 'manifests');
  if (!object || !manifests) throw new ImageError('malformed', 0, 'the index has no manifests');
  return indexOf(object, manifests);
}

function manifestOf(object: JsonObject, layers: readonly JsonValue[]): ImageManifest {
  return {
    kind: 'manifest',
    ...common(object),
    config: parseDescriptor(objectField(object, 'config')),
    layers: layers.map((layer) => parseDescriptor(asObject(layer))),
  };
}

function indexOf(object: JsonObject, manifests: readonly JsonValue[]): ImageIndex {
  return { kind: 'index', ...common(object), manifests: descriptorsOf(manifests) };
}

function descriptorsOf(values: readonly JsonValue[]): Descriptor[] {
  return values.map((value) => parseDescriptor(asObject(value))).filter((descriptor) => descriptor !== undefined);
}

function common(object: JsonObject) {
  return {
    ...present({
      mediaType: textField(object, 'mediaType'),
      artifactType: textField(object, 'artifactType'),
      subject: parseDescriptor(objectField(object, 'subject')),
    }),
    annotations: stringMapField(object, 'annotations') ?? {},
  };
}
