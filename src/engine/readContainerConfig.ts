import {
  asObject,
  field,
  numberField,
  objectField,
  stringField,
  stringMapField,
  stringsField,
} from '../image/jsonFields.ts';
import type { JsonObject } from '../image/json.ts';
import { type ContainerConfig, EMPTY_CONFIG, type HealthConfig, type NameSet } from './containerConfig.ts';

/** A config's `config` or `container_config` as Go reads it into its struct: what is absent or of another type is
 *  empty. */
export function readContainerConfig(object: JsonObject | undefined): ContainerConfig {
  if (!object) return EMPTY_CONFIG;
  const health = objectField(object, 'Healthcheck');
  return {
    Hostname: stringField(object, 'Hostname') ?? '',
    Domainname: stringField(object, 'Domainname') ?? '',
    User: stringField(object, 'User') ?? '',
    AttachStdin: field(object, 'AttachStdin') === true,
    AttachStdout: field(object, 'AttachStdout') === true,
    AttachStderr: field(object, 'AttachStderr') === true,
    ...optional('ExposedPorts', nameSet(object, 'ExposedPorts')),
    Tty: field(object, 'Tty') === true,
    OpenStdin: field(object, 'OpenStdin') === true,
    StdinOnce: field(object, 'StdinOnce') === true,
    Env: stringsField(object, 'Env') ?? null,
    Cmd: command(object, 'Cmd'),
    ...optional('Healthcheck', health && readHealth(health)),
    ...optional('ArgsEscaped', field(object, 'ArgsEscaped') === true ? true : undefined),
    Image: stringField(object, 'Image') ?? '',
    Volumes: nameSet(object, 'Volumes') ?? null,
    WorkingDir: stringField(object, 'WorkingDir') ?? '',
    Entrypoint: command(object, 'Entrypoint'),
    ...optional('NetworkDisabled', field(object, 'NetworkDisabled') === true ? true : undefined),
    ...optional('MacAddress', stringField(object, 'MacAddress') || undefined),
    OnBuild: stringsField(object, 'OnBuild') ?? null,
    Labels: stringMapField(object, 'Labels') ?? null,
    ...optional('StopSignal', stringField(object, 'StopSignal') || undefined),
    ...optional('StopTimeout', numberField(object, 'StopTimeout')),
    ...optional('Shell', stringsField(object, 'Shell')),
  };
}

// Old configs give a single string where a list is meant (moby api/types/strslice).
function command(object: JsonObject, name: string): readonly string[] | null {
  const value = field(object, name);
  return typeof value === 'string' ? [value] : (stringsField(object, name) ?? null);
}

function nameSet(object: JsonObject, name: string): NameSet | undefined {
  const map = asObject(field(object, name));
  return map && Object.fromEntries([...map.keys()].map((key) => [key, {}]));
}

function readHealth(object: JsonObject): HealthConfig {
  return {
    ...optional('Test', stringsField(object, 'Test')),
    ...optional('Interval', numberField(object, 'Interval')),
    ...optional('Timeout', numberField(object, 'Timeout')),
    ...optional('StartPeriod', numberField(object, 'StartPeriod')),
    ...optional('StartInterval', numberField(object, 'StartInterval')),
    ...optional('Retries', numberField(object, 'Retries')),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
