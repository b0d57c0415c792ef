/** Lets the event loop turn once: messages, input and timers that are due get their chance. Not a timer, which costs
 *  at least 1 ms, and 4 ms when browsers nest them. */
export function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
