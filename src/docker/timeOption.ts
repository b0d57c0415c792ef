import { parseGoDuration } from './commandLine/flagValue.ts';

/** `--since` and the like: RFC 3339 in part or whole, seconds since 1970, or a duration back from now. Undefined for what
 *  is none. */
export function parseTimeOption(text: string, nowSec: number): number | undefined {
  const duration = text === '0' ? undefined : parseGoDuration(text);
  if (duration !== undefined) return nowSec - duration / 1e9;
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (!match) return undefined;
  const [, date, time = '00:00:00', zone = 'Z'] = match as unknown as [string, string, string?, string?];
  const full = time.length === 2 ? `${time}:00:00` : time.length === 5 ? `${time}:00` : time;
  const ms = Date.parse(`${date}T${full.replace(/(\.\d{3})\d+$/, '$1')}${zone}`);
  return Number.isNaN(ms) ? undefined : ms / 1000;
}
