import type { Timestamp } from '../vfs/overlay/layer.ts';

/** Go's zero time: a time that was never set. */
export const ZERO_TIME = '0001-01-01T00:00:00Z';
/** Seconds of Go's zero time before 1970. */
const ZERO_TIME_SEC = -62135596800;

/** RFC 3339 in UTC as Go's RFC3339Nano writes it: up to nine digits, trailing zeros cut. */
export function rfc3339({ sec, nsec }: Timestamp): string {
  const fraction = nsec === 0 ? '' : `.${String(nsec).padStart(9, '0').replace(/0+$/, '')}`;
  return `${new Date(sec * 1000).toISOString().slice(0, 19)}${fraction}Z`;
}

/** The same with all nine digits, as logs have it. */
export function rfc3339Fixed({ sec, nsec }: Timestamp): string {
  return `${new Date(sec * 1000).toISOString().slice(0, 19)}.${String(nsec).padStart(9, '0')}Z`;
}

/** Whole seconds since 1970 of an RFC 3339 time; Go's zero time for what is none. */
export function timeSec(text: string | undefined): number {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? ZERO_TIME_SEC : Math.floor(time / 1000);
}

/** Order of two RFC 3339 times in UTC, to the nanosecond. */
export function compareTimes(a: string, b: string): number {
  const difference = timeSec(a) - timeSec(b);
  return difference !== 0 ? difference : nanoseconds(a) - nanoseconds(b);
}

function nanoseconds(text: string): number {
  const fraction = /\.(\d{1,9})/.exec(text)?.[1] ?? '';
  return Number(fraction.padEnd(9, '0'));
}

/** A time in UTC as RFC 3339, whatever zone it was written in; Go's zero time for what is none. */
export function normalTime(text: string | undefined): string {
  const sec = timeSec(text);
  if (text === undefined || sec === ZERO_TIME_SEC) return ZERO_TIME;
  return rfc3339({ sec, nsec: nanoseconds(text) });
}
