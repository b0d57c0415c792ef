const SECOND = 1_000_000_000n;

/** time.Duration's String: `1h0m0s`, `1.5s`, `30ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds < 0n) return `-${formatDuration(-nanoseconds)}`;
  if (nanoseconds === 0n) return '0s';
  if (nanoseconds < SECOND) {
    const [unit, size] =
      nanoseconds < 1000n ? ['ns', 1n] : nanoseconds < 1_000_000n ? ['µs', 1000n] : ['ms', 1_000_000n];
    return withFraction(nanoseconds, size as bigint) + unit;
  }
  const minutes = nanoseconds / (60n * SECOND);
  const seconds = `${withFraction(nanoseconds % (60n * SECOND), SECOND)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function withFraction(value: bigint, unit: bigint): string {
  const digits = String(value % unit)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '');
  return unit === 1n || digits === '' ? String(value / unit) : `${value / unit}.${digits}`;
}
