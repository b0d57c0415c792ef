/** What is there at once, or will be. Most of a script runs without waiting; promises are made only where it waits. */
export type Soon<T> = T | Promise<T>;

/** Not called `then`: a module that exports that cannot be imported dynamically. */
export function andThen<T, R>(value: Soon<T>, next: (value: T) => Soon<R>): Soon<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Calls `step` for each item in order, waiting where it waits. */
export function each<T>(items: readonly T[], step: (item: T, index: number) => Soon<void>, from = 0): Soon<void> {
  for (let i = from; i < items.length; i++) {
    const waiting = step(items[i] as T, i);
    if (waiting instanceof Promise) return waiting.then(() => each(items, step, i + 1));
  }
  return undefined;
}

/** As try … finally, whether it waits or not. */
export function andFinally<T>(run: () => Soon<T>, cleanUp: () => void): Soon<T> {
  let result: Soon<T>;
  try {
    result = run();
  } catch (error) {
    cleanUp();
    throw error;
  }
  if (result instanceof Promise) return result.finally(cleanUp);
  cleanUp();
  return result;
}
