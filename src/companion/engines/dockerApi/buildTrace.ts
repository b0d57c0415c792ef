import { fieldText, protobufFields } from '../buildkit/protobuf.ts';
import type { StepTracker } from '../stepTracker.ts';

/** Takes what `moby.buildkit.trace` messages hold: BuildKit's StatusResponse (control.proto) in base64. Throws
 *  ProtobufError. */
export function takeTrace(base64: string, tracker: StepTracker): void {
  for (const { number, bytes } of protobufFields(Buffer.from(base64, 'base64'))) {
    if (number === 1) takeVertex(bytes, tracker);
    if (number === 3) takeLog(bytes, tracker);
  }
  tracker.settle();
}

function takeVertex(message: Uint8Array, tracker: StepTracker): void {
  let [digest, name, error] = ['', '', ''];
  let isCached = false;
  let startedMs: number | undefined;
  let completedMs: number | undefined;
  for (const field of protobufFields(message)) {
    if (field.number === 1) digest = fieldText(field);
    if (field.number === 3) name = fieldText(field);
    if (field.number === 4) isCached = field.value !== 0;
    if (field.number === 5) startedMs = timestampMs(field.bytes);
    if (field.number === 6) completedMs = timestampMs(field.bytes);
    if (field.number === 7) error = fieldText(field);
  }
  tracker.vertex({ digest, name, startedMs, completedMs, isCached, error: error === '' ? undefined : error });
}

function takeLog(message: Uint8Array, tracker: StepTracker): void {
  let vertex = '';
  let stream: 'stdout' | 'stderr' = 'stdout';
  let bytes: Uint8Array = new Uint8Array(0);
  for (const field of protobufFields(message)) {
    if (field.number === 1) vertex = fieldText(field);
    if (field.number === 3) stream = field.value === 2 ? 'stderr' : 'stdout';
    if (field.number === 4) bytes = field.bytes;
  }
  tracker.log(vertex, stream, bytes);
}

/** google.protobuf.Timestamp. */
function timestampMs(message: Uint8Array): number {
  let timeMs = 0;
  for (const { number, value } of protobufFields(message)) timeMs += number === 1 ? value * 1000 : value / 1e6;
  return timeMs;
}
