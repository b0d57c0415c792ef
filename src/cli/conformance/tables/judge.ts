/** Judges one row of a recorded table: nothing when it agrees, else what differs. */
export type RowJudge = (row: never) => string | undefined | Promise<string | undefined>;

/** What is recorded and what came out, where they differ. */
export function difference(what: string, recorded: unknown, ours: unknown): string | undefined {
  const left = stable(recorded);
  const right = stable(ours);
  return left === right ? undefined : `${what}: recorded ${shortened(left)}, here ${shortened(right)}`;
}

/** The first difference of several. */
export function firstDifference(...differences: readonly (string | undefined)[]): string | undefined {
  return differences.find((each) => each !== undefined);
}

/** Runs something that may fail, as recorded answers do: a value or a message. */
export function attempt<T>(
  run: () => T,
): { readonly value: T; readonly error?: undefined } | { readonly value?: undefined; readonly error: string } {
  try {
    return { value: run() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** JSON with the keys in order; what is undefined, null or empty counts as the same nothing. */
function stable(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, item: unknown) => {
    if (typeof item === 'bigint') return String(item);
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function shortened(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
