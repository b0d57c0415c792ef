import { describe, expect, it } from 'vitest';
import { RequestPace } from '../../src/fuse/requestPace.ts';

/** Bursts counted after requests that come so many milliseconds apart, and how often it was said that they began. */
function pacedAt(gapsMs: readonly number[]): { readonly bursts: number; readonly begun: number } {
  let nowMs = 0;
  let begun = 0;
  const pace = new RequestPace(
    () => begun++,
    () => nowMs,
  );
  for (const gapMs of gapsMs) {
    nowMs += gapMs;
    pace.note();
  }
  return { bursts: Atomics.load(pace.bursts, 0), begun };
}

describe('FUSE-8 bursts of requests', () => {
  it('are those that come as fast as they are answered', () => {
    expect(pacedAt(Array<number>(320).fill(0.1))).toEqual({ bursts: 10, begun: 1 });
  });

  it('are not those of somebody who looks now and then', () => {
    expect(pacedAt(Array<number>(320).fill(5))).toEqual({ bursts: 0, begun: 0 });
    expect(pacedAt(Array<number>(31).fill(0))).toEqual({ bursts: 0, begun: 0 });
  });

  it('begin when the first has come, whatever was before', () => {
    expect(pacedAt([...Array<number>(32).fill(5), ...Array<number>(32).fill(0.1)])).toEqual({ bursts: 1, begun: 1 });
  });
});
