import { VfsError } from '../../vfs/vfsError.ts';
import type { Program } from '../kernel/program.ts';
import { causeOf } from './failure.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { findCommand } from './launch.ts';
import { utility } from './utility.ts';

/** stdbuf(1): the programs here write what they have before they wait, so that no mode makes a difference. */
export const stdbuf: Program = utility(
  {
    usage: 'OPTION... COMMAND',
    options: { input: '-i --input=MODE', output: '-o --output=MODE', error: '-e --error=MODE' },
    permute: false,
    usageStatus: 125,
  },
  async (process, options) => {
    const [command] = options.operands;
    if (command === undefined) throw new UsageError('operand', 'missing operand');
    for (const { value = '' } of options.given) {
      if (!/^(L|\d+([kKMGTPEZY]B?)?)$/.test(value)) throw new UsageError('operand', `invalid mode ${quoted(value)}`);
    }
    if (options.given.length === 0) throw new UsageError('operand', 'you must specify a buffering mode option');
    try {
      return await process.exec(findCommand(process, command) ?? command, options.operands);
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
      await process.complain(`failed to run command ${quoted(command)}: ${causeOf(error)}`);
      return error.code === 'ENOENT' ? 127 : 126;
    }
  },
);
