/** `1m30s`, `300ms`, `1.5s`: as Go prints a time.Duration. */
export function goDuration(durationMs: number): string {
  if (durationMs === 0) return '0s';
  if (durationMs < 1e-3) return `${Math.round(durationMs * 1e6)}ns`;
  if (durationMs < 1) return `${Number((durationMs * 1e3).toFixed(3))}µs`;
  if (durationMs < 1000) return `${Number(durationMs.toFixed(6))}ms`;
  const seconds = Number(((durationMs % 60_000) / 1000).toFixed(9));
  const minutes = Math.floor(durationMs / 60_000);
  if (minutes === 0) return `${seconds}s`;
  return minutes < 60 ? `${minutes}m${seconds}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}s`;
}
