/** Date.now() knows milliseconds only; the monotonic clock counts on from there. */
const START_NS = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
/** The two clocks drift apart, and the wall clock may be set. */
const MAX_DRIFT_NS = 2_000_000n;
const NS_PER_SEC = 1_000_000_000n;

let startNs = START_NS;

/** The wall clock's time in nanoseconds, as Linux stamps files. */
export function preciseClock(): { readonly sec: number; readonly nsec: number } {
  const wallNs = BigInt(Date.now()) * 1_000_000n;
  let now = startNs + process.hrtime.bigint();
  const drift = now - wallNs;
  if (drift > MAX_DRIFT_NS || drift < -MAX_DRIFT_NS) {
    startNs += wallNs - now;
    now = wallNs;
  }
  return { sec: Number(now / NS_PER_SEC), nsec: Number(now % NS_PER_SEC) };
}
