import { currentLocale } from './i18n.svelte.ts';

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const numberFormats = new Map<string, Intl.NumberFormat>();

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${currentLocale()} ${JSON.stringify(options)}`;
  let format = numberFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(currentLocale(), options);
    numberFormats.set(key, format);
  }
  return format;
}

export function formatNumber(value: number): string {
  return numberFormat({}).format(value);
}

/** 0..1 as a percentage. */
export function formatFraction(fraction: number, digits = 1): string {
  return numberFormat({ style: 'percent', maximumFractionDigits: digits }).format(fraction);
}

/** Three significant digits in units of 1000, as `docker images` counts: 1234567 → 1.23 MB. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (Math.abs(value) >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return `${numberFormat(digits).format(value)} ${BYTE_UNITS[unit]}`;
}

/** Every byte: 1,234,567 B. */
export function formatExactBytes(bytes: number): string {
  return `${formatNumber(bytes)} B`;
}

/** Seconds since 1970, UTC, to the second: 2024-05-01 10:20:30. The same in every language. */
export function formatTime(sec: number): string {
  const date = new Date(sec * 1000);
  return Number.isNaN(date.getTime()) ? String(sec) : date.toISOString().slice(0, 19).replace('T', ' ');
}

/** An RFC 3339 string as a date of the reader's language; as it stands when it is no date. */
export function formatDate(rfc3339: string): string {
  const date = new Date(rfc3339);
  if (Number.isNaN(date.getTime())) return rfc3339;
  return new Intl.DateTimeFormat(currentLocale(), { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

const KIND_LETTERS = ['-', 'd', 'l', 'c', 'b', 'p', 'w'] as const;

/** As ls writes it: kind (EntryKind; `w` for a whiteout) and permission bits, `drwxr-xr-x`. */
export function formatMode(kind: number, mode: number): string {
  const triple = (shift: number, special: number, letter: string): string => {
    const bits = (mode >> shift) & 7;
    const execute = (bits & 1) !== 0;
    const last = (mode & special) !== 0 ? (execute ? letter : letter.toUpperCase()) : execute ? 'x' : '-';
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
  };
  return `${KIND_LETTERS[kind] ?? '?'}${triple(6, 0o4000, 's')}${triple(3, 0o2000, 's')}${triple(0, 0o1000, 't')}`;
}

/** sha256:0123456789ab, as much of a digest as is usually told. */
export function shortDigest(digest: string): string {
  const colon = digest.indexOf(':');
  return colon < 0 ? digest.slice(0, 12) : digest.slice(0, colon + 13);
}
