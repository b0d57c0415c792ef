import { decodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { readWhole } from './readWhole.ts';
import { InputError, openInput } from './textInput.ts';

/** Names that end with NUL, from a file or `-`: `--files0-from` of wc, sort and du. Throws UsageError. */
export async function readNameList(process: Process, operand: string): Promise<string[]> {
  try {
    const input = await openInput(process, operand);
    try {
      const text = decodeName(await readWhole(process, input));
      return text.split('\0').filter((name, i, all) => name !== '' || i < all.length - 1);
    } finally {
      input.close();
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new UsageError('operand', `cannot open ${quoted(operand)} for reading: ${error.words}`, { bare: true });
  }
}
