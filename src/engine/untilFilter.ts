import type { EngineCore } from './engineCore.ts';
import type { Filters } from './filters.ts';
import { other } from './messages.ts';

const UNIT_SEC: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 };

/** `until=24h`, a time, or seconds since 1970, as seconds since 1970. Throws EngineError for several or for none of
 *  these. */
export function untilSec(core: EngineCore, filters: Filters): number | undefined {
  const values = filters.get('until');
  if (!values || values.length === 0) return undefined;
  if (values.length > 1) throw other('invalidParameter', 'more than one until filter specified');
  const text = values[0] as string;
  const found = momentSec(text, core.kernel.clock.now().sec);
  if (found === undefined)
    throw other('invalidParameter', `failed to parse value as time or duration: ${JSON.stringify(text)}`);
  return found;
}

/** A point in time as docker's `--since` and `until` take it: a Go duration ago, RFC 3339 or a part of it, or seconds
 *  since 1970. */
export function momentSec(text: string, nowSec: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const durationSec = goDurationSec(text);
  if (durationSec !== undefined) return nowSec - durationSec;
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const hasZone = /(Z|[+-]\d{2}:\d{2})$/.test(text);
  const time = Date.parse(hasZone || !text.includes('T') ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time / 1000;
}

function goDurationSec(text: string): number | undefined {
  if (!/^[+-]?(\d+(\.\d*)?(h|ms|m|s|us|µs|ns))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(h|ms|m|s|us|µs|ns)/g))
    sum += Number(amount) * (UNIT_SEC[unit as string] ?? 0);
  return text.startsWith('-') ? -sum : sum;
}
