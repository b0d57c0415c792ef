// The types of `docker container inspect` in API 1.50, as templates see them.
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
import { NAT_PORT_MAP, NAT_PORT_SET } from './nat.ts';

const CONTAINER_HEALTHCHECK_RESULT: GoStruct = {
  kind: 'struct',
  name: 'container.HealthcheckResult',
  fields: [
    { name: 'Start', type: TIME },
    { name: 'End', type: TIME },
    { name: 'ExitCode', type: INT },
    { name: 'Output', type: STRING },
  ],
};

const CONTAINER_HEALTH: GoStruct = {
  kind: 'struct',
  name: 'container.Health',
  fields: [
    { name: 'Status', type: STRING },
    { name: 'FailingStreak', type: INT },
    { name: 'Log', type: slice(pointer(CONTAINER_HEALTHCHECK_RESULT)) },
  ],
};

const CONTAINER_STATE: GoStruct = {
  kind: 'struct',
  name: 'container.State',
  fields: [
    { name: 'Status', type: STRING },
    { name: 'Running', type: BOOL },
    { name: 'Paused', type: BOOL },
    { name: 'Restarting', type: BOOL },
    { name: 'OOMKilled', type: BOOL },
    { name: 'Dead', type: BOOL },
    { name: 'Pid', type: INT },
    { name: 'ExitCode', type: INT },
    { name: 'Error', type: STRING },
    { name: 'StartedAt', type: STRING },
    { name: 'FinishedAt', type: STRING },
    { name: 'Health', type: pointer(CONTAINER_HEALTH), omitsEmpty: true },
  ],
};

const CONTAINER_LOG_CONFIG: GoStruct = {
  kind: 'struct',
  name: 'container.LogConfig',
  fields: [
    { name: 'Type', type: STRING },
    { name: 'Config', type: map(STRING) },
  ],
};

const CONTAINER_RESTART_POLICY: GoStruct = {
  kind: 'struct',
  name: 'container.RestartPolicy',
  fields: [
    { name: 'Name', type: { kind: 'string', name: 'container.RestartPolicyMode' } },
    { name: 'MaximumRetryCount', type: INT },
  ],
};

const BLKIODEV_WEIGHT_DEVICE: GoStruct = {
  kind: 'struct',
  name: 'blkiodev.WeightDevice',
  fields: [
    { name: 'Path', type: STRING },
    { name: 'Weight', type: { kind: 'int', name: 'uint16' } },
  ],
};

const BLKIODEV_THROTTLE_DEVICE: GoStruct = {
  kind: 'struct',
  name: 'blkiodev.ThrottleDevice',
  fields: [
    { name: 'Path', type: STRING },
    { name: 'Rate', type: { kind: 'int', name: 'uint64' } },
  ],
};

const CONTAINER_DEVICE_MAPPING: GoStruct = {
  kind: 'struct',
  name: 'container.DeviceMapping',
  fields: [
    { name: 'PathOnHost', type: STRING },
    { name: 'PathInContainer', type: STRING },
    { name: 'CgroupPermissions', type: STRING },
  ],
};

const CONTAINER_DEVICE_REQUEST: GoStruct = {
  kind: 'struct',
  name: 'container.DeviceRequest',
  fields: [
    { name: 'Driver', type: STRING },
    { name: 'Count', type: INT },
    { name: 'DeviceIDs', type: slice(STRING) },
    { name: 'Capabilities', type: slice(slice(STRING)) },
    { name: 'Options', type: map(STRING) },
  ],
};

const UNITS_ULIMIT: GoStruct = {
  kind: 'struct',
  name: 'units.Ulimit',
  fields: [
    { name: 'Name', type: STRING },
    { name: 'Hard', type: INT64 },
    { name: 'Soft', type: INT64 },
  ],
  text: (members) => `${members.get('Name')?.data}=${members.get('Soft')?.data}:${members.get('Hard')?.data}`,
};

const CONTAINER_RESOURCES: GoStruct = {
  kind: 'struct',
  name: 'container.Resources',
  fields: [
    { name: 'CPUShares', json: 'CpuShares', type: INT64 },
    { name: 'Memory', type: INT64 },
    { name: 'NanoCPUs', json: 'NanoCpus', type: INT64 },
    { name: 'CgroupParent', type: STRING },
    { name: 'BlkioWeight', type: { kind: 'int', name: 'uint16' } },
    { name: 'BlkioWeightDevice', type: slice(pointer(BLKIODEV_WEIGHT_DEVICE)) },
    { name: 'BlkioDeviceReadBps', type: slice(pointer(BLKIODEV_THROTTLE_DEVICE)) },
    { name: 'BlkioDeviceWriteBps', type: slice(pointer(BLKIODEV_THROTTLE_DEVICE)) },
    { name: 'BlkioDeviceReadIOps', type: slice(pointer(BLKIODEV_THROTTLE_DEVICE)) },
    { name: 'BlkioDeviceWriteIOps', type: slice(pointer(BLKIODEV_THROTTLE_DEVICE)) },
    { name: 'CPUPeriod', json: 'CpuPeriod', type: INT64 },
    { name: 'CPUQuota', json: 'CpuQuota', type: INT64 },
    { name: 'CPURealtimePeriod', json: 'CpuRealtimePeriod', type: INT64 },
    { name: 'CPURealtimeRuntime', json: 'CpuRealtimeRuntime', type: INT64 },
    { name: 'CpusetCpus', type: STRING },
    { name: 'CpusetMems', type: STRING },
    { name: 'Devices', type: slice(CONTAINER_DEVICE_MAPPING) },
    { name: 'DeviceCgroupRules', type: slice(STRING) },
    { name: 'DeviceRequests', type: slice(CONTAINER_DEVICE_REQUEST) },
    { name: 'KernelMemory', type: INT64, omitsEmpty: true },
    { name: 'KernelMemoryTCP', type: INT64, omitsEmpty: true },
    { name: 'MemoryReservation', type: INT64 },
    { name: 'MemorySwap', type: INT64 },
    { name: 'MemorySwappiness', type: pointer(INT64) },
    { name: 'OomKillDisable', type: pointer(BOOL) },
    { name: 'PidsLimit', type: pointer(INT64) },
    { name: 'Ulimits', type: slice(pointer(UNITS_ULIMIT)) },
    { name: 'CPUCount', json: 'CpuCount', type: INT64 },
    { name: 'CPUPercent', json: 'CpuPercent', type: INT64 },
    { name: 'IOMaximumIOps', type: { kind: 'int', name: 'uint64' } },
    { name: 'IOMaximumBandwidth', type: { kind: 'int', name: 'uint64' } },
  ],
};

const MOUNT_BIND_OPTIONS: GoStruct = {
  kind: 'struct',
  name: 'mount.BindOptions',
  fields: [
    { name: 'Propagation', type: { kind: 'string', name: 'mount.Propagation' }, omitsEmpty: true },
    { name: 'NonRecursive', type: BOOL, omitsEmpty: true },
    { name: 'CreateMountpoint', type: BOOL, omitsEmpty: true },
    { name: 'ReadOnlyNonRecursive', type: BOOL, omitsEmpty: true },
    { name: 'ReadOnlyForceRecursive', type: BOOL, omitsEmpty: true },
  ],
};

const MOUNT_DRIVER: GoStruct = {
  kind: 'struct',
  name: 'mount.Driver',
  fields: [
    { name: 'Name', type: STRING, omitsEmpty: true },
    { name: 'Options', type: map(STRING), omitsEmpty: true },
  ],
};

const MOUNT_VOLUME_OPTIONS: GoStruct = {
  kind: 'struct',
  name: 'mount.VolumeOptions',
  fields: [
    { name: 'NoCopy', type: BOOL, omitsEmpty: true },
    { name: 'Labels', type: map(STRING), omitsEmpty: true },
    { name: 'Subpath', type: STRING, omitsEmpty: true },
    { name: 'DriverConfig', type: pointer(MOUNT_DRIVER), omitsEmpty: true },
  ],
};

const MOUNT_IMAGE_OPTIONS: GoStruct = {
  kind: 'struct',
  name: 'mount.ImageOptions',
  fields: [{ name: 'Subpath', type: STRING, omitsEmpty: true }],
};

const MOUNT_TMPFS_OPTIONS: GoStruct = {
  kind: 'struct',
  name: 'mount.TmpfsOptions',
  fields: [
    { name: 'SizeBytes', type: INT64, omitsEmpty: true },
    { name: 'Mode', type: { kind: 'int', name: 'fs.FileMode' }, omitsEmpty: true },
    { name: 'Options', type: slice(slice(STRING)), omitsEmpty: true },
  ],
};

const MOUNT_MOUNT: GoStruct = {
  kind: 'struct',
  name: 'mount.Mount',
  fields: [
    { name: 'Type', type: { kind: 'string', name: 'mount.Type' }, omitsEmpty: true },
    { name: 'Source', type: STRING, omitsEmpty: true },
    { name: 'Target', type: STRING, omitsEmpty: true },
    { name: 'ReadOnly', type: BOOL, omitsEmpty: true },
    { name: 'Consistency', type: { kind: 'string', name: 'mount.Consistency' }, omitsEmpty: true },
    { name: 'BindOptions', type: pointer(MOUNT_BIND_OPTIONS), omitsEmpty: true },
    { name: 'VolumeOptions', type: pointer(MOUNT_VOLUME_OPTIONS), omitsEmpty: true },
    { name: 'ImageOptions', type: pointer(MOUNT_IMAGE_OPTIONS), omitsEmpty: true },
    { name: 'TmpfsOptions', type: pointer(MOUNT_TMPFS_OPTIONS), omitsEmpty: true },
    { name: 'ClusterOptions', type: pointer(EMPTY), omitsEmpty: true },
  ],
};

const CONTAINER_HOST_CONFIG: GoStruct = {
  kind: 'struct',
  name: 'container.HostConfig',
  fields: [
    { name: 'Binds', type: slice(STRING) },
    { name: 'ContainerIDFile', type: STRING },
    { name: 'LogConfig', type: CONTAINER_LOG_CONFIG },
    { name: 'NetworkMode', type: { kind: 'string', name: 'container.NetworkMode' } },
    { name: 'PortBindings', type: NAT_PORT_MAP },
    { name: 'RestartPolicy', type: CONTAINER_RESTART_POLICY },
    { name: 'AutoRemove', type: BOOL },
    { name: 'VolumeDriver', type: STRING },
    { name: 'VolumesFrom', type: slice(STRING) },
    { name: 'ConsoleSize', type: { kind: 'slice', element: { kind: 'int', name: 'uint' }, name: '[2]uint' } },
    { name: 'Annotations', type: map(STRING), omitsEmpty: true },
    { name: 'CapAdd', type: { kind: 'slice', element: STRING, name: 'strslice.StrSlice' } },
    { name: 'CapDrop', type: { kind: 'slice', element: STRING, name: 'strslice.StrSlice' } },
    { name: 'CgroupnsMode', type: { kind: 'string', name: 'container.CgroupnsMode' } },
    { name: 'DNS', json: 'Dns', type: slice(STRING) },
    { name: 'DNSOptions', json: 'DnsOptions', type: slice(STRING) },
    { name: 'DNSSearch', json: 'DnsSearch', type: slice(STRING) },
    { name: 'ExtraHosts', type: slice(STRING) },
    { name: 'GroupAdd', type: slice(STRING) },
    { name: 'IpcMode', type: { kind: 'string', name: 'container.IpcMode' } },
    { name: 'Cgroup', type: { kind: 'string', name: 'container.CgroupSpec' } },
    { name: 'Links', type: slice(STRING) },
    { name: 'OomScoreAdj', type: INT },
    { name: 'PidMode', type: { kind: 'string', name: 'container.PidMode' } },
    { name: 'Privileged', type: BOOL },
    { name: 'PublishAllPorts', type: BOOL },
    { name: 'ReadonlyRootfs', type: BOOL },
    { name: 'SecurityOpt', type: slice(STRING) },
    { name: 'StorageOpt', type: map(STRING), omitsEmpty: true },
    { name: 'Tmpfs', type: map(STRING), omitsEmpty: true },
    { name: 'UTSMode', type: { kind: 'string', name: 'container.UTSMode' } },
    { name: 'UsernsMode', type: { kind: 'string', name: 'container.UsernsMode' } },
    { name: 'ShmSize', type: INT64 },
    { name: 'Sysctls', type: map(STRING), omitsEmpty: true },
    { name: 'Runtime', type: STRING, omitsEmpty: true },
    { name: 'Isolation', type: { kind: 'string', name: 'container.Isolation' } },
    { name: 'Resources', type: CONTAINER_RESOURCES, isEmbedded: true },
    { name: 'Mounts', type: slice(MOUNT_MOUNT), omitsEmpty: true },
    { name: 'MaskedPaths', type: slice(STRING) },
    { name: 'ReadonlyPaths', type: slice(STRING) },
    { name: 'Init', type: pointer(BOOL), omitsEmpty: true },
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

const CONTAINER_CONTAINER_JSONBASE: GoStruct = {
  kind: 'struct',
  name: 'container.ContainerJSONBase',
  fields: [
    { name: 'ID', json: 'Id', type: STRING },
    { name: 'Created', type: STRING },
    { name: 'Path', type: STRING },
    { name: 'Args', type: slice(STRING) },
    { name: 'State', type: pointer(CONTAINER_STATE) },
    { name: 'Image', type: STRING },
    { name: 'ResolvConfPath', type: STRING },
    { name: 'HostnamePath', type: STRING },
    { name: 'HostsPath', type: STRING },
    { name: 'LogPath', type: STRING },
    { name: 'Name', type: STRING },
    { name: 'RestartCount', type: INT },
    { name: 'Driver', type: STRING },
    { name: 'Platform', type: STRING },
    { name: 'MountLabel', type: STRING },
    { name: 'ProcessLabel', type: STRING },
    { name: 'AppArmorProfile', type: STRING },
    { name: 'ExecIDs', type: slice(STRING) },
    { name: 'HostConfig', type: pointer(CONTAINER_HOST_CONFIG) },
    { name: 'GraphDriver', type: STORAGE_DRIVER_DATA },
    { name: 'SizeRw', type: pointer(INT64), omitsEmpty: true },
    { name: 'SizeRootFs', type: pointer(INT64), omitsEmpty: true },
  ],
};

const CONTAINER_MOUNT_POINT: GoStruct = {
  kind: 'struct',
  name: 'container.MountPoint',
  fields: [
    { name: 'Type', type: { kind: 'string', name: 'mount.Type' }, omitsEmpty: true },
    { name: 'Name', type: STRING, omitsEmpty: true },
    { name: 'Source', type: STRING },
    { name: 'Destination', type: STRING },
    { name: 'Driver', type: STRING, omitsEmpty: true },
    { name: 'Mode', type: STRING },
    { name: 'RW', type: BOOL },
    { name: 'Propagation', type: { kind: 'string', name: 'mount.Propagation' } },
  ],
};

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

const NETWORK_ADDRESS: GoStruct = {
  kind: 'struct',
  name: 'network.Address',
  fields: [
    { name: 'Addr', type: STRING },
    { name: 'PrefixLen', type: INT },
  ],
};

const CONTAINER_NETWORK_SETTINGS_BASE: GoStruct = {
  kind: 'struct',
  name: 'container.NetworkSettingsBase',
  fields: [
    { name: 'Bridge', type: STRING },
    { name: 'SandboxID', type: STRING },
    { name: 'SandboxKey', type: STRING },
    { name: 'Ports', type: NAT_PORT_MAP },
    { name: 'HairpinMode', type: BOOL },
    { name: 'LinkLocalIPv6Address', type: STRING },
    { name: 'LinkLocalIPv6PrefixLen', type: INT },
    { name: 'SecondaryIPAddresses', type: slice(NETWORK_ADDRESS) },
    { name: 'SecondaryIPv6Addresses', type: slice(NETWORK_ADDRESS) },
  ],
};

const CONTAINER_DEFAULT_NETWORK_SETTINGS: GoStruct = {
  kind: 'struct',
  name: 'container.DefaultNetworkSettings',
  fields: [
    { name: 'EndpointID', type: STRING },
    { name: 'Gateway', type: STRING },
    { name: 'GlobalIPv6Address', type: STRING },
    { name: 'GlobalIPv6PrefixLen', type: INT },
    { name: 'IPAddress', type: STRING },
    { name: 'IPPrefixLen', type: INT },
    { name: 'IPv6Gateway', type: STRING },
    { name: 'MacAddress', type: STRING },
  ],
};

const NETWORK_ENDPOINT_IPAMCONFIG: GoStruct = {
  kind: 'struct',
  name: 'network.EndpointIPAMConfig',
  fields: [
    { name: 'IPv4Address', type: STRING, omitsEmpty: true },
    { name: 'IPv6Address', type: STRING, omitsEmpty: true },
    { name: 'LinkLocalIPs', type: slice(STRING), omitsEmpty: true },
  ],
};

const NETWORK_ENDPOINT_SETTINGS: GoStruct = {
  kind: 'struct',
  name: 'network.EndpointSettings',
  fields: [
    { name: 'IPAMConfig', type: pointer(NETWORK_ENDPOINT_IPAMCONFIG) },
    { name: 'Links', type: slice(STRING) },
    { name: 'Aliases', type: slice(STRING) },
    { name: 'MacAddress', type: STRING },
    { name: 'DriverOpts', type: map(STRING) },
    { name: 'GwPriority', type: INT },
    { name: 'NetworkID', type: STRING },
    { name: 'EndpointID', type: STRING },
    { name: 'Gateway', type: STRING },
    { name: 'IPAddress', type: STRING },
    { name: 'IPPrefixLen', type: INT },
    { name: 'IPv6Gateway', type: STRING },
    { name: 'GlobalIPv6Address', type: STRING },
    { name: 'GlobalIPv6PrefixLen', type: INT },
    { name: 'DNSNames', type: slice(STRING) },
  ],
};

const CONTAINER_NETWORK_SETTINGS: GoStruct = {
  kind: 'struct',
  name: 'container.NetworkSettings',
  fields: [
    { name: 'NetworkSettingsBase', type: CONTAINER_NETWORK_SETTINGS_BASE, isEmbedded: true },
    { name: 'DefaultNetworkSettings', type: CONTAINER_DEFAULT_NETWORK_SETTINGS, isEmbedded: true },
    { name: 'Networks', type: map(pointer(NETWORK_ENDPOINT_SETTINGS)) },
  ],
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

export const CONTAINER_INSPECT_RESPONSE: GoStruct = {
  kind: 'struct',
  name: 'container.InspectResponse',
  fields: [
    { name: 'ContainerJSONBase', type: pointer(CONTAINER_CONTAINER_JSONBASE), isEmbedded: true },
    { name: 'Mounts', type: slice(CONTAINER_MOUNT_POINT) },
    { name: 'Config', type: pointer(CONTAINER_CONFIG) },
    { name: 'NetworkSettings', type: pointer(CONTAINER_NETWORK_SETTINGS) },
    { name: 'ImageManifestDescriptor', type: pointer(V1_DESCRIPTOR), omitsEmpty: true },
  ],
};
