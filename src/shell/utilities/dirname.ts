import { UsageError } from './options.ts';
import { directoryOf } from './paths.ts';
import { utility } from './utility.ts';

export const dirname = utility(
  { options: { zero: '-z --zero' }, usage: '[OPTION] NAME...' },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    if (options.operands.length === 0 || (!isGnu && options.operands.length > 1))
      throw new UsageError('operand', isGnu ? 'missing operand' : '');
    for (const operand of options.operands)
      await process.print(directoryOf(operand) + (options.has('zero') ? '\0' : '\n'));
    return 0;
  },
);
