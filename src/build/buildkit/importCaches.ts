import { EngineError } from '../../engine/engineError.ts';
import { BuildError } from '../buildError.ts';
import type { BuildkitSurroundings, CacheImport } from './buildkitOptions.ts';
import { importCache } from './portableCache.ts';
import type { Progress } from './progress.ts';

/** Takes the steps of other places into the store. One that cannot be read is told, and the build goes on. */
export async function importCaches(
  imports: readonly CacheImport[],
  { engine, work }: BuildkitSurroundings,
  progress: Progress,
): Promise<void> {
  for (const { name, read } of imports) {
    work.signal?.throwIfAborted();
    try {
      await progress.step(`importing cache manifest from ${name}`, async () => {
        const found = await read();
        if (found) await importCache(engine.images, found.cache, found.open);
      });
    } catch (error) {
      if (!(error instanceof BuildError || error instanceof EngineError)) throw error;
    }
  }
}
