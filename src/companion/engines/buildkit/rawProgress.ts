import { numberAt, parseShape, shapesAt, textAt, type Shape } from '../jsonShapes.ts';
import type { StepTracker } from '../stepTracker.ts';

/** Takes a line of `buildctl --progress rawjson` (client.SolveStatus as JSON). False: it is none, but text. */
export function takeProgressLine(line: string, tracker: StepTracker): boolean {
  const status = line.startsWith('{') ? parseShape(line) : undefined;
  if (!status) return false;
  for (const vertex of shapesAt(status, 'vertexes')) {
    const digest = textAt(vertex, 'digest');
    if (digest === undefined) continue;
    tracker.vertex({
      digest,
      name: textAt(vertex, 'name') ?? '',
      startedMs: timeAt(vertex, 'started'),
      completedMs: timeAt(vertex, 'completed'),
      isCached: vertex.cached === true,
      error: textAt(vertex, 'error'),
    });
  }
  for (const log of shapesAt(status, 'logs')) {
    const stream = numberAt(log, 'stream') === 2 ? 'stderr' : 'stdout';
    tracker.log(textAt(log, 'vertex') ?? '', stream, Buffer.from(textAt(log, 'data') ?? '', 'base64'));
  }
  tracker.settle();
  return true;
}

function timeAt(shape: Shape, name: string): number | undefined {
  const text = textAt(shape, name);
  const timeMs = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
