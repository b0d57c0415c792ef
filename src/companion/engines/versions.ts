/** Floors below which an engine is not shared by several users. BuildKit: CVE-2026-33747, CVE-2026-33748. */
export const BUILDKIT_FLOOR = '0.28.1';

/** Whether a version such as `v0.30.0-rc1` is at least another; undefined when it is none. A candidate counts as what
 *  it is a candidate of only from the next number on. */
export function isAtLeast(version: string, floor: string): boolean | undefined {
  const own = /^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(-[\w.]+)?/.exec(version);
  const wanted = /^(\d+)\.(\d+)\.(\d+)/.exec(floor);
  if (!own || !wanted || own.slice(1, 4).every((part) => Number(part) === 0)) return undefined;
  for (let i = 1; i <= 3; i++) {
    const difference = Number(own[i]) - Number(wanted[i]);
    if (difference !== 0) return difference > 0;
  }
  return own[4] === undefined;
}
