const LOCK = 'palimpsest machine';
/** The page before this one, when it is loaded again, gives the lock up a moment later. */
const WAIT_MS = 1000;

/** Takes the kept machine for this page, until the page goes. False where another tab has it, or nothing could hold
 *  another tab off (Web Locks are for secure contexts). */
export async function lockMachine(): Promise<boolean> {
  const { locks } = globalThis.navigator;
  if (!locks) return false;
  return new Promise((resolve) => {
    locks
      .request(LOCK, { signal: AbortSignal.timeout(WAIT_MS) }, () => {
        resolve(true);
        return new Promise<never>(() => undefined);
      })
      .catch(() => resolve(false));
  });
}
