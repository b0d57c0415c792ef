import type { EngineEvent } from '../../engine/systemCalls.ts';
import type { Shape } from './shape.ts';

/** An event as plain data: nanoseconds are beyond a number. */
export type PackedEvent = Omit<EngineEvent, 'timeNsec'> & { readonly timeNsec: string };

export const EVENTS: Shape = {
  each: {
    fields: {
      type: { oneOf: ['container', 'image', 'volume', 'network', 'daemon', 'builder'] },
      action: 'string',
      actorId: 'string',
      attributes: { values: 'string' },
      timeSec: 'number',
      timeNsec: 'string',
    },
  },
};

export function packEvents(events: readonly EngineEvent[]): readonly PackedEvent[] {
  return events.map((event) => ({ ...event, timeNsec: String(event.timeNsec) }));
}

/** Those whose time is none are left out. */
export function unpackEvents(events: readonly PackedEvent[]): readonly EngineEvent[] {
  return events.flatMap((event) =>
    /^\d{1,20}$/.test(event.timeNsec) ? [{ ...event, timeNsec: BigInt(event.timeNsec) }] : [],
  );
}
