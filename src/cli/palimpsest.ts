import { runCommandLine } from './main.ts';
import { version } from '../../package.json';

const interruption = new AbortController();
let interruptions = 0;
process.on('SIGINT', () => {
  interruptions++;
  interruption.abort();
  // Someone who presses Ctrl-C again does not want to wait; 'exit' handlers still remove temporary files.
  if (interruptions > 1) process.exit(130);
});
process.on('SIGTERM', () => interruption.abort());
process.on('SIGHUP', () => interruption.abort());

const code = await runCommandLine(process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  environment: process.env,
  signal: interruption.signal,
  version,
  indexThread: new URL('./indexThread.js', import.meta.url),
  latencyThread: new URL('./latencyThread.js', import.meta.url),
});
// All is written and cleaned up. To take threads and heaps down one by one would cost 12 ms, and a standard input that
// nobody reads to its end would keep the process alive.
process.exit(code);
