const KINDS = ['Uint8Array', 'Uint16Array', 'Uint32Array', 'Int32Array', 'Float64Array', 'ArrayBuffer'] as const;

/** Runs `work` and tells the largest single buffer in bytes that anything asked for by a number meanwhile. */
export async function largestAllocation(work: () => Promise<void>): Promise<number> {
  let largest = 0;
  const globals = globalThis as unknown as Record<string, unknown>;
  const originals = KINDS.map((name) => [name, globals[name]] as const);
  for (const [name, original] of originals) {
    const width = (original as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
    const watched: object = new Proxy(original as object as new (...args: unknown[]) => object, {
      construct(target, args, newTarget) {
        if (typeof args[0] === 'number') largest = Math.max(largest, args[0] * width);
        return Reflect.construct(target, args, newTarget === watched ? target : newTarget);
      },
    });
    globals[name] = watched;
  }
  try {
    await work();
  } finally {
    for (const [name, original] of originals) globals[name] = original;
  }
  return largest;
}
