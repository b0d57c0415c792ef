import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { BuildError } from '../../../src/build/buildError.ts';
import { buildWithBuildkit } from '../../../src/build/buildkit/buildkitBuilder.ts';
import { BuildkitError } from '../../../src/build/buildkit/buildkitError.ts';
import { PlainProgress } from '../../../src/build/buildkit/plainProgress.ts';
import type { Work } from '../../../src/bytes/platform.ts';
import { folderSource } from '../../../src/cli/build/nodeContext.ts';
import { rfc3339 } from '../../../src/engine/goTime.ts';
import { bootMachine } from '../../../src/machine/bootMachine.ts';
import type { Clock } from '../../../src/shell/kernel/clock.ts';
import type { BuildCase } from './buildCase.ts';
import { writeChunks } from './writeChunks.ts';

/** What a build came to: an archive, the config alone (`.json`) of an image without layers, or the reason why there is none. */
export type BuildEnd = { readonly archive: string } | { readonly refusal: string };

/** Stands in one second, so that what a build makes has the times that `rewrite-timestamp` would give it; moments within
 *  it still differ, as those of two steps do. */
function stoppedClock(sec: number): Clock {
  let nsec = 0;
  return { now: () => ({ sec, nsec: ++nsec % 1e9 }), sleep: async () => undefined };
}

/** Builds with the simulator, on a machine of its own. `bases`: archives with the images that FROM may name. */
export async function buildSimulated(
  { dockerfile, target }: BuildCase,
  folder: string,
  bases: readonly string[],
  {
    epochSec,
    archive,
    work,
    standIns,
  }: {
    readonly epochSec: number;
    readonly archive: string;
    readonly work: Work;
    /** Names that the first image has, too. */
    readonly standIns: readonly string[];
  },
): Promise<BuildEnd> {
  const clock = stoppedClock(epochSec);
  const { machine } = bootMachine({
    platform: work.platform,
    clock,
    vintage: '26',
    files: { text: (path) => readFile(join(process.cwd(), 'public/catalogue', path), 'utf8') },
  });
  const { engine, kernel } = machine.host;
  for (const base of bases) await engine.images.load(createReadStream(base), () => undefined, work.signal);
  const [first] = engine.images.all();
  if (first) for (const name of standIns) engine.images.tag(first.id, name);
  let log = '';
  const print = (text: string): undefined => {
    log = (log + text).slice(-2000);
  };
  try {
    const id = await buildWithBuildkit(
      folderSource(folder, join(folder, dockerfile), work, {
        input: Readable.from([]),
        signal: new AbortController().signal,
        noteFile: () => undefined,
      }),
      {
        vintage: 'current',
        buildArgs: new Map([['SOURCE_DATE_EPOCH', String(epochSec)]]),
        target: target ?? '',
        tags: [],
        labels: {},
        usesCache: true,
        pulls: false,
        secrets: new Map(),
        output: { kind: 'image' },
        layerWriter: 'buildkitd',
      },
      {
        engine,
        work,
        display: new PlainProgress(print, { showsDigests: false }),
        download: async (url) => {
          throw new BuildError('context', `Get ${JSON.stringify(url)}: the build has no network`);
        },
        owners: { users: new Map(), groups: new Map() },
        random: (length) => kernel.random(length),
        nowMs: () => epochSec * 1000,
        now: () => rfc3339(clock.now()),
      },
    );
    if (id === undefined) throw new Error(`the build gave no image: ${log}`);
    const image = engine.images.find(id);
    // docker saves none without layers.
    if (image.layers.length === 0) {
      await writeFile(`${archive}.json`, image.configBytes);
      return { archive: `${archive}.json` };
    }
    await writeChunks(archive, await engine.images.save([id], work.signal));
    return { archive };
  } catch (error) {
    if (error instanceof BuildkitError) return { refusal: error.message };
    throw error;
  } finally {
    await machine.halt();
  }
}
