import type { Process } from '../../shell/kernel/process.ts';
import { detach } from './detach.ts';

/** Runs a service in a process of its own and waits until it has taken its ports, so that what follows finds them open,
 *  or has ended without: gives its status then, else 0. */
export async function inBackground(
  process: Process,
  serve: (self: Process, onBound: () => Promise<void>) => Promise<number>,
): Promise<number> {
  let code = 0;
  const started = new Promise<void>((resolve) => {
    process.fork(
      async (self) => {
        try {
          code = await serve(self, async () => {
            await detach(self);
            resolve();
          });
          return code;
        } finally {
          resolve();
        }
      },
      { group: 'new' },
    );
  });
  await process.waitFor(started);
  return code;
}
