import { causeOf } from './failure.ts';
import { becomeCommand, cannotRunStatus } from './launch.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

/** Priorities change nothing in a machine that is simulated: only the command runs. */
export const nice = utility(
  {
    options: { adjustment: '-n --adjustment=N' },
    usage: '[OPTION] [COMMAND [ARG]...]',
    usageStatus: 125,
    permute: false,
    rewrite: (arguments_) => {
      const [first, ...rest] = arguments_;
      return first !== undefined && /^--?\d+$/.test(first) ? [`-n${first.slice(1)}`, ...rest] : arguments_;
    },
  },
  async (process, options) => {
    const adjustment = options.value('adjustment');
    if (adjustment !== undefined && !/^[-+]?\d+$/.test(adjustment))
      throw new UsageError('operand', `invalid adjustment ${quoted(adjustment)}`, { bare: true });
    if (options.operands.length === 0) {
      if (adjustment !== undefined) throw new UsageError('operand', 'a command must be given with an adjustment');
      await process.print('0\n');
      return 0;
    }
    if (Number(adjustment ?? 10) < 0 && !process.can('SYS_NICE'))
      await process.complain('cannot set niceness: Permission denied');
    try {
      return await becomeCommand(process, options.operands);
    } catch (error) {
      const name = options.operands[0] as string;
      await process.complain(`${quoted(name)}: ${causeOf(error)}`);
      return cannotRunStatus(error);
    }
  },
);
