// The types of `docker volume inspect` in API 1.50, as templates see them.
import { ANY, EMPTY, INT64, STRING, TIME, map, pointer, slice, type GoStruct } from '../template/goValue.ts';

const SWARM_VERSION: GoStruct = {
  kind: 'struct',
  name: 'swarm.Version',
  fields: [{ name: 'Index', type: { kind: 'int', name: 'uint64' }, omitsEmpty: true }],
};

const SWARM_META: GoStruct = {
  kind: 'struct',
  name: 'swarm.Meta',
  fields: [
    { name: 'Version', type: SWARM_VERSION, omitsEmpty: true },
    { name: 'CreatedAt', type: TIME, omitsEmpty: true },
    { name: 'UpdatedAt', type: TIME, omitsEmpty: true },
  ],
};

const VOLUME_TYPE_MOUNT: GoStruct = {
  kind: 'struct',
  name: 'volume.TypeMount',
  fields: [
    { name: 'FsType', type: STRING, omitsEmpty: true },
    { name: 'MountFlags', type: slice(STRING), omitsEmpty: true },
  ],
};

const VOLUME_ACCESS_MODE: GoStruct = {
  kind: 'struct',
  name: 'volume.AccessMode',
  fields: [
    { name: 'Scope', type: { kind: 'string', name: 'volume.Scope' }, omitsEmpty: true },
    { name: 'Sharing', type: { kind: 'string', name: 'volume.SharingMode' }, omitsEmpty: true },
    { name: 'MountVolume', type: pointer(VOLUME_TYPE_MOUNT), omitsEmpty: true },
    { name: 'BlockVolume', type: pointer(EMPTY), omitsEmpty: true },
  ],
};

const VOLUME_TOPOLOGY: GoStruct = {
  kind: 'struct',
  name: 'volume.Topology',
  fields: [{ name: 'Segments', type: map(STRING), omitsEmpty: true }],
};

const VOLUME_TOPOLOGY_REQUIREMENT: GoStruct = {
  kind: 'struct',
  name: 'volume.TopologyRequirement',
  fields: [
    { name: 'Requisite', type: slice(VOLUME_TOPOLOGY), omitsEmpty: true },
    { name: 'Preferred', type: slice(VOLUME_TOPOLOGY), omitsEmpty: true },
  ],
};

const VOLUME_CAPACITY_RANGE: GoStruct = {
  kind: 'struct',
  name: 'volume.CapacityRange',
  fields: [
    { name: 'RequiredBytes', type: INT64 },
    { name: 'LimitBytes', type: INT64 },
  ],
};

const VOLUME_SECRET: GoStruct = {
  kind: 'struct',
  name: 'volume.Secret',
  fields: [
    { name: 'Key', type: STRING },
    { name: 'Secret', type: STRING },
  ],
};

const VOLUME_CLUSTER_VOLUME_SPEC: GoStruct = {
  kind: 'struct',
  name: 'volume.ClusterVolumeSpec',
  fields: [
    { name: 'Group', type: STRING, omitsEmpty: true },
    { name: 'AccessMode', type: pointer(VOLUME_ACCESS_MODE), omitsEmpty: true },
    { name: 'AccessibilityRequirements', type: pointer(VOLUME_TOPOLOGY_REQUIREMENT), omitsEmpty: true },
    { name: 'CapacityRange', type: pointer(VOLUME_CAPACITY_RANGE), omitsEmpty: true },
    { name: 'Secrets', type: slice(VOLUME_SECRET), omitsEmpty: true },
    { name: 'Availability', type: { kind: 'string', name: 'volume.Availability' }, omitsEmpty: true },
  ],
};

const VOLUME_PUBLISH_STATUS: GoStruct = {
  kind: 'struct',
  name: 'volume.PublishStatus',
  fields: [
    { name: 'NodeID', type: STRING, omitsEmpty: true },
    { name: 'State', type: { kind: 'string', name: 'volume.PublishState' }, omitsEmpty: true },
    { name: 'PublishContext', type: map(STRING), omitsEmpty: true },
  ],
};

const VOLUME_INFO: GoStruct = {
  kind: 'struct',
  name: 'volume.Info',
  fields: [
    { name: 'CapacityBytes', type: INT64, omitsEmpty: true },
    { name: 'VolumeContext', type: map(STRING), omitsEmpty: true },
    { name: 'VolumeID', type: STRING, omitsEmpty: true },
    { name: 'AccessibleTopology', type: slice(VOLUME_TOPOLOGY), omitsEmpty: true },
  ],
};

const VOLUME_CLUSTER_VOLUME: GoStruct = {
  kind: 'struct',
  name: 'volume.ClusterVolume',
  fields: [
    { name: 'ID', type: STRING },
    { name: 'Meta', type: SWARM_META, isEmbedded: true },
    { name: 'Spec', type: VOLUME_CLUSTER_VOLUME_SPEC },
    { name: 'PublishStatus', type: slice(pointer(VOLUME_PUBLISH_STATUS)), omitsEmpty: true },
    { name: 'Info', type: pointer(VOLUME_INFO), omitsEmpty: true },
  ],
};

const VOLUME_USAGE_DATA: GoStruct = {
  kind: 'struct',
  name: 'volume.UsageData',
  fields: [
    { name: 'RefCount', type: INT64 },
    { name: 'Size', type: INT64 },
  ],
};

export const VOLUME_VOLUME: GoStruct = {
  kind: 'struct',
  name: 'volume.Volume',
  fields: [
    { name: 'ClusterVolume', type: pointer(VOLUME_CLUSTER_VOLUME), omitsEmpty: true },
    { name: 'CreatedAt', type: STRING, omitsEmpty: true },
    { name: 'Driver', type: STRING },
    { name: 'Labels', type: map(STRING) },
    { name: 'Mountpoint', type: STRING },
    { name: 'Name', type: STRING },
    { name: 'Options', type: map(STRING) },
    { name: 'Scope', type: STRING },
    { name: 'Status', type: map(ANY), omitsEmpty: true },
    { name: 'UsageData', type: pointer(VOLUME_USAGE_DATA), omitsEmpty: true },
  ],
};
