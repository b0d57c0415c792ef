import { statfs } from 'node:fs/promises';
import { CompanionError } from '../companionError.ts';

const LOOK_MS = 100;

/** The volume that an engine keeps its layers on is looked at while a build runs; `signal` is aborted with a
 *  CompanionError `limit` when less is free than must be. */
export function watchFree(folder: string, minFreeBytes: number): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const look = async (): Promise<void> => {
    const found = await statfs(folder).catch(() => undefined);
    if (found && found.bavail * found.bsize < minFreeBytes) {
      controller.abort(new CompanionError('limit', 'the build fills the engine’s disk'));
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}
