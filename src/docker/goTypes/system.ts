// The types of `docker version` and `docker info` in API 1.50, as templates see them.
import {
  ANY,
  BOOL,
  DURATION,
  INT,
  INT64,
  STRING,
  TIME,
  map,
  pointer,
  slice,
  type GoStruct,
} from '../template/goValue.ts';

const UNNAMED_1: GoStruct = { kind: 'struct', name: 'struct {…}', fields: [{ name: 'Name', type: STRING }] };

const TYPES_COMPONENT_VERSION: GoStruct = {
  kind: 'struct',
  name: 'types.ComponentVersion',
  fields: [
    { name: 'Name', type: STRING },
    { name: 'Version', type: STRING },
    { name: 'Details', type: map(STRING), omitsEmpty: true },
  ],
};

export const TYPES_VERSION: GoStruct = {
  kind: 'struct',
  name: 'types.Version',
  fields: [
    { name: 'Platform', type: UNNAMED_1, omitsEmpty: true },
    { name: 'Components', type: slice(TYPES_COMPONENT_VERSION), omitsEmpty: true },
    { name: 'Version', type: STRING },
    { name: 'APIVersion', json: 'ApiVersion', type: STRING },
    { name: 'MinAPIVersion', type: STRING, omitsEmpty: true },
    { name: 'GitCommit', type: STRING },
    { name: 'GoVersion', type: STRING },
    { name: 'Os', type: STRING },
    { name: 'Arch', type: STRING },
    { name: 'KernelVersion', type: STRING, omitsEmpty: true },
    { name: 'Experimental', type: BOOL, omitsEmpty: true },
    { name: 'BuildTime', type: STRING, omitsEmpty: true },
  ],
};

const SYSTEM_PLUGINS_INFO: GoStruct = {
  kind: 'struct',
  name: 'system.PluginsInfo',
  fields: [
    { name: 'Volume', type: slice(STRING) },
    { name: 'Network', type: slice(STRING) },
    { name: 'Authorization', type: slice(STRING) },
    { name: 'Log', type: slice(STRING) },
  ],
};

const REGISTRY_NET_IPNET: GoStruct = {
  kind: 'struct',
  name: 'registry.NetIPNet',
  fields: [
    { name: 'IP', type: { kind: 'slice', element: { kind: 'int', name: 'uint8' }, name: 'net.IP' } },
    { name: 'Mask', type: { kind: 'slice', element: { kind: 'int', name: 'uint8' }, name: 'net.IPMask' } },
  ],
};

const REGISTRY_INDEX_INFO: GoStruct = {
  kind: 'struct',
  name: 'registry.IndexInfo',
  fields: [
    { name: 'Name', type: STRING },
    { name: 'Mirrors', type: slice(STRING) },
    { name: 'Secure', type: BOOL },
    { name: 'Official', type: BOOL },
  ],
};

const REGISTRY_SERVICE_CONFIG: GoStruct = {
  kind: 'struct',
  name: 'registry.ServiceConfig',
  fields: [
    { name: 'AllowNondistributableArtifactsCIDRs', type: slice(pointer(REGISTRY_NET_IPNET)), omitsEmpty: true },
    { name: 'AllowNondistributableArtifactsHostnames', type: slice(STRING), omitsEmpty: true },
    { name: 'InsecureRegistryCIDRs', type: slice(pointer(REGISTRY_NET_IPNET)) },
    { name: 'IndexConfigs', type: map(pointer(REGISTRY_INDEX_INFO)) },
    { name: 'Mirrors', type: slice(STRING) },
    { name: 'ExtraFields', json: '-', type: map(ANY) },
  ],
};

const SWARM_NAMED_GENERIC_RESOURCE: GoStruct = {
  kind: 'struct',
  name: 'swarm.NamedGenericResource',
  fields: [
    { name: 'Kind', type: STRING, omitsEmpty: true },
    { name: 'Value', type: STRING, omitsEmpty: true },
  ],
};

const SWARM_DISCRETE_GENERIC_RESOURCE: GoStruct = {
  kind: 'struct',
  name: 'swarm.DiscreteGenericResource',
  fields: [
    { name: 'Kind', type: STRING, omitsEmpty: true },
    { name: 'Value', type: INT64, omitsEmpty: true },
  ],
};

const SWARM_GENERIC_RESOURCE: GoStruct = {
  kind: 'struct',
  name: 'swarm.GenericResource',
  fields: [
    { name: 'NamedResourceSpec', type: pointer(SWARM_NAMED_GENERIC_RESOURCE), omitsEmpty: true },
    { name: 'DiscreteResourceSpec', type: pointer(SWARM_DISCRETE_GENERIC_RESOURCE), omitsEmpty: true },
  ],
};

const SYSTEM_RUNTIME: GoStruct = {
  kind: 'struct',
  name: 'system.Runtime',
  fields: [
    { name: 'Path', json: 'path', type: STRING, omitsEmpty: true },
    { name: 'Args', json: 'runtimeArgs', type: slice(STRING), omitsEmpty: true },
    { name: 'Type', json: 'runtimeType', type: STRING, omitsEmpty: true },
    { name: 'Options', json: 'options', type: map(ANY), omitsEmpty: true },
  ],
};

const SYSTEM_RUNTIME_WITH_STATUS: GoStruct = {
  kind: 'struct',
  name: 'system.RuntimeWithStatus',
  fields: [
    { name: 'Runtime', type: SYSTEM_RUNTIME, isEmbedded: true },
    { name: 'Status', json: 'status', type: map(STRING), omitsEmpty: true },
  ],
};

const SWARM_PEER: GoStruct = {
  kind: 'struct',
  name: 'swarm.Peer',
  fields: [
    { name: 'NodeID', type: STRING },
    { name: 'Addr', type: STRING },
  ],
};

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

const SWARM_ANNOTATIONS: GoStruct = {
  kind: 'struct',
  name: 'swarm.Annotations',
  fields: [
    { name: 'Name', type: STRING, omitsEmpty: true },
    { name: 'Labels', type: map(STRING) },
  ],
};

const SWARM_ORCHESTRATION_CONFIG: GoStruct = {
  kind: 'struct',
  name: 'swarm.OrchestrationConfig',
  fields: [{ name: 'TaskHistoryRetentionLimit', type: pointer(INT64), omitsEmpty: true }],
};

const SWARM_RAFT_CONFIG: GoStruct = {
  kind: 'struct',
  name: 'swarm.RaftConfig',
  fields: [
    { name: 'SnapshotInterval', type: { kind: 'int', name: 'uint64' }, omitsEmpty: true },
    { name: 'KeepOldSnapshots', type: pointer({ kind: 'int', name: 'uint64' }), omitsEmpty: true },
    { name: 'LogEntriesForSlowFollowers', type: { kind: 'int', name: 'uint64' }, omitsEmpty: true },
    { name: 'ElectionTick', type: INT },
    { name: 'HeartbeatTick', type: INT },
  ],
};

const SWARM_DISPATCHER_CONFIG: GoStruct = {
  kind: 'struct',
  name: 'swarm.DispatcherConfig',
  fields: [{ name: 'HeartbeatPeriod', type: DURATION, omitsEmpty: true }],
};

const SWARM_EXTERNAL_CA: GoStruct = {
  kind: 'struct',
  name: 'swarm.ExternalCA',
  fields: [
    { name: 'Protocol', type: { kind: 'string', name: 'swarm.ExternalCAProtocol' } },
    { name: 'URL', type: STRING },
    { name: 'Options', type: map(STRING), omitsEmpty: true },
    { name: 'CACert', type: STRING },
  ],
};

const SWARM_CACONFIG: GoStruct = {
  kind: 'struct',
  name: 'swarm.CAConfig',
  fields: [
    { name: 'NodeCertExpiry', type: DURATION, omitsEmpty: true },
    { name: 'ExternalCAs', type: slice(pointer(SWARM_EXTERNAL_CA)), omitsEmpty: true },
    { name: 'SigningCACert', type: STRING, omitsEmpty: true },
    { name: 'SigningCAKey', type: STRING, omitsEmpty: true },
    { name: 'ForceRotate', type: { kind: 'int', name: 'uint64' }, omitsEmpty: true },
  ],
};

const SWARM_DRIVER: GoStruct = {
  kind: 'struct',
  name: 'swarm.Driver',
  fields: [
    { name: 'Name', type: STRING, omitsEmpty: true },
    { name: 'Options', type: map(STRING), omitsEmpty: true },
  ],
};

const SWARM_TASK_DEFAULTS: GoStruct = {
  kind: 'struct',
  name: 'swarm.TaskDefaults',
  fields: [{ name: 'LogDriver', type: pointer(SWARM_DRIVER), omitsEmpty: true }],
};

const SWARM_ENCRYPTION_CONFIG: GoStruct = {
  kind: 'struct',
  name: 'swarm.EncryptionConfig',
  fields: [{ name: 'AutoLockManagers', type: BOOL }],
};

const SWARM_SPEC: GoStruct = {
  kind: 'struct',
  name: 'swarm.Spec',
  fields: [
    { name: 'Annotations', type: SWARM_ANNOTATIONS, isEmbedded: true },
    { name: 'Orchestration', type: SWARM_ORCHESTRATION_CONFIG, omitsEmpty: true },
    { name: 'Raft', type: SWARM_RAFT_CONFIG, omitsEmpty: true },
    { name: 'Dispatcher', type: SWARM_DISPATCHER_CONFIG, omitsEmpty: true },
    { name: 'CAConfig', type: SWARM_CACONFIG, omitsEmpty: true },
    { name: 'TaskDefaults', type: SWARM_TASK_DEFAULTS, omitsEmpty: true },
    { name: 'EncryptionConfig', type: SWARM_ENCRYPTION_CONFIG, omitsEmpty: true },
  ],
};

const SWARM_TLSINFO: GoStruct = {
  kind: 'struct',
  name: 'swarm.TLSInfo',
  fields: [
    { name: 'TrustRoot', type: STRING, omitsEmpty: true },
    { name: 'CertIssuerSubject', type: slice({ kind: 'int', name: 'uint8' }), omitsEmpty: true },
    { name: 'CertIssuerPublicKey', type: slice({ kind: 'int', name: 'uint8' }), omitsEmpty: true },
  ],
};

const SWARM_CLUSTER_INFO: GoStruct = {
  kind: 'struct',
  name: 'swarm.ClusterInfo',
  fields: [
    { name: 'ID', type: STRING },
    { name: 'Meta', type: SWARM_META, isEmbedded: true },
    { name: 'Spec', type: SWARM_SPEC },
    { name: 'TLSInfo', type: SWARM_TLSINFO },
    { name: 'RootRotationInProgress', type: BOOL },
    { name: 'DefaultAddrPool', type: slice(STRING) },
    { name: 'SubnetSize', type: { kind: 'int', name: 'uint32' } },
    { name: 'DataPathPort', type: { kind: 'int', name: 'uint32' } },
  ],
};

const SWARM_INFO: GoStruct = {
  kind: 'struct',
  name: 'swarm.Info',
  fields: [
    { name: 'NodeID', type: STRING },
    { name: 'NodeAddr', type: STRING },
    { name: 'LocalNodeState', type: { kind: 'string', name: 'swarm.LocalNodeState' } },
    { name: 'ControlAvailable', type: BOOL },
    { name: 'Error', type: STRING },
    { name: 'RemoteManagers', type: slice(SWARM_PEER) },
    { name: 'Nodes', type: INT, omitsEmpty: true },
    { name: 'Managers', type: INT, omitsEmpty: true },
    { name: 'Cluster', type: pointer(SWARM_CLUSTER_INFO), omitsEmpty: true },
    { name: 'Warnings', type: slice(STRING), omitsEmpty: true },
  ],
};

const SYSTEM_COMMIT: GoStruct = {
  kind: 'struct',
  name: 'system.Commit',
  fields: [
    { name: 'ID', type: STRING },
    { name: 'Expected', type: STRING, omitsEmpty: true },
  ],
};

const SYSTEM_NETWORK_ADDRESS_POOL: GoStruct = {
  kind: 'struct',
  name: 'system.NetworkAddressPool',
  fields: [
    { name: 'Base', type: STRING },
    { name: 'Size', type: INT },
  ],
};

const SYSTEM_FIREWALL_INFO: GoStruct = {
  kind: 'struct',
  name: 'system.FirewallInfo',
  fields: [
    { name: 'Driver', type: STRING },
    { name: 'Info', type: slice({ kind: 'slice', element: STRING, name: '[2]string' }), omitsEmpty: true },
  ],
};

const SYSTEM_DEVICE_INFO: GoStruct = {
  kind: 'struct',
  name: 'system.DeviceInfo',
  fields: [
    { name: 'Source', type: STRING },
    { name: 'ID', type: STRING },
  ],
};

const SYSTEM_CONTAINERD_NAMESPACES: GoStruct = {
  kind: 'struct',
  name: 'system.ContainerdNamespaces',
  fields: [
    { name: 'Containers', type: STRING },
    { name: 'Plugins', type: STRING },
  ],
};

const SYSTEM_CONTAINERD_INFO: GoStruct = {
  kind: 'struct',
  name: 'system.ContainerdInfo',
  fields: [
    { name: 'Address', type: STRING, omitsEmpty: true },
    { name: 'Namespaces', type: SYSTEM_CONTAINERD_NAMESPACES },
  ],
};

export const SYSTEM_INFO: GoStruct = {
  kind: 'struct',
  name: 'system.Info',
  fields: [
    { name: 'ID', type: STRING },
    { name: 'Containers', type: INT },
    { name: 'ContainersRunning', type: INT },
    { name: 'ContainersPaused', type: INT },
    { name: 'ContainersStopped', type: INT },
    { name: 'Images', type: INT },
    { name: 'Driver', type: STRING },
    { name: 'DriverStatus', type: slice({ kind: 'slice', element: STRING, name: '[2]string' }) },
    { name: 'SystemStatus', type: slice({ kind: 'slice', element: STRING, name: '[2]string' }), omitsEmpty: true },
    { name: 'Plugins', type: SYSTEM_PLUGINS_INFO },
    { name: 'MemoryLimit', type: BOOL },
    { name: 'SwapLimit', type: BOOL },
    { name: 'KernelMemory', type: BOOL, omitsEmpty: true },
    { name: 'KernelMemoryTCP', type: BOOL, omitsEmpty: true },
    { name: 'CPUCfsPeriod', json: 'CpuCfsPeriod', type: BOOL },
    { name: 'CPUCfsQuota', json: 'CpuCfsQuota', type: BOOL },
    { name: 'CPUShares', type: BOOL },
    { name: 'CPUSet', type: BOOL },
    { name: 'PidsLimit', type: BOOL },
    { name: 'IPv4Forwarding', type: BOOL },
    { name: 'Debug', type: BOOL },
    { name: 'NFd', type: INT },
    { name: 'OomKillDisable', type: BOOL },
    { name: 'NGoroutines', type: INT },
    { name: 'SystemTime', type: STRING },
    { name: 'LoggingDriver', type: STRING },
    { name: 'CgroupDriver', type: STRING },
    { name: 'CgroupVersion', type: STRING, omitsEmpty: true },
    { name: 'NEventsListener', type: INT },
    { name: 'KernelVersion', type: STRING },
    { name: 'OperatingSystem', type: STRING },
    { name: 'OSVersion', type: STRING },
    { name: 'OSType', type: STRING },
    { name: 'Architecture', type: STRING },
    { name: 'IndexServerAddress', type: STRING },
    { name: 'RegistryConfig', type: pointer(REGISTRY_SERVICE_CONFIG) },
    { name: 'NCPU', type: INT },
    { name: 'MemTotal', type: INT64 },
    { name: 'GenericResources', type: slice(SWARM_GENERIC_RESOURCE) },
    { name: 'DockerRootDir', type: STRING },
    { name: 'HTTPProxy', json: 'HttpProxy', type: STRING },
    { name: 'HTTPSProxy', json: 'HttpsProxy', type: STRING },
    { name: 'NoProxy', type: STRING },
    { name: 'Name', type: STRING },
    { name: 'Labels', type: slice(STRING) },
    { name: 'ExperimentalBuild', type: BOOL },
    { name: 'ServerVersion', type: STRING },
    { name: 'Runtimes', type: map(SYSTEM_RUNTIME_WITH_STATUS) },
    { name: 'DefaultRuntime', type: STRING },
    { name: 'Swarm', type: SWARM_INFO },
    { name: 'LiveRestoreEnabled', type: BOOL },
    { name: 'Isolation', type: { kind: 'string', name: 'container.Isolation' } },
    { name: 'InitBinary', type: STRING },
    { name: 'ContainerdCommit', type: SYSTEM_COMMIT },
    { name: 'RuncCommit', type: SYSTEM_COMMIT },
    { name: 'InitCommit', type: SYSTEM_COMMIT },
    { name: 'SecurityOptions', type: slice(STRING) },
    { name: 'ProductLicense', type: STRING, omitsEmpty: true },
    { name: 'DefaultAddressPools', type: slice(SYSTEM_NETWORK_ADDRESS_POOL), omitsEmpty: true },
    { name: 'FirewallBackend', type: pointer(SYSTEM_FIREWALL_INFO), omitsEmpty: true },
    { name: 'CDISpecDirs', type: slice(STRING) },
    { name: 'DiscoveredDevices', type: slice(SYSTEM_DEVICE_INFO), omitsEmpty: true },
    { name: 'Containerd', type: pointer(SYSTEM_CONTAINERD_INFO), omitsEmpty: true },
    { name: 'Warnings', type: slice(STRING) },
  ],
};
