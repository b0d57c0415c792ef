import { readlink as readLink } from '../kernel/calls.ts';
import { type Existence, requireCanonical } from './canonical.ts';
import { causeOf } from './failure.ts';
import { UsageError } from './options.ts';
import { utility } from './utility.ts';

export const readlink = utility(
  {
    options: {
      canonicalize: '-f --canonicalize',
      existing: '-e --canonicalize-existing',
      missing: '-m --canonicalize-missing',
      noNewline: '-n --no-newline',
      quiet: '-q -s --quiet --silent',
      verbose: '-v --verbose',
      zero: '-z --zero',
    },
    usage: '[OPTION]... FILE...',
  },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    if (options.operands.length === 0) throw new UsageError('operand', isGnu ? 'missing operand' : '');
    if (!isGnu && options.operands.length > 1) throw new UsageError('operand', '');
    const form = options.last('canonicalize', 'existing', 'missing');
    const existence: Existence =
      form === 'existing' || !isGnu ? 'existing' : form === 'missing' ? 'missing' : 'lastMayMiss';
    const isBare = options.has('noNewline') && options.operands.length === 1;
    let status = 0;
    for (const operand of options.operands) {
      try {
        const text = form ? requireCanonical(process, operand, existence) : readLink(process, operand);
        await process.print(text + (isBare ? '' : options.has('zero') ? '\0' : '\n'));
      } catch (error) {
        status = 1;
        const cause = causeOf(error);
        if (options.last('quiet', 'verbose') === 'verbose') await process.complain(`${operand}: ${cause}`);
      }
    }
    return status;
  },
);
