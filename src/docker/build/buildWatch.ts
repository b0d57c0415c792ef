import type { StepEvent } from '../../build/stepEvent.ts';
import type { Kernel } from '../../shell/kernel/kernel.ts';
import type { Process } from '../../shell/kernel/process.ts';
import type { Client } from '../client.ts';

/** A build that somebody started, on whatever terminal. */
export interface WatchedBuild {
  readonly builder: 'classic' | 'buildkit';
  readonly process: Process;
  /** The context as it was given, `-f` as it was given, and where. */
  readonly source: string;
  readonly file: string;
  readonly cwd: string;
  readonly tags: readonly string[];
}

/** Told of what a build does. */
export interface BuildWatcher {
  step(event: StepEvent): void;
  /** The image's ID; undefined where there is none. */
  ended(imageId: string | undefined): void;
}

type Watch = (build: WatchedBuild) => BuildWatcher | undefined;

const watches = new WeakMap<Kernel, Watch>();

/** Shows all builds of a machine to one watch; another takes its place. */
export function watchBuilds(kernel: Kernel, watch: Watch): void {
  watches.set(kernel, watch);
}

/** Runs a build under the machine's watch. */
export async function watched(
  client: Client,
  about: Pick<WatchedBuild, 'builder' | 'source' | 'file' | 'tags'>,
  build: (onStep: (event: StepEvent) => void) => Promise<string | undefined>,
): Promise<string | undefined> {
  const { process } = client;
  const watcher = watches.get(process.kernel)?.({ ...about, process, cwd: process.cwd });
  let imageId: string | undefined;
  try {
    imageId = await build((event) => watcher?.step(event));
    return imageId;
  } finally {
    watcher?.ended(imageId);
  }
}

/** Whether builds print why each step was taken from the cache or was not: `PALIMPSEST_WHY`, ours alone. */
export function tellsWhy(client: Client): boolean {
  return !['', '0', 'false'].includes(client.environment('PALIMPSEST_WHY'));
}
