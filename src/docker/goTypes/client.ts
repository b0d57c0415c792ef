// What `docker version` and `docker info` tell of the client itself, as templates see it.
import { BOOL, type GoStruct, pointer, slice, STRING } from '../template/goValue.ts';
import { SYSTEM_INFO, TYPES_VERSION } from './system.ts';

const PLATFORM: GoStruct = {
  kind: 'struct',
  name: 'system.platformInfo',
  fields: [{ name: 'Name', type: STRING, omitsEmpty: true }],
};

const CLIENT_VERSION: GoStruct = {
  kind: 'struct',
  name: 'system.clientVersion',
  fields: [
    { name: 'Platform', type: pointer(PLATFORM), omitsEmpty: true },
    { name: 'Version', type: STRING, omitsEmpty: true },
    { name: 'APIVersion', json: 'ApiVersion', type: STRING, omitsEmpty: true },
    { name: 'DefaultAPIVersion', type: STRING, omitsEmpty: true },
    { name: 'GitCommit', type: STRING, omitsEmpty: true },
    { name: 'GoVersion', type: STRING, omitsEmpty: true },
    { name: 'Os', type: STRING, omitsEmpty: true },
    { name: 'Arch', type: STRING, omitsEmpty: true },
    { name: 'BuildTime', type: STRING, omitsEmpty: true },
    { name: 'Context', type: STRING },
  ],
};

export const VERSION_INFO: GoStruct = {
  kind: 'struct',
  name: 'system.versionInfo',
  fields: [
    { name: 'Client', type: CLIENT_VERSION },
    { name: 'Server', type: pointer(TYPES_VERSION) },
  ],
};

const CLIENT_INFO: GoStruct = {
  kind: 'struct',
  name: 'system.clientInfo',
  fields: [
    { name: 'Debug', type: BOOL },
    { name: 'clientVersion', type: CLIENT_VERSION, isEmbedded: true },
    { name: 'Plugins', type: slice(STRING) },
    { name: 'Warnings', type: slice(STRING) },
  ],
};

export const DOCKER_INFO: GoStruct = {
  kind: 'struct',
  name: 'system.dockerInfo',
  fields: [
    { name: 'Info', type: pointer(SYSTEM_INFO), isEmbedded: true },
    { name: 'ServerErrors', type: slice(STRING), omitsEmpty: true },
    { name: 'UserName', json: '-', type: STRING },
    { name: 'ClientInfo', type: pointer(CLIENT_INFO), omitsEmpty: true },
    { name: 'ClientErrors', type: slice(STRING), omitsEmpty: true },
  ],
};
