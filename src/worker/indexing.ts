import type { OpenedArchive } from './openedArchive.ts';
import type { Session } from './session.ts';

/** Indexes every layer, one after another, base first. `cancel(callId)` stops it; a layer that is asked for
 *  later is indexed then. */
export async function indexInBackground(session: Session, opened: OpenedArchive, callId: string): Promise<void> {
  opened.indexingCallId = callId;
  try {
    await session.calls.run(callId, async ({ signal }) => {
      for (let layer = 0; layer < opened.layerCount; layer++) {
        signal.throwIfAborted();
        opened.lifetime.signal.throwIfAborted();
        // A stored tree is read when it is asked for.
        if (opened.layer(layer).state !== 'indexed') await opened.tree(layer);
      }
    });
  } catch {
    // Cancelled, closed, or the file is gone: whoever asks for a layer that is left is told.
    return;
  }
  await opened.saved();
  session.emit({ type: 'indexed', archiveId: opened.id });
}
