import { closeSync, openSync, writeSync } from 'node:fs';

/** While somebody holds it open, processors sleep no deeper than the number of microseconds that was written allows
 *  (Linux, power/pm_qos_interface). */
const DEVICE = '/dev/cpu_dma_latency';
const NO_LATENCY = new Uint8Array(4);
/** Without a burst for so long they may sleep again. */
const LINGER_MS = 20;

/** Keeps the processors from going to sleep as long as bursts are counted (`RequestPace`): whoever walks a tree waits for
 *  the server at each step and the server for him, and to be woken takes longer than the answer, above all in a virtual
 *  machine. Blocks the thread; returns where the device is not there or may not be opened. */
export function keepAwakeInBursts(bursts: Int32Array): void {
  for (let seen = 0; ;) {
    Atomics.wait(bursts, 0, seen);
    const descriptor = openDevice();
    if (descriptor === undefined) return;
    try {
      do seen = Atomics.load(bursts, 0);
      while (Atomics.wait(bursts, 0, seen, LINGER_MS) !== 'timed-out');
    } finally {
      closeSync(descriptor);
    }
  }
}

function openDevice(): number | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(DEVICE, 'r+');
    writeSync(descriptor, NO_LATENCY);
    return descriptor;
  } catch {
    if (descriptor !== undefined) closeSync(descriptor);
    return undefined;
  }
}
