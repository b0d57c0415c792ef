/** Waits for all; the first that fails ends the others, and is thrown when they have ended. */
export async function allOf<T>(running: readonly Promise<T>[], onFailure?: () => void): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(
    running.map((one) =>
      one.catch((error: unknown) => {
        failure ??= { error };
        onFailure?.();
      }),
    ),
  );
  if (failure) throw failure.error;
}
