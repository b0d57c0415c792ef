// What each step of a stage goes through: a look into the cache, then work in mounted layers.
import type { BuildCacheRecord, KeptStep } from '../../engine/buildCacheRecord.ts';
import type { ImageMount } from '../../engine/imageMount.ts';
import { EngineError } from '../../engine/engineError.ts';
import { writeTar } from '../../tar/writeTar.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import type { OverlayMount } from '../../vfs/overlay/overlayMount.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { BuildError, type LineRange } from '../buildError.ts';
import type { FileSet } from '../classic/contextFiles.ts';
import type { BuildPlatform } from '../plan/platform.ts';
import type { BuildkitOptions, BuildkitSurroundings } from './buildkitOptions.ts';
import { type LayerStack, withLayer } from './layerStack.ts';
import type { Progress, Step } from './progress.ts';
import { type KeyParts, keptParts, lookUpStep, type StepDecision, stepKey } from './stepCache.ts';
import { whyText } from './whyText.ts';

export interface StepSetup {
  readonly options: BuildkitOptions;
  readonly surroundings: BuildkitSurroundings;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** The stage was named as one that is not taken from the cache. */
  readonly isUncached: boolean;
  readonly now: () => Timestamp;
  /** As progress names the step: `[stage 2/3] RUN …`. */
  readonly name: string;
  /** Keys of the steps that were carried out in this build, not taken from the cache. */
  readonly built: Set<string>;
  readonly onDecision: (decision: StepDecision) => void;
  /** Called before the step's vertex: whether what it stands on is worked with. */
  readonly onLookedUp: (outcome: StepDecision['outcome']) => Promise<void>;
  /** Told of what is kept of the step, whether it was carried out or not. */
  readonly onRecord: (record: BuildCacheRecord) => void;
  /** Fetches what the step reads, once in a build; its vertex ends when the step was looked up. Throws StepFailed. */
  readonly fetchSource: <T extends FetchedSource>(
    name: string,
    checksum: string,
    fetch: () => Promise<T>,
  ) => Promise<T>;
  /** The files that source `index` of the step names; index -1 is the context. */
  readonly filesOf: (index: number) => Promise<FileSet>;
  /** What the stage is for. */
  readonly platform: BuildPlatform;
  /** Whether another step than the one with these sources makes the client send what lies in a folder of the context. */
  readonly isSent: (folder: string, sources: readonly string[]) => boolean;
}

/** A step that went wrong, told with its vertex. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly vertexName: string;
  /** Of the Dockerfile. */
  lines: LineRange | undefined;
  constructor(vertexName: string, message: string, cause: unknown) {
    super(message, { cause });
    this.vertexName = vertexName;
  }
}

/** What was fetched, and what is kept of it. */
export interface FetchedSource {
  readonly kept: Omit<KeptStep, 'createdAt'>;
}

export interface CachedForm {
  /** The cache is not asked. */
  readonly isIgnored: boolean;
}

/** Takes a step from the cache, or does it and keeps what it made. */
export async function cached(
  given: KeyParts,
  base: LayerStack,
  setup: StepSetup,
  form: CachedForm,
  work: (mount: OverlayMount, vertex: Step, mounted: ImageMount) => Promise<void>,
): Promise<LayerStack> {
  const { surroundings, name } = setup;
  const { images } = surroundings.engine;
  const key = stepKey({ base: base.key, ...given }, surroundings.work.platform);
  const isBaseNew = setup.built.has(base.key);
  const { record, decision } = lookUpStep(images, key, { isIgnored: form.isIgnored, isBaseNew });
  await setup.onLookedUp(decision.outcome);
  const vertex = await setup.progress.start(name);
  surroundings.onCache?.(name, decision);
  setup.onDecision(decision);
  if (surroundings.tellsWhy) await vertex.status(whyText(decision));
  if (record) {
    setup.onRecord(record);
    await vertex.end({ kind: 'cached' });
    return stackOfRecord(base, record);
  }
  try {
    setup.signal.throwIfAborted();
    const mounted = images.mount(base.layers);
    await work(mounted.mount, vertex, mounted);
    setup.signal.throwIfAborted();
    const diffId =
      (await mounted.seal(setup.options.layerWriter ?? 'buildkit')) ??
      (await images.addLayer(base.layers, writeTar([])));
    const layers = [...base.layers, diffId];
    const createdAt = surroundings.now();
    const parts = keptParts(key.parts);
    const made = withLayer(base, key.key, layers, createdAt);
    const times = made.times.map((time = '') => time);
    setup.onRecord(images.keepStep({ key: key.key, layers, times, createdAt, description: name, parts }));
    setup.built.add(key.key);
    await vertex.end({ kind: 'done' });
    return made;
  } catch (error) {
    throw await failed(error, vertex, setup);
  }
}

/** What an earlier build made: its layers, and those below them, are of that build. */
function stackOfRecord(base: LayerStack, { key, layers, times, createdAt }: BuildCacheRecord): LayerStack {
  const stack = withLayer(base, key, layers, createdAt);
  return times?.length === layers.length ? { ...stack, times: times.map((time) => time || undefined) } : stack;
}

/** What to throw for a step that went wrong before its turn: it has a vertex unless another's is told. */
export async function failedEarly(error: unknown, setup: StepSetup, prefix = ''): Promise<unknown> {
  await setup.onLookedUp('miss');
  if (wordsOf(error) === undefined) return error;
  return failed(error, await setup.progress.start(setup.name), setup, prefix);
}

/** What to throw for a step that went wrong, its vertex ended. */
async function failed(error: unknown, vertex: Step, setup: StepSetup, prefix = ''): Promise<unknown> {
  if (setup.signal.aborted && !(error instanceof StepFailed)) {
    await vertex.end({ kind: 'canceled' });
    return error;
  }
  await vertex.fail(error);
  const message = wordsOf(error);
  return message === undefined ? error : new StepFailed(setup.name, prefix + message, error);
}

/** Fetches what a step needs, in a vertex of its own. Throws StepFailed for that. */
export async function fetched<T>(
  name: string,
  setup: Pick<StepSetup, 'progress'>,
  fetch: () => Promise<T>,
  number?: number,
): Promise<T> {
  try {
    return await setup.progress.step(name, fetch, number);
  } catch (error) {
    const words = wordsOf(error);
    throw words === undefined ? error : new StepFailed(name, `failed to load cache key: ${words}`, error);
  }
}

/** What can be told to a person; undefined for a bug. */
function wordsOf(error: unknown): string | undefined {
  return error instanceof BuildError || error instanceof EngineError || error instanceof VfsError
    ? error.message
    : undefined;
}
