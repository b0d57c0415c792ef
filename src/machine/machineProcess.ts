import { ROOT } from '../vfs/overlay/permission.ts';
import type { Process } from '../shell/kernel/process.ts';
import type { Host } from './host.ts';

/** Runs something as a process of the host, as root, from outside of any terminal. Throws what it throws. */
export async function asProcess<T>(host: Host, name: string, body: (process: Process) => Promise<T>): Promise<T> {
  const outcome: { value?: { readonly it: T }; error?: unknown } = {};
  const process = host.kernel.launch(
    {
      namespaces: host.namespaces,
      argv: [name],
      env: new Map(),
      cwd: '/root',
      credentials: ROOT,
      files: new Map(),
      group: 'new',
    },
    async (self) => {
      try {
        outcome.value = { it: await body(self) };
        return 0;
      } catch (error) {
        outcome.error = error;
        return 1;
      }
    },
  );
  await process.wait();
  if (!outcome.value) throw outcome.error;
  return outcome.value.it;
}
