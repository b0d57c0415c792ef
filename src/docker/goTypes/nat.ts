// The types of docker/go-connections that inspected documents hold.
import {
  EMPTY,
  goInt,
  type GoStruct,
  goString,
  type GoType,
  type GoValue,
  slice,
  STRING,
} from '../template/goValue.ts';

const NAT_PORT_BINDING: GoStruct = {
  kind: 'struct',
  name: 'nat.PortBinding',
  fields: [
    { name: 'HostIP', json: 'HostIp', type: STRING },
    { name: 'HostPort', type: STRING },
  ],
};

/** `80/tcp`. */
const NAT_PORT: GoType = {
  kind: 'string',
  name: 'nat.Port',
  methods: {
    Port: { call: (port) => goString(portOf(port)) },
    Proto: { call: (port) => goString((port.data as string).split('/')[1] || 'tcp') },
    Int: { call: (port) => goInt(/^\d+$/.test(portOf(port)) ? BigInt(portOf(port)) : 0) },
  },
};

export const NAT_PORT_MAP: GoType = {
  kind: 'map',
  element: slice(NAT_PORT_BINDING),
  name: 'nat.PortMap',
  key: NAT_PORT,
};
export const NAT_PORT_SET: GoType = { kind: 'map', element: EMPTY, name: 'nat.PortSet', key: NAT_PORT };

function portOf(port: GoValue): string {
  return (port.data as string).split('/')[0] as string;
}
