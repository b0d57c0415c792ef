// Sizes and times as docker prints them (go-units).

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

/** `About an hour`, `3 weeks`: how long ago, without the `ago`. */
export function humanDuration(durationSec: number): string {
  const seconds = Math.trunc(durationSec);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.trunc(durationSec / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.trunc(durationSec / 3600 + 0.5);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.trunc(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.trunc(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.trunc(hours / 24 / 30)} months`;
  return `${Math.trunc(durationSec / 3600 / 24 / 365)} years`;
}

function scaled(sizeBytes: number, base: number, units: readonly string[], digits: number): string {
  let size = sizeBytes;
  let unit = 0;
  while (size >= base && unit < units.length - 1) {
    size /= base;
    unit++;
  }
  return shortest(size, digits) + (units[unit] as string);
}

// C's %.*g: that many digits, no zeros behind the point, and `1e+03` when the whole part has more digits.
function shortest(value: number, digits: number): string {
  const text = value.toPrecision(digits);
  const [mantissa, exponent] = text.split('e') as [string, string | undefined];
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  if (exponent === undefined) return short;
  return `${short}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}
