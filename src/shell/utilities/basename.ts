import { UsageError } from './options.ts';
import { lastComponent } from './paths.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

export const basename = utility(
  {
    options: { multiple: '-a --multiple', suffix: '-s --suffix=SUFFIX', zero: '-z --zero' },
    usage: 'NAME [SUFFIX]',
    permute: false,
  },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    const operands = [...options.operands];
    if (operands.length === 0) throw new UsageError('operand', isGnu ? 'missing operand' : '');
    const isMultiple = options.has('multiple') || options.has('suffix');
    if (!isMultiple && operands.length > 2)
      throw new UsageError('operand', isGnu ? `extra operand ${quoted(operands[2] as string)}` : '');
    const suffix = options.value('suffix') ?? (isMultiple ? '' : (operands[1] ?? ''));
    for (const operand of isMultiple ? operands : operands.slice(0, 1)) {
      const name = lastComponent(operand);
      const bare = suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
      await process.print(bare + (options.has('zero') ? '\0' : '\n'));
    }
    return 0;
  },
);
