import { worthwhileLanes } from '../archive/indexLayers.ts';
import type { OpenedArchive } from './openedArchive.ts';
import type { Session } from './session.ts';

/** Plain layers at a time after the base, where all are read on this thread: one alone leaves it idle at its first
 *  short reads. */
const PLAIN_LANES = 3;

/** Indexes every layer: where that pays, several at once on threads of their own; else plain ones side by side and
 *  others one after another. A stack is browsed from its base: it is there first where all are plain, and always before
 *  the last.
 *  `cancel(callId)` stops it; a layer that is asked for later is indexed then. */
export async function indexInBackground(session: Session, opened: OpenedArchive, callId: string): Promise<void> {
  opened.indexingCallId = callId;
  try {
    await session.calls.run(callId, async ({ signal }) => {
      // A stored tree is read when it is asked for.
      const waiting = opened.summary().layers.filter((layer) => layer.state !== 'indexed');
      const base = waiting[0];
      const lanes = worthwhileLanes(waiting.map((layer) => ({ ...layer, blobSizeBytes: layer.storedBytes })));
      const lane = async () => {
        for (let layer = waiting.shift(); layer; layer = waiting.shift()) {
          signal.throwIfAborted();
          opened.lifetime.signal.throwIfAborted();
          if (base && waiting.length === 0) await opened.tree(base.index);
          await opened.tree(layer.index);
        }
      };
      const { threads } = await session.host();
      const count = Math.min(threads?.maxCount ?? 1, lanes);
      const isPlain = waiting.every((layer) => layer.compression === 'none');
      const here = isPlain ? PLAIN_LANES : 1;
      const indexAll = (length: number) => async () => {
        // What plain layers wait for is bytes: all that can be had go to the base. A compressed one waits for its
        // processor, and leaves the others idle.
        if (base && (isPlain || count === 1)) await opened.tree(base.index);
        await Promise.all(Array.from({ length }, lane));
      };
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
