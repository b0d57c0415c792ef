import type { Digest } from './digest.ts';
import type { JsonObject } from './json.ts';
import { arrayField, asObject, stringField, textField, field } from './jsonFields.ts';

/** Docker's image manifest, version 2 schema 1: layers and their v1 JSON, top first in the document. */
export interface Schema1Manifest {
  readonly kind: 'schema1';
  readonly name: string | undefined;
  readonly tag: string | undefined;
  readonly architecture: string | undefined;
  /** Base first. `v1Json` is the text of the layer's v1 image JSON. */
  readonly layers: readonly Schema1Layer[];
  readonly isSigned: boolean;
}

export interface Schema1Layer {
  readonly blobSum: Digest;
  readonly v1Json: string | undefined;
}

export function parseSchema1(object: JsonObject): Schema1Manifest {
  const history = arrayField(object, 'history') ?? [];
  const layers = (arrayField(object, 'fsLayers') ?? []).map((value, index): Schema1Layer => {
    const layer = asObject(value);
    const entry = asObject(history[index]);
    return {
      blobSum: ((layer && stringField(layer, 'blobSum')) ?? '') as Digest,
      v1Json: entry && stringField(entry, 'v1Compatibility'),
    };
  });
  return {
    kind: 'schema1',
    name: textField(object, 'name'),
    tag: textField(object, 'tag'),
    architecture: textField(object, 'architecture'),
    layers: layers.reverse(),
    isSigned: field(object, 'signatures') !== undefined,
  };
}
