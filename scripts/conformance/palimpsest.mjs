// Mounts with the built program, and ends such mounts.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { waitUntil } from './run.mjs';

export const PROGRAM =
  process.env.PALIMPSEST_PROGRAM ?? fileURLToPath(new URL('../../dist/cli/palimpsest.js', import.meta.url));

/** Starts `palimpsest mount` and waits until the folder is mounted. Returns the process. */
export function mountPalimpsest(args, folder, log) {
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, [PROGRAM, 'mount', ...args, folder], {
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  const isOver = () => !isAlive(child.pid);
  waitUntil(() => isMounted(folder) || isOver(), 60, `mounting on ${folder}`);
  if (!isMounted(folder)) throw new Error(`palimpsest mount failed:\n${readFileSync(log, 'utf8')}`);
  return child;
}

export function isMounted(folder) {
  return readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${folder} `);
}

/** Zombies count as gone. */
export function isAlive(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
