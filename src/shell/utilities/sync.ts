import { stat } from '../kernel/calls.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';

/** Everything that is written is on the disk at once: only the operands can be wrong. */
export const sync = utility(
  { options: { data: '-d --data', fileSystem: '-f --file-system' }, usage: '[OPTION] [FILE]...' },
  async (process, options) => {
    const report = new Report(process);
    for (const operand of options.operands) {
      try {
        stat(process, operand);
      } catch (error) {
        await report.failedBy(error, `error opening ${quoted(operand)}`);
      }
    }
    return report.status;
  },
);
