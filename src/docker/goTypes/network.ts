// The types of `docker network inspect` in API 1.50, as templates see them.
import { BOOL, INT, STRING, TIME, map, slice, type GoStruct } from '../template/goValue.ts';

const NETWORK_IPAMCONFIG: GoStruct = {
  kind: 'struct',
  name: 'network.IPAMConfig',
  fields: [
    { name: 'Subnet', type: STRING, omitsEmpty: true },
    { name: 'IPRange', type: STRING, omitsEmpty: true },
    { name: 'Gateway', type: STRING, omitsEmpty: true },
    { name: 'AuxAddress', json: 'AuxiliaryAddresses', type: map(STRING), omitsEmpty: true },
  ],
};

const NETWORK_IPAM: GoStruct = {
  kind: 'struct',
  name: 'network.IPAM',
  fields: [
    { name: 'Driver', type: STRING },
    { name: 'Options', type: map(STRING) },
    { name: 'Config', type: slice(NETWORK_IPAMCONFIG) },
  ],
};

const NETWORK_CONFIG_REFERENCE: GoStruct = {
  kind: 'struct',
  name: 'network.ConfigReference',
  fields: [{ name: 'Network', type: STRING }],
};

const NETWORK_ENDPOINT_RESOURCE: GoStruct = {
  kind: 'struct',
  name: 'network.EndpointResource',
  fields: [
    { name: 'Name', type: STRING },
    { name: 'EndpointID', type: STRING },
    { name: 'MacAddress', type: STRING },
    { name: 'IPv4Address', type: STRING },
    { name: 'IPv6Address', type: STRING },
  ],
};

const NETWORK_PEER_INFO: GoStruct = {
  kind: 'struct',
  name: 'network.PeerInfo',
  fields: [
    { name: 'Name', type: STRING },
    { name: 'IP', type: STRING },
  ],
};

const NETWORK_TASK: GoStruct = {
  kind: 'struct',
  name: 'network.Task',
  fields: [
    { name: 'Name', type: STRING },
    { name: 'EndpointID', type: STRING },
    { name: 'EndpointIP', type: STRING },
    { name: 'Info', type: map(STRING) },
  ],
};

const NETWORK_SERVICE_INFO: GoStruct = {
  kind: 'struct',
  name: 'network.ServiceInfo',
  fields: [
    { name: 'VIP', type: STRING },
    { name: 'Ports', type: slice(STRING) },
    { name: 'LocalLBIndex', type: INT },
    { name: 'Tasks', type: slice(NETWORK_TASK) },
  ],
};

export const NETWORK_INSPECT: GoStruct = {
  kind: 'struct',
  name: 'network.Inspect',
  fields: [
    { name: 'Name', type: STRING },
    { name: 'ID', json: 'Id', type: STRING },
    { name: 'Created', type: TIME },
    { name: 'Scope', type: STRING },
    { name: 'Driver', type: STRING },
    { name: 'EnableIPv4', type: BOOL },
    { name: 'EnableIPv6', type: BOOL },
    { name: 'IPAM', type: NETWORK_IPAM },
    { name: 'Internal', type: BOOL },
    { name: 'Attachable', type: BOOL },
    { name: 'Ingress', type: BOOL },
    { name: 'ConfigFrom', type: NETWORK_CONFIG_REFERENCE },
    { name: 'ConfigOnly', type: BOOL },
    { name: 'Containers', type: map(NETWORK_ENDPOINT_RESOURCE) },
    { name: 'Options', type: map(STRING) },
    { name: 'Labels', type: map(STRING) },
    { name: 'Peers', type: slice(NETWORK_PEER_INFO), omitsEmpty: true },
    { name: 'Services', type: map(NETWORK_SERVICE_INFO), omitsEmpty: true },
  ],
};
