import type { Digest } from './digest.ts';
import type { JsonObject } from './json.ts';
import {
  numberField,
  objectField,
  present,
  stringField,
  stringMapField,
  stringsField,
  textField,
} from './jsonFields.ts';

/** image-spec image-index.md, "platform". */
export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
}

/** image-spec descriptor.md. */
export interface Descriptor {
  readonly mediaType: string;
  /** As stored: `isDigest` tells whether it is one. */
  readonly digest: Digest;
  /** Bytes, as claimed; 0 when it is absent or no number. */
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  readonly platform?: Platform;
  /** The content itself, base64 (descriptor.md, "Embedded Content"). */
  readonly data?: string;
}

/** Lenient: what is absent reads as empty. Undefined when there is no object or no digest at all. */
export function parseDescriptor(object: JsonObject | undefined): Descriptor | undefined {
  const digest = object && stringField(object, 'digest');
  if (!object || digest === undefined) return undefined;
  const platform = objectField(object, 'platform');
  return {
    mediaType: stringField(object, 'mediaType') ?? '',
    digest: digest as Digest,
    size: numberField(object, 'size') ?? 0,
    ...present({
      urls: stringsField(object, 'urls'),
      annotations: stringMapField(object, 'annotations'),
      artifactType: textField(object, 'artifactType'),
      platform: platform && parsePlatform(platform),
      data: textField(object, 'data'),
    }),
  };
}

export function parsePlatform(object: JsonObject): Platform {
  return {
    architecture: stringField(object, 'architecture') ?? '',
    os: stringField(object, 'os') ?? '',
    ...present({
      variant: textField(object, 'variant'),
      'os.version': textField(object, 'os.version'),
      'os.features': stringsField(object, 'os.features'),
    }),
  };
}
