import { stat } from 'node:fs/promises';
import { CompanionError } from '../companionError.ts';

const LOOK_MS = 200;

/** A file that another program writes is looked at from time to time; `signal` is aborted with a CompanionError
 *  `limit` when it has grown too large. */
export function watchSize(path: string, maxBytes: number): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const look = async (): Promise<void> => {
    const found = await stat(path).catch(() => undefined);
    if (found && found.size > maxBytes) {
      controller.abort(new CompanionError('limit', `what was made is larger than ${maxBytes} bytes`));
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}
