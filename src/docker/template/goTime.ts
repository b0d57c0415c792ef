/** How Go prints a time that JSON holds as RFC 3339: `2024-01-02 03:04:05.6 +0000 UTC`. */
export function formatTime(rfc3339: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(rfc3339);
  if (!match) return rfc3339;
  const [, date, time, fraction = '', zone] = match as unknown as [string, string, string, string | undefined, string];
  const shortFraction = fraction.replace(/\.?0+$/, '');
  const offset = zone === 'Z' ? '+0000' : zone.replace(':', '');
  return `${date} ${time}${shortFraction} ${offset} ${zone === 'Z' || offset === '+0000' ? 'UTC' : offset}`;
}

/** Seconds since 1970 as Go's Time.String writes them in UTC. */
export function formatUnixTime(sec: number): string {
  return formatTime(rfc3339(sec));
}

/** Whole seconds since 1970 in RFC 3339; years outside of 0 to 9999 are held there. */
export function rfc3339(sec: number): string {
  const bounded = Math.min(Math.max(Math.trunc(sec), -62_167_219_200), 253_402_300_799);
  return `${new Date(bounded * 1000).toISOString().slice(0, 19)}Z`;
}

/** time.Duration's String: `1h0m30s`, `1.5s`, `250ms`. */
export function formatDuration(ns: bigint): string {
  const sign = ns < 0n ? '-' : '';
  const size = ns < 0n ? -ns : ns;
  if (size === 0n) return '0s';
  if (size < 1_000_000_000n) {
    const [unit, scale] = size < 1000n ? ['ns', 1n] : size < 1_000_000n ? ['µs', 1000n] : ['ms', 1_000_000n];
    return sign + decimal(size, scale as bigint) + (unit as string);
  }
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return sign + seconds;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, scale: bigint): string {
  const digits = String(scale).length - 1;
  const rest =
    digits === 0
      ? ''
      : String(value % scale)
          .padStart(digits, '0')
          .replace(/0+$/, '');
  return rest === '' ? String(value / scale) : `${value / scale}.${rest}`;
}
