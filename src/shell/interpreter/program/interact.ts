import type { Shell } from '../state/shell.ts';
import { runFromDescriptor } from './readScript.ts';

export async function interact(shell: Shell): Promise<number> {
  return runFromDescriptor(shell, 0);
}
