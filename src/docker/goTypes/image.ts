// The types of `docker image inspect` in API 1.50, as templates see them.
import {
  BOOL,
  DURATION,
  EMPTY,
  INT,
  INT64,
  STRING,
  TIME,
  map,
  pointer,
  slice,
  type GoStruct,
} from '../template/goValue.ts';
import { NAT_PORT_SET } from './nat.ts';

const V1_HEALTHCHECK_CONFIG: GoStruct = {
  kind: 'struct',
  name: 'v1.HealthcheckConfig',
  fields: [
    { name: 'Test', type: slice(STRING), omitsEmpty: true },
    { name: 'Interval', type: DURATION, omitsEmpty: true },
    { name: 'Timeout', type: DURATION, omitsEmpty: true },
    { name: 'StartPeriod', type: DURATION, omitsEmpty: true },
    { name: 'StartInterval', type: DURATION, omitsEmpty: true },
    { name: 'Retries', type: INT, omitsEmpty: true },
  ],
};

const CONTAINER_CONFIG: GoStruct = {
  kind: 'struct',
  name: 'container.Config',
  fields: [
    { name: 'Hostname', type: STRING },
    { name: 'Domainname', type: STRING },
    { name: 'User', type: STRING },
    { name: 'AttachStdin', type: BOOL },
    { name: 'AttachStdout', type: BOOL },
    { name: 'AttachStderr', type: BOOL },
    { name: 'ExposedPorts', type: NAT_PORT_SET, omitsEmpty: true },
    { name: 'Tty', type: BOOL },
    { name: 'OpenStdin', type: BOOL },
    { name: 'StdinOnce', type: BOOL },
    { name: 'Env', type: slice(STRING) },
    { name: 'Cmd', type: { kind: 'slice', element: STRING, name: 'strslice.StrSlice' } },
    { name: 'Healthcheck', type: pointer(V1_HEALTHCHECK_CONFIG), omitsEmpty: true },
    { name: 'ArgsEscaped', type: BOOL, omitsEmpty: true },
    { name: 'Image', type: STRING },
    { name: 'Volumes', type: map(EMPTY) },
    { name: 'WorkingDir', type: STRING },
    { name: 'Entrypoint', type: { kind: 'slice', element: STRING, name: 'strslice.StrSlice' } },
    { name: 'NetworkDisabled', type: BOOL, omitsEmpty: true },
    { name: 'MacAddress', type: STRING, omitsEmpty: true },
    { name: 'OnBuild', type: slice(STRING) },
    { name: 'Labels', type: map(STRING) },
    { name: 'StopSignal', type: STRING, omitsEmpty: true },
    { name: 'StopTimeout', type: pointer(INT), omitsEmpty: true },
    { name: 'Shell', type: { kind: 'slice', element: STRING, name: 'strslice.StrSlice' }, omitsEmpty: true },
  ],
};

const V1_IMAGE_CONFIG: GoStruct = {
  kind: 'struct',
  name: 'v1.ImageConfig',
  fields: [
    { name: 'User', type: STRING, omitsEmpty: true },
    { name: 'ExposedPorts', type: map(EMPTY), omitsEmpty: true },
    { name: 'Env', type: slice(STRING), omitsEmpty: true },
    { name: 'Entrypoint', type: slice(STRING), omitsEmpty: true },
    { name: 'Cmd', type: slice(STRING), omitsEmpty: true },
    { name: 'Volumes', type: map(EMPTY), omitsEmpty: true },
    { name: 'WorkingDir', type: STRING, omitsEmpty: true },
    { name: 'Labels', type: map(STRING), omitsEmpty: true },
    { name: 'StopSignal', type: STRING, omitsEmpty: true },
    { name: 'ArgsEscaped', type: BOOL, omitsEmpty: true },
  ],
};

const V1_DOCKER_OCIIMAGE_CONFIG_EXT: GoStruct = {
  kind: 'struct',
  name: 'v1.DockerOCIImageConfigExt',
  fields: [
    { name: 'Healthcheck', type: pointer(V1_HEALTHCHECK_CONFIG), omitsEmpty: true },
    { name: 'OnBuild', type: slice(STRING), omitsEmpty: true },
    { name: 'Shell', type: slice(STRING), omitsEmpty: true },
  ],
};

const V1_DOCKER_OCIIMAGE_CONFIG: GoStruct = {
  kind: 'struct',
  name: 'v1.DockerOCIImageConfig',
  fields: [
    { name: 'ImageConfig', type: V1_IMAGE_CONFIG, isEmbedded: true },
    { name: 'DockerOCIImageConfigExt', type: V1_DOCKER_OCIIMAGE_CONFIG_EXT, isEmbedded: true },
  ],
};

const STORAGE_DRIVER_DATA: GoStruct = {
  kind: 'struct',
  name: 'storage.DriverData',
  fields: [
    { name: 'Data', type: map(STRING) },
    { name: 'Name', type: STRING },
  ],
};

const IMAGE_ROOT_FS: GoStruct = {
  kind: 'struct',
  name: 'image.RootFS',
  fields: [
    { name: 'Type', type: STRING, omitsEmpty: true },
    { name: 'Layers', type: slice(STRING), omitsEmpty: true },
  ],
};

const IMAGE_METADATA: GoStruct = {
  kind: 'struct',
  name: 'image.Metadata',
  fields: [{ name: 'LastTagTime', type: TIME, omitsEmpty: true }],
};

const V1_PLATFORM: GoStruct = {
  kind: 'struct',
  name: 'v1.Platform',
  fields: [
    { name: 'Architecture', json: 'architecture', type: STRING },
    { name: 'OS', json: 'os', type: STRING },
    { name: 'OSVersion', json: 'os.version', type: STRING, omitsEmpty: true },
    { name: 'OSFeatures', json: 'os.features', type: slice(STRING), omitsEmpty: true },
    { name: 'Variant', json: 'variant', type: STRING, omitsEmpty: true },
  ],
};

const V1_DESCRIPTOR: GoStruct = {
  kind: 'struct',
  name: 'v1.Descriptor',
  fields: [
    { name: 'MediaType', json: 'mediaType', type: STRING },
    { name: 'Digest', json: 'digest', type: { kind: 'string', name: 'digest.Digest' } },
    { name: 'Size', json: 'size', type: INT64 },
    { name: 'URLs', json: 'urls', type: slice(STRING), omitsEmpty: true },
    { name: 'Annotations', json: 'annotations', type: map(STRING), omitsEmpty: true },
    { name: 'Data', json: 'data', type: slice({ kind: 'int', name: 'uint8' }), omitsEmpty: true },
    { name: 'Platform', json: 'platform', type: pointer(V1_PLATFORM), omitsEmpty: true },
    { name: 'ArtifactType', json: 'artifactType', type: STRING, omitsEmpty: true },
  ],
};

const UNNAMED_12: GoStruct = {
  kind: 'struct',
  name: 'struct {…}',
  fields: [
    { name: 'Content', type: INT64 },
    { name: 'Total', type: INT64 },
  ],
};

const UNNAMED_14: GoStruct = { kind: 'struct', name: 'struct {…}', fields: [{ name: 'Unpacked', type: INT64 }] };

const IMAGE_IMAGE_PROPERTIES: GoStruct = {
  kind: 'struct',
  name: 'image.ImageProperties',
  fields: [
    { name: 'Platform', type: V1_PLATFORM },
    { name: 'Size', type: UNNAMED_14 },
    { name: 'Containers', type: slice(STRING) },
  ],
};

const IMAGE_ATTESTATION_PROPERTIES: GoStruct = {
  kind: 'struct',
  name: 'image.AttestationProperties',
  fields: [{ name: 'For', type: { kind: 'string', name: 'digest.Digest' } }],
};

const IMAGE_MANIFEST_SUMMARY: GoStruct = {
  kind: 'struct',
  name: 'image.ManifestSummary',
  fields: [
    { name: 'ID', type: STRING },
    { name: 'Descriptor', type: V1_DESCRIPTOR },
    { name: 'Available', type: BOOL },
    { name: 'Size', type: UNNAMED_12 },
    { name: 'Kind', type: { kind: 'string', name: 'image.ManifestKind' } },
    { name: 'ImageData', type: pointer(IMAGE_IMAGE_PROPERTIES), omitsEmpty: true },
    { name: 'AttestationData', type: pointer(IMAGE_ATTESTATION_PROPERTIES), omitsEmpty: true },
  ],
};

export const IMAGE_INSPECT_RESPONSE: GoStruct = {
  kind: 'struct',
  name: 'image.InspectResponse',
  fields: [
    { name: 'ID', json: 'Id', type: STRING },
    { name: 'RepoTags', type: slice(STRING) },
    { name: 'RepoDigests', type: slice(STRING) },
    { name: 'Parent', type: STRING },
    { name: 'Comment', type: STRING },
    { name: 'Created', type: STRING, omitsEmpty: true },
    { name: 'Container', type: STRING, omitsEmpty: true },
    { name: 'ContainerConfig', type: pointer(CONTAINER_CONFIG), omitsEmpty: true },
    { name: 'DockerVersion', type: STRING },
    { name: 'Author', type: STRING },
    { name: 'Config', type: pointer(V1_DOCKER_OCIIMAGE_CONFIG) },
    { name: 'Architecture', type: STRING },
    { name: 'Variant', type: STRING, omitsEmpty: true },
    { name: 'Os', type: STRING },
    { name: 'OsVersion', type: STRING, omitsEmpty: true },
    { name: 'Size', type: INT64 },
    { name: 'VirtualSize', type: INT64, omitsEmpty: true },
    { name: 'GraphDriver', type: STORAGE_DRIVER_DATA },
    { name: 'RootFS', type: IMAGE_ROOT_FS },
    { name: 'Metadata', type: IMAGE_METADATA },
    { name: 'Descriptor', type: pointer(V1_DESCRIPTOR), omitsEmpty: true },
    { name: 'Manifests', type: slice(IMAGE_MANIFEST_SUMMARY), omitsEmpty: true },
  ],
};

/** As client 20.10 reads it: the config with all that a container's has. */
export const IMAGE_INSPECT_20_10: GoStruct = {
  ...IMAGE_INSPECT_RESPONSE,
  name: 'types.ImageInspect',
  fields: IMAGE_INSPECT_RESPONSE.fields.map((field) =>
    field.name === 'Config' ? { ...field, type: pointer(CONTAINER_CONFIG) } : field,
  ),
};
