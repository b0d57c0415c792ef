/** What is there now, or after a wait. Most of a program never waits; promises are made only where it does. */
export type Soon<T> = T | Promise<T>;

export function whenThere<T, R>(value: Soon<T>, next: (value: T) => Soon<R>): Soon<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** One after another. */
export function inOrder(steps: readonly (() => Soon<unknown>)[]): Soon<void> {
  for (const [i, step] of steps.entries()) {
    const done = step();
    if (done instanceof Promise) return rest(done, steps, i + 1);
  }
  return undefined;
}

async function rest(first: Promise<unknown>, steps: readonly (() => Soon<unknown>)[], from: number): Promise<void> {
  await first;
  for (const step of steps.slice(from)) await step();
}
