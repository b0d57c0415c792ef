import { parseContainerConfig, type ContainerConfig } from './config.ts';
import { ImageError } from './imageError.ts';
import { parseJson, type JsonValue } from './json.ts';
import { asArray, asObject, objectField, present, stringField, stringsField, textField, field } from './jsonFields.ts';

/** A v1 image: one layer and the JSON that goes with it (docker image-spec v1.0; `ID/json`, and the history of a
 *  schema 1 manifest). */
export interface V1Image {
  readonly id?: string;
  readonly parent?: string;
  readonly created?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly architecture?: string;
  readonly os?: string;
  readonly dockerVersion?: string;
  readonly config?: ContainerConfig;
  /** What was run to make it, as `docker history` prints it. */
  readonly createdBy?: string;
  /** A step that changed no file (schema 1). */
  readonly throwaway?: boolean;
}

/** Throws ImageError. */
export function parseV1Image(bytes: Uint8Array): V1Image {
  return v1ImageOf(parseJson(bytes).value);
}

/** As `parseV1Image`, of a document that was read. */
export function v1ImageOf(document: JsonValue): V1Image {
  const object = asObject(document);
  if (!object) throw new ImageError('malformed', 0, 'the v1 image JSON is no object');
  const config = objectField(object, 'config');
  const container = objectField(object, 'container_config');
  const command = container && (asArray(field(container, 'Cmd')) ? stringsField(container, 'Cmd') : undefined);
  return present({
    id: textField(object, 'id'),
    parent: textField(object, 'parent'),
    created: textField(object, 'created'),
    author: textField(object, 'author'),
    comment: textField(object, 'comment'),
    architecture: textField(object, 'architecture'),
    os: textField(object, 'os'),
    dockerVersion: textField(object, 'docker_version'),
    config: config && parseContainerConfig(config),
    createdBy: command?.join(' ') ?? (container && stringField(container, 'Cmd')),
    throwaway: field(object, 'throwaway') === true ? true : undefined,
  });
}

/** v1 IDs are 64 hex digits; anything else could lead out of the archive (CVE-2014-9358). */
export function isV1Id(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
