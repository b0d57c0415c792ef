import { EngineError } from './engineError.ts';
import type { EngineVintage } from './systemCalls.ts';

/** `--filter NAME=VALUE`, all values of a name. */
export type Filters = ReadonlyMap<string, readonly string[]>;

export const NO_FILTERS: Filters = new Map();

/** Throws EngineError `filter` for a name that the call does not know. */
export function requireKnownFilters(filters: Filters, known: readonly string[]): void {
  for (const name of filters.keys()) if (!known.includes(name)) throw invalidFilter(name);
}

/** The value of a filter that is true or false, in words or as a number. Undefined when it is not asked for. */
export function booleanFilter(filters: Filters, name: string): boolean | undefined {
  return readBoolean(filters, name, ['1', 'true'], ['0', 'false']);
}

/** Of calls that up to 20.10 took no numbers, and of two values that are at odds the one that asks for it. */
export function wordFilter(filters: Filters, name: string, vintage: EngineVintage): boolean | undefined {
  if (vintage !== '20.10') return booleanFilter(filters, name);
  if (filters.get(name)?.includes('true')) return true;
  return readBoolean(filters, name, ['true'], ['false']);
}

function readBoolean(
  filters: Filters,
  name: string,
  yes: readonly string[],
  no: readonly string[],
): boolean | undefined {
  const values = filters.get(name);
  if (!values || values.length === 0) return undefined;
  const isTrue = values.some((value) => yes.includes(value));
  const isFalse = values.some((value) => no.includes(value));
  if (isTrue === isFalse) throw invalidFilter(`${name}=[${values.join(' ')}]`);
  return isTrue;
}

/** `label=KEY` and `label=KEY=VALUE`: all have to fit. */
export function fitsLabels(filters: Filters, name: string, labels: Readonly<Record<string, string>> | null): boolean {
  return (filters.get(name) ?? []).every((wanted) => {
    const equals = wanted.indexOf('=');
    const key = equals < 0 ? wanted : wanted.slice(0, equals);
    if (!labels || !Object.hasOwn(labels, key)) return false;
    return equals < 0 || labels[key] === wanted.slice(equals + 1);
  });
}

export function invalidFilter(what: string): EngineError {
  return new EngineError('invalidParameter', 'filter', `Invalid filter '${what}'`);
}
