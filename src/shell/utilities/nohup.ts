import { O_APPEND, O_CREAT, O_RDONLY, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { open } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { SIGNALS } from '../kernel/signals.ts';
import { causeOf } from './failure.ts';
import { becomeCommand, cannotRunStatus } from './launch.ts';
import { UsageError } from './options.ts';
import { joinPath } from './paths.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

const FAILED = 125;

export const nohup = utility(
  { options: {}, usage: 'COMMAND [ARG]...', usageStatus: FAILED, permute: false },
  async (process, { operands }) => {
    const isGnu = process.flavour === 'gnu';
    if (operands.length === 0) throw new UsageError('operand', isGnu ? 'missing operand' : '');
    const ignoresInput = process.files.get(0)?.isTerminal === true;
    if (ignoresInput) {
      const nothing = await open(process, '/dev/null', O_RDONLY);
      process.replace(0, nothing);
      nothing.close();
    }
    if (process.files.get(1)?.isTerminal) {
      const path = await redirectOutput(process);
      if (path === undefined) return FAILED;
      const input = ignoresInput ? 'ignoring input and ' : '';
      await process.complain(isGnu ? `${input}appending output to ${quoted(path)}` : `appending output to ${path}`);
    } else if (ignoresInput && isGnu) await process.complain('ignoring input');
    if (process.files.get(2)?.isTerminal) process.replace(2, process.file(1));
    process.onSignal(SIGNALS.HUP, 'ignore');
    try {
      return await becomeCommand(process, operands);
    } catch (error) {
      const cause = causeOf(error);
      const name = operands[0] as string;
      await process.complain(
        isGnu ? `failed to run command ${quoted(name)}: ${cause}` : `can't execute '${name}': ${cause}`,
      );
      return cannotRunStatus(error);
    }
  },
);

/** To nohup.out here, or else in the home directory. */
async function redirectOutput(process: Process): Promise<string | undefined> {
  const home = process.env.get('HOME');
  let cause = '';
  for (const path of ['nohup.out', ...(home ? [joinPath(home, 'nohup.out')] : [])]) {
    try {
      const file = await open(process, path, O_WRONLY | O_CREAT | O_APPEND, 0o600);
      process.replace(1, file);
      file.close();
      return path;
    } catch (error) {
      cause = causeOf(error);
    }
  }
  await process.complain(`failed to open 'nohup.out': ${cause}`);
  return undefined;
}
