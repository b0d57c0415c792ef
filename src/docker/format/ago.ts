import { humanDuration } from '../humanUnits.ts';

/** Go's zero time, the year 1, in seconds since 1970. */
const ZERO_TIME_SEC = -62_135_596_800;

/** `3 weeks ago`. */
export function ago(sec: number, nowSec: number): string {
  return `${humanDuration(nowSec - sec)} ago`;
}

export function isZeroTime(sec: number): boolean {
  return sec <= ZERO_TIME_SEC;
}
