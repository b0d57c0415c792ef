import type { TrailingBytes } from '../bytes/platform.ts';
import type { InputWindow } from './inputWindow.ts';

export type OnTrailing = (trailing: TrailingBytes) => void;

/** Reads what stands behind the last member, frame or stream to the end of the input, and tells of it. */
export async function skipTrailing(input: InputWindow, onTrailing: OnTrailing | undefined): Promise<void> {
  const { offset } = input;
  let sizeBytes = 0;
  let isZero = true;
  for (let chunk = await input.takeChunk(); chunk; chunk = await input.takeChunk()) {
    sizeBytes += chunk.length;
    isZero = isZero && chunk.every((byte) => byte === 0);
  }
  if (sizeBytes > 0) onTrailing?.({ kind: isZero ? 'zeros' : 'junk', offset, sizeBytes });
}
