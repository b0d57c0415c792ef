import type { Progress } from '../bytes/platform.ts';
import type { ArchiveLayer, IndexWork } from './archive.ts';

/** What indexing costs by its bytes, as multiples of plain ones: what is compressed is undone, and becomes more. */
const COMPRESSED_COST = 16;

/** Starting a thread takes about as long as indexing this much (0.35 ms a MB, a start 40 ms). */
const WORTH_BYTES = 128 * 1024 * 1024;
/** For less, one thread more gains nothing: the code of each is slow at first, some 0.2 s of processor time. */
const LANE_BYTES = 1024 * 1024 * 1024;

/** How many threads, this one among them, would index these layers soonest: one where a layer is alone or all are
 *  small. */
export function worthwhileLanes(
  layers: readonly Pick<ArchiveLayer, 'presence' | 'compression' | 'blobSizeBytes'>[],
): number {
  const present = layers.filter((layer) => layer.presence === 'present');
  const costs = present.map((layer) => layer.blobSizeBytes * (layer.compression === 'none' ? 1 : COMPRESSED_COST));
  const cost = costs.reduce((sum, each) => sum + each, 0);
  // What the largest leaves is what can be done beside it.
  const others = cost - Math.max(0, ...costs);
  return others > WORTH_BYTES ? 1 + Math.ceil(others / LANE_BYTES) : 1;
}

/** Indexes layers on this thread and, where that pays, on others, base first; their `readIndex` then gives what was
 *  found, faults included. Throws the signal's reason alone. */
export async function indexLayers(layers: readonly ArchiveLayer[], work: IndexWork): Promise<void> {
  const { threads, ...own } = work;
  const waiting = [...new Set(layers)].filter((layer) => layer.presence === 'present').reverse();
  const report = jointProgress(waiting, work.onProgress);
  const lane = async (laneWork: IndexWork, first = waiting.pop()) => {
    for (let layer = first; layer; layer = waiting.pop()) {
      await layer.readIndex({ ...laneWork, onProgress: report(layer) }).catch(() => work.signal?.throwIfAborted());
    }
  };
  const threadCount = Math.min(threads?.maxCount ?? 0, worthwhileLanes(waiting) - 1);
  if (!threads || threadCount === 0) {
    await lane(own);
    return;
  }
  await threads.during(threadCount, async () => {
    const base = waiting.pop();
    // Two for each thread, so that its next layer is there when it has done one: this thread is busy, too, and so
    // comes last.
    const lanes = Array.from({ length: threadCount * 2 }, () => lane(work));
    await Promise.all([...lanes, lane(own, base)]);
  });
}

/** One progress for all layers, whichever of them is being read. */
function jointProgress(layers: readonly ArchiveLayer[], onProgress: IndexWork['onProgress']) {
  const totalBytes = layers.reduce((sum, layer) => sum + layer.blobSizeBytes, 0);
  const done = new Map<ArchiveLayer, number>();
  let doneBytes = 0;
  return (layer: ArchiveLayer) =>
    ({ phase, doneBytes: ofLayer }: Progress): void => {
      doneBytes += ofLayer - (done.get(layer) ?? 0);
      done.set(layer, ofLayer);
      onProgress?.({ phase, doneBytes, totalBytes });
    };
}
