import type { Soon } from './awkSoon.ts';
import type { Leaving } from './awkStatements.ts';

/** The parts of a loop. */
export interface LoopCode {
  readonly holds: () => Soon<boolean>;
  readonly turn: () => Soon<Leaving>;
  /** What comes between two turns; gives way. */
  readonly next: () => Soon<unknown>;
}

/** Where a loop came to a wait. */
class Paused {
  readonly stage: 'tested' | 'turned' | 'stepped';
  readonly promise: Promise<unknown>;

  constructor(stage: Paused['stage'], promise: Promise<unknown>) {
    this.stage = stage;
    this.promise = promise;
  }
}

/** Runs a loop to its end: without promises as long as nothing waits. */
export function runLoop(code: LoopCode, from: 'test' | 'turn'): Soon<Leaving> {
  const ending = spin(code, from);
  return ending instanceof Paused ? afterWait(code, ending) : ending;
}

function spin(code: LoopCode, from: 'test' | 'turn'): Leaving | Paused {
  for (let mustTest = from === 'test'; ; mustTest = true) {
    if (mustTest) {
      const holds = code.holds();
      if (holds instanceof Promise) return new Paused('tested', holds);
      if (!holds) return undefined;
    }
    const leaving = code.turn();
    if (leaving !== undefined) {
      if (leaving instanceof Promise) return new Paused('turned', leaving);
      if (leaving === 'break') return undefined;
      if (leaving !== 'continue') return leaving;
    }
    const stepped = code.next();
    if (stepped instanceof Promise) return new Paused('stepped', stepped);
  }
}

// One promise for all of the loop, however often it waits: a chain of them would grow.
async function afterWait(code: LoopCode, first: Paused): Promise<Leaving> {
  for (let paused = first; ;) {
    const found = await paused.promise;
    if (paused.stage === 'tested' && !found) return undefined;
    if (paused.stage === 'turned') {
      const leaving = found as Leaving;
      if (leaving === 'break') return undefined;
      if (leaving && leaving !== 'continue') return leaving;
      await code.next();
    }
    const ending = spin(code, paused.stage === 'tested' ? 'turn' : 'test');
    if (!(ending instanceof Paused)) return ending;
    paused = ending;
  }
}
