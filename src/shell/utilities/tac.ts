import { encodeName } from '../../bytes/byteName.ts';
import { decodeName } from '../../bytes/byteName.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { quoted } from './quote.ts';
import { readWhole } from './readWhole.ts';
import { eachInput, type InputError } from './textInput.ts';
import { utility } from './utility.ts';

/** tac(1). */
export const tac: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: { before: '-b --before', separator: '-s --separator=STRING' },
    notSimulated: '-r --regex',
  },
  (process, options) => {
    const separator = options.value('separator') ?? '\n';
    const words = ({ stage, operand, words: cause }: InputError) =>
      stage === 'read'
        ? `${operand}: read error: ${cause}`
        : process.flavour === 'gnu'
          ? `failed to open ${quoted(operand)} for reading: ${cause}`
          : `${operand}: ${cause}`;
    return eachInput(
      process,
      options.operands,
      async (input) => {
        const text = decodeName(await readWhole(process, input));
        await printReversed(process, text, separator, options.has('before') ? 'before' : 'after');
      },
      { words },
    );
  },
);

async function printReversed(
  process: Process,
  text: string,
  separator: string,
  place: 'before' | 'after',
): Promise<void> {
  const parts = text.split(separator);
  const records = parts.map((part, i) => {
    if (place === 'before') return i === 0 ? part : separator + part;
    return i === parts.length - 1 ? part : part + separator;
  });
  await process.print(encodeName(records.reverse().join('')));
}
