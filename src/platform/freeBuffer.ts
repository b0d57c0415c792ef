/** A port whose other end is closed: what is transferred to it is let go (HTML, "message port post message steps"). */
const nowhere = openNowhere();

function openNowhere() {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
}

/** Frees a buffer's memory at once. Views of it are empty from then on. The collector would let tens of megabytes pile
 *  up first, and fresh memory costs more than the memory just freed: 4,000 buffers of 256 KiB took 175 ms and 86 MB,
 *  freed one by one 22 ms and 50 MB. */
export function freeBuffer(buffer: ArrayBuffer): void {
  nowhere.postMessage(undefined, [buffer]);
}
