import { type SharedOptions, UsageError } from './options.ts';
import { quoted } from './quote.ts';

/** The two files of comm and join. Throws UsageError for fewer or more. */
export function twoOperands({ operands }: Pick<SharedOptions<string>, 'operands'>): readonly [string, string] {
  const [first, second, extra] = operands;
  if (first === undefined) throw new UsageError('operand', 'missing operand');
  if (second === undefined) throw new UsageError('operand', `missing operand after ${quoted(first)}`);
  if (extra !== undefined) throw new UsageError('operand', `extra operand ${quoted(extra)}`);
  return [first, second];
}
