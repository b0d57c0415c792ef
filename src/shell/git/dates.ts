import type { Signature } from '../../git/commit.ts';
import { offsetText } from '../../git/commit.ts';
import { localTime, strftime } from '../utilities/strftime.ts';
import { fatal } from './gitFault.ts';

/** A moment as `--date=` asks (git-log(1)): `default`, `iso`, `iso-strict`, `rfc`, `short`, `raw`, `unix`, `relative`,
 *  `format:…`. */
export function dateText({ timeSec, offsetMinutes }: Signature, form: string, nowSec: number): string {
  const zone = { offsetSec: () => offsetMinutes * 60, abbreviation: () => offsetText(offsetMinutes) };
  const time = localTime({ sec: timeSec, nsec: 0 }, zone);
  const offset = offsetText(offsetMinutes);
  switch (form) {
    case 'default':
      return `${strftime('%a %b %-d %H:%M:%S %Y', time)} ${offset}`;
    case 'iso':
    case 'iso8601':
      return `${strftime('%Y-%m-%d %H:%M:%S', time)} ${offset}`;
    case 'iso-strict':
    case 'iso8601-strict': {
      const zulu = offsetMinutes === 0 ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(3)}`;
      return strftime('%Y-%m-%dT%H:%M:%S', time) + zulu;
    }
    case 'rfc':
    case 'rfc2822':
      return `${strftime('%a, %-d %b %Y %H:%M:%S', time)} ${offset}`;
    case 'short':
      return strftime('%Y-%m-%d', time);
    case 'raw':
      return `${timeSec} ${offset}`;
    case 'unix':
      return String(timeSec);
    case 'relative':
      return relative(nowSec - timeSec);
    default:
      if (form.startsWith('format:')) return strftime(form.slice('format:'.length), time);
      throw fatal(`unknown date format ${form}`);
  }
}

/** Rounded as git does: seconds up to 90, minutes up to 90, hours up to 36, days, weeks, months, years. */
function relative(seconds: number): string {
  if (seconds < 0) return 'in the future';
  const told = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  if (seconds < 90) return told(seconds, 'second');
  const minutes = Math.floor((seconds + 30) / 60);
  if (minutes < 90) return told(minutes, 'minute');
  const hours = Math.floor((minutes + 30) / 60);
  if (hours < 36) return told(hours, 'hour');
  const days = Math.floor((hours + 12) / 24);
  if (days < 14) return told(days, 'day');
  if (days < 70) return told(Math.floor((days + 3) / 7), 'week');
  if (days < 365) return told(Math.floor((days + 15) / 30), 'month');
  if (days < 1825) {
    const months = Math.floor((days * 12 * 2 + 365) / (365 * 2));
    const [years, rest] = [Math.floor(months / 12), months % 12];
    const yearText = `${years} year${years === 1 ? '' : 's'}`;
    return rest === 0 ? `${yearText} ago` : `${yearText}, ${told(rest, 'month')}`;
  }
  return told(Math.floor((days + 183) / 365), 'year');
}
