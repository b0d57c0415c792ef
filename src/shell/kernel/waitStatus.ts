/** How a process ended: by itself, or by a signal. */
export type WaitStatus = { readonly code: number } | { readonly signal: number };

/** The status as a shell shows it in `$?`. */
export function exitCode(status: WaitStatus): number {
  return 'code' in status ? status.code : 128 + status.signal;
}
