import type { EngineCore } from './engineCore.ts';
import { type Filters, fitsLabels, NO_FILTERS } from './filters.ts';
import type { EngineEvent } from './systemCalls.ts';

/** `docker events`: what is kept since a time, then what happens, until a time or the signal. Filters of other names
 *  take nothing away. */
export async function* watchEvents(
  core: EngineCore,
  options: {
    readonly sinceSec?: number | undefined;
    readonly untilSec?: number | undefined;
    readonly filters?: Filters;
    readonly signal?: AbortSignal;
  },
): AsyncIterable<EngineEvent> {
  const { sinceSec, untilSec, signal, filters = NO_FILTERS } = options;
  const waiting: EngineEvent[] = [];
  let wake: () => void = () => undefined;
  const unsubscribe = core.events.subscribe((event) => {
    waiting.push(event);
    wake();
  });
  const onEnd = () => wake();
  signal?.addEventListener('abort', onEnd);
  const timer = new AbortController();
  let isOver = false;
  if (untilSec !== undefined) {
    const left = untilSec - core.kernel.clock.now().sec;
    if (left <= 0) isOver = true;
    else
      void core.kernel.clock.sleep(left * 1000, timer.signal).then(
        () => {
          isOver = true;
          wake();
        },
        () => undefined,
      );
  }
  try {
    const isWanted = (event: EngineEvent) =>
      fitsFilters(filters, event) && (untilSec === undefined || event.timeNsec <= BigInt(Math.round(untilSec * 1e9)));
    if (sinceSec !== undefined)
      for (const event of core.events.kept) if (event.timeSec >= sinceSec && isWanted(event)) yield event;
    for (;;) {
      const event = waiting.shift();
      if (event) {
        if (isWanted(event)) yield event;
      } else if (isOver || signal?.aborted) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    timer.abort();
    unsubscribe();
    signal?.removeEventListener('abort', onEnd);
  }
}

const OTHER_ACTORS = ['daemon', 'plugin', 'node', 'service', 'secret', 'config'];

function fitsFilters(filters: Filters, event: EngineEvent): boolean {
  const any = (name: string, test: (value: string) => boolean) => {
    const values = filters.get(name);
    return !values || values.length === 0 || values.some(test);
  };
  const names = (type: EngineEvent['type']) =>
    any(
      type,
      (value) =>
        event.type === type &&
        (event.actorId === value || event.actorId.startsWith(value) || event.attributes.name === value),
    );
  // Of what never happens here; the daemon compares no types.
  const others = (name: string) =>
    any(name, (value) => event.actorId.startsWith(value) || event.attributes.name?.startsWith(value) === true);
  const action = event.action.split(':')[0] as string;
  return (
    any('type', (value) => event.type === value) &&
    any('event', (value) => event.action === value || action === value) &&
    any('image', (value) => isOfImage(event, value)) &&
    names('container') &&
    names('volume') &&
    names('network') &&
    OTHER_ACTORS.every(others) &&
    any('scope', (value) => value === 'local') &&
    fitsLabels(filters, 'label', event.attributes)
  );
}

function isOfImage({ type, actorId, attributes }: EngineEvent, value: string): boolean {
  const name = type === 'image' ? attributes.name : attributes.image;
  return actorId === value || name === value || name?.split(':')[0] === value;
}
