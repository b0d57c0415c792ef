import { absolutePath } from '../../shell/absolutePath.ts';
import type { MountSpec } from '../../engine/containerConfig.ts';
import { ClientError } from '../client.ts';
import { FlagValueError, parseBinarySize, parseGoBool } from '../commandLine/flagValue.ts';

/** `-v`: binds, and paths that get a volume without a name. Throws ClientError. */
export function readVolumes(
  given: readonly string[],
  cwd: string,
): { readonly binds: readonly string[]; readonly anonymous: readonly string[] } {
  const binds: string[] = [];
  const anonymous: string[] = [];
  for (const text of new Set(given)) {
    if (text === '') throw new ClientError('invalid empty volume spec');
    const [source = '', ...rest] = text.split(':');
    if (rest.length === 0) {
      anonymous.push(text);
      continue;
    }
    if (source === '' || rest[0] === '') throw new ClientError(`invalid spec: ${text}: empty section between colons`);
    const host = source.startsWith('.') ? absolutePath(cwd, source) : source;
    binds.push([host, ...rest].join(':'));
  }
  return { binds, anonymous };
}

/** `--mount type=bind,src=…,dst=…`: fields of CSV. Throws FlagValueError in the client's words. */
export function readMount(text: string, cwd: string): MountSpec {
  const fields = new Map<string, string>();
  const repeated: (readonly [key: string, value: string])[] = [];
  for (const field of csvFields(text)) {
    const equals = field.indexOf('=');
    const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? undefined : field.slice(equals + 1);
    if (value === undefined && !['readonly', 'ro', 'volume-nocopy'].includes(key)) {
      throw new FlagValueError(`invalid field '${field}' must be a key=value pair`);
    }
    if (REPEATED.has(key)) repeated.push([key, value ?? '']);
    else fields.set(ALIASES[key] ?? key, value ?? 'true');
  }
  const type = (fields.get('type') ?? 'volume').toLowerCase();
  for (const key of fields.keys()) {
    if (!KNOWN.has(key)) throw new FlagValueError(`unexpected key '${key}' in '${key}=${fields.get(key) ?? ''}'`);
  }
  const target = fields.get('target');
  if (target === undefined || target === '') throw new FlagValueError('target is required');
  const source = fields.get('source');
  const isReadOnly = booleanField(fields, 'readonly');
  const volumeOptions = volumeOptionsOf(fields, repeated);
  if (volumeOptions && type !== 'volume')
    throw new FlagValueError(`cannot mix 'volume-*' options with mount type '${type}'`);
  const size = fields.get('tmpfs-size');
  const sizeBytes = size === undefined ? undefined : parseBinarySize(size);
  if (size !== undefined && sizeBytes === undefined) throw new FlagValueError(`invalid value for tmpfs-size: ${size}`);
  const mode = fields.get('tmpfs-mode');
  const tmpfs = {
    ...(sizeBytes === undefined ? {} : { SizeBytes: sizeBytes }),
    ...(mode === undefined ? {} : { Mode: Number.parseInt(mode, 8) }),
  };
  return {
    Type: type,
    ...(source === undefined
      ? {}
      : { Source: type === 'bind' && source.startsWith('.') ? absolutePath(cwd, source) : source }),
    Target: target,
    ...(isReadOnly ? { ReadOnly: true } : {}),
    ...(volumeOptions ? { VolumeOptions: volumeOptions } : {}),
    ...(type === 'tmpfs' && Object.keys(tmpfs).length > 0 ? { TmpfsOptions: tmpfs } : {}),
  };
}

const ALIASES: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
};
const KNOWN = new Set([
  'type',
  'source',
  'target',
  'readonly',
  'volume-driver',
  'volume-nocopy',
  'tmpfs-size',
  'tmpfs-mode',
]);
/** Each has a name and a value of its own. */
const REPEATED = new Set(['volume-label', 'volume-opt']);

/** Undefined where nothing of a volume is asked for. */
function volumeOptionsOf(
  fields: ReadonlyMap<string, string>,
  repeated: readonly (readonly [key: string, value: string])[],
): MountSpec['VolumeOptions'] {
  const driver = fields.get('volume-driver');
  if (!fields.has('volume-nocopy') && driver === undefined && repeated.length === 0) return undefined;
  const pairs = (key: string) =>
    Object.fromEntries(
      repeated
        .filter(([one]) => one === key)
        .map(([, value]) => value.split(/=(.*)/s))
        .flatMap(([name = '', value = '']) => (name === '' ? [] : [[name, value]])),
    );
  const labels = pairs('volume-label');
  const options = pairs('volume-opt');
  const driverConfig = {
    ...(driver === undefined ? {} : { Name: driver }),
    ...(Object.keys(options).length > 0 ? { Options: options } : {}),
  };
  return {
    ...(booleanField(fields, 'volume-nocopy') ? { NoCopy: true } : {}),
    ...(Object.keys(labels).length > 0 ? { Labels: labels } : {}),
    ...(Object.keys(driverConfig).length > 0 ? { DriverConfig: driverConfig } : {}),
  };
}

function booleanField(fields: ReadonlyMap<string, string>, key: string): boolean {
  const value = fields.get(key);
  if (value === undefined) return false;
  const parsed = parseGoBool(value);
  if (parsed === undefined) throw new FlagValueError(`invalid value for ${key}: ${value}`);
  return parsed;
}

/** The fields of one line of CSV. */
export function csvFields(text: string): string[] {
  const fields: string[] = [];
  const pattern = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g;
  for (const match of text.matchAll(pattern)) fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  return fields;
}
