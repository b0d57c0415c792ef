import { BuildError } from '../../build/buildError.ts';
import { csvFields } from '../../build/go/csvFields.ts';
import type { DeviceRequest } from '../../engine/containerConfig.ts';
import { FlagValueError } from '../commandLine/flagValue.ts';

const ALL = -1;
const KEYS = ['driver', 'count', 'device', 'capabilities', 'options'];

/** `--gpus`: `all`, a number, or `KEY=VALUE,…` (docker/cli opts/gpus.go). Throws FlagValueError in the client's words. */
export function readGpuRequest(text: string): DeviceRequest {
  const given = new Map<string, string>();
  for (const field of fieldsOf(text)) {
    const equals = field.indexOf('=');
    const [key, value] = equals < 0 ? ['count', field] : [field.slice(0, equals), field.slice(equals + 1)];
    if (!KEYS.includes(key)) throw new FlagValueError(`unexpected key '${key}' in '${field}'`);
    if (given.has(key)) throw new FlagValueError(`gpu request key '${key}' can be specified only once`);
    given.set(key, value);
  }
  const devices = given.get('device');
  const count = given.get('count');
  return {
    Driver: given.get('driver') ?? '',
    Count: count === undefined ? (devices === undefined ? 1 : 0) : readCount(count),
    DeviceIDs: devices?.split(',') ?? null,
    Capabilities: [[...(given.get('capabilities')?.split(',') ?? []), 'gpu']],
    Options: optionsOf(given.get('options')),
  };
}

function fieldsOf(text: string): readonly string[] {
  try {
    return csvFields(text);
  } catch (error) {
    throw error instanceof BuildError ? new FlagValueError(error.message) : error;
  }
}

function readCount(text: string): number {
  if (text === 'all') return ALL;
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
  throw new FlagValueError(`invalid count (${text}): value must be either "all" or an integer: invalid syntax`);
}

function optionsOf(text: string | undefined): Readonly<Record<string, string>> {
  if (text === undefined) return {};
  return Object.fromEntries(
    fieldsOf(text).map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}
