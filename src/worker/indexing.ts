import { worthwhileLanes } from '../archive/indexLayers.ts';
import type { OpenedArchive } from './openedArchive.ts';
import type { LayerSummary } from './protocol.ts';
import type { Session } from './session.ts';

/** Plain layers at a time after the base, where all are read on this thread: one alone leaves it idle at its first
 *  short reads. */
const PLAIN_LANES = 3;

/** What a layer that is indexed beside the base may have of its bytes: a thread whose code is warm by then, and no small
 *  layers left for the end, are worth more. */
const BESIDE_PART = 1 / 16;

/** Indexes every layer: where that pays, several at once on threads of their own; else plain ones side by side and
 *  others one after another. A stack is browsed from its base: where all are plain it goes first, with no more than
 *  small ones beside it; and it is always there before the last.
 *  `cancel(callId)` stops it; a layer that is asked for later is indexed then. */
export async function indexInBackground(session: Session, opened: OpenedArchive, callId: string): Promise<void> {
  opened.indexingCallId = callId;
  try {
    await session.calls.run(callId, async ({ signal }) => {
      // A stored tree is read when it is asked for.
      const waiting = opened.summary().layers.filter((layer) => layer.state !== 'indexed');
      const base = waiting[0];
      const lanes = worthwhileLanes(waiting.map((layer) => ({ ...layer, blobSizeBytes: layer.storedBytes })));
      const index = async (layer: LayerSummary) => {
        signal.throwIfAborted();
        opened.lifetime.signal.throwIfAborted();
        await opened.tree(layer.index);
      };
      const lane = async () => {
        for (let layer = waiting.shift(); layer; layer = waiting.shift()) {
          if (base && waiting.length === 0) await index(base);
          await index(layer);
        }
      };
      const { threads } = await session.host();
      const count = Math.min(threads?.maxCount ?? 1, lanes);
      const isPlain = waiting.every((layer) => layer.compression === 'none');
      const here = isPlain ? PLAIN_LANES : 1;
      // What plain layers wait for is bytes: nearly all that can be had go to the base. A compressed one waits for its
      // processor, and leaves the others idle.
      const baseFirst = isPlain || count === 1 ? base : undefined;
      const beside = count > 1 ? waiting.filter((layer) => isBeside(layer, baseFirst)) : [];
      const patientLane = async (number: number) => {
        if (number > 0) for (const layer of beside) await index(layer);
        if (baseFirst) await index(baseFirst);
        await lane();
      };
      const indexAll = (length: number) => () =>
        Promise.all(Array.from({ length }, (_, number) => patientLane(number)));
      if (threads && count > 1) await threads.during(count, () => opened.indexOn(threads, count, indexAll(count)));
      else await opened.indexOn(undefined, here, indexAll(here));
    });
  } catch {
    // Cancelled, closed, or the file is gone: whoever asks for a layer that is left is told.
    return;
  }
  await opened.saved();
  session.emit({ type: 'indexed', archiveId: opened.id });
}

function isBeside(layer: LayerSummary, base: LayerSummary | undefined): boolean {
  return base !== undefined && layer !== base && layer.storedBytes <= base.storedBytes * BESIDE_PART;
}
