import type { BiographyEvent } from '../../../client/protocol.ts';

/** A version of a path that its layer carries, and so can be shown. */
export type Writer = BiographyEvent & { readonly entry: number };

/** The events that left a version, one a layer, oldest first. */
export function writersOf(events: readonly BiographyEvent[]): Writer[] {
  const byLayer = new Map<number, Writer>();
  for (const event of events) {
    if (event.entry !== undefined && !isRemoval(event)) byLayer.set(event.layer, { ...event, entry: event.entry });
  }
  return [...byLayer.values()].sort((a, b) => a.layer - b.layer);
}

export function isRemoval(event: BiographyEvent): boolean {
  return event.deed === 'deleted' || event.deed === 'hiddenByParent' || event.deed === 'hiddenByOpaque';
}

/** An event with what the path was before it. */
export interface BiographyStep {
  readonly event: BiographyEvent;
  /** Bytes that the path had before and has after; undefined where there was none. */
  readonly beforeBytes: number | undefined;
  readonly afterBytes: number | undefined;
  /** The layer that took this version away or put another in its place. */
  readonly hiddenBy: number | undefined;
  /** What is other than before, when both are there. */
  readonly differs: readonly ('kind' | 'mode' | 'owner' | 'time')[];
}

export function biographySteps(events: readonly BiographyEvent[]): BiographyStep[] {
  let before: BiographyEvent | undefined;
  return events.map((event, i) => {
    const removal = isRemoval(event);
    const step: BiographyStep = {
      event,
      beforeBytes: before?.sizeBytes,
      afterBytes: removal ? undefined : event.sizeBytes,
      hiddenBy: removal ? undefined : events[i + 1]?.layer,
      differs: removal || !before ? [] : differences(before, event),
    };
    before = removal ? undefined : event;
    return step;
  });
}

function differences(before: BiographyEvent, after: BiographyEvent): BiographyStep['differs'][number][] {
  const found: BiographyStep['differs'][number][] = [];
  if (before.kind !== after.kind) found.push('kind');
  if (before.mode !== after.mode) found.push('mode');
  if (before.uid !== after.uid || before.gid !== after.gid) found.push('owner');
  if (before.mtimeSec !== after.mtimeSec) found.push('time');
  return found;
}
