// Sizes and times as docker prints them (go-units).
import { generalText } from '../build/go/floatText.ts';
export { humanDuration } from '../engine/humanDuration.ts';

const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

/** `1.23MB`, powers of 1000; `digits` counts all digits: 3 in `docker images` and `history`, 4 in `system df`, `prune`
 *  and `cp`. */
export function humanSize(sizeBytes: number, digits: 3 | 4): string {
  return scaled(sizeBytes, 1000, DECIMAL, digits);
}

/** `1.205KiB`, powers of 1024, as `docker stats` and `docker info` print. */
export function binarySize(sizeBytes: number): string {
  return scaled(sizeBytes, 1024, BINARY, 4);
}

function scaled(sizeBytes: number, base: number, units: readonly string[], digits: number): string {
  let size = sizeBytes;
  let unit = 0;
  while (size >= base && unit < units.length - 1) {
    size /= base;
    unit++;
  }
  return generalText(size, digits) + (units[unit] as string);
}
