import type { Process } from '../kernel/process.ts';

/** Lines longer than this are answers to nothing. */
const MAX_ANSWER_BYTES = 4096;

/** Asks on standard error and reads a line of standard input; `y` and `Y` begin a yes. The rest of the input stays for
 *  others, hence byte by byte. */
export async function askYes(process: Process, question: string): Promise<boolean> {
  await process.write(2, question);
  let first = 0;
  for (let count = 0; count < MAX_ANSWER_BYTES; count++) {
    const [byte] = await process.read(0, 1);
    if (byte === undefined || byte === 0x0a) break;
    if (count === 0) first = byte;
  }
  return first === 0x79 || first === 0x59;
}
