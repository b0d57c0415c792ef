import { VfsError } from '../../vfs/vfsError.ts';
import { runCommand } from './launch.ts';
import { causeOf } from './failure.ts';
import { UsageError } from './options.ts';
import { exitCode } from '../kernel/waitStatus.ts';
import { localTime, strftime } from './strftime.ts';
import { zoneOf } from './timeZone.ts';
import { utility } from './utility.ts';

/** Runs a command again and again on a cleared screen, until it is interrupted. */
export const watch = utility(
  {
    options: {
      interval: '-n --interval=SECONDS',
      noTitle: '-t --no-title',
      exec: '-x --exec',
      errorExit: '-e --errexit',
    },
    notSimulated:
      '-b --beep -c --color -d --differences[=MODE] -g --chgexit -p --precise -q --equexit=CYCLES -w --no-wrap',
    permute: false,
    usage: '[options] command',
    version: 'from procps-ng 4.0.2',
  },
  async (process, options) => {
    const { operands } = options;
    if (operands.length === 0) throw new UsageError('operand', '');
    const text = options.value('interval') ?? '2';
    if (!/^\d*\.?\d+$/.test(text))
      throw new UsageError('operand', `failed to parse argument: '${text}'`, { bare: true });
    const seconds = Math.max(0.1, Number(text));
    const command = operands.join(' ');
    const argv = options.has('exec') ? operands : ['sh', '-c', command];
    for (;;) {
      await process.print('\u001b[H\u001b[2J');
      if (!options.has('noTitle')) {
        const time = strftime('%a %b %e %H:%M:%S %Y', localTime(process.kernel.clock.now(), zoneOf(process)));
        const head = `Every ${seconds.toFixed(1)}s: ${command}`;
        const tail = `${process.namespaces.uts.hostname}: ${time}`;
        const columns = process.files.get(1)?.terminal?.columns ?? 80;
        await process.print(`${head}${tail.padStart(Math.max(tail.length + 1, columns - head.length))}\n\n`);
      }
      try {
        const code = exitCode(await runCommand(process, argv));
        if (code !== 0 && options.has('errorExit')) return 8;
      } catch (error) {
        if (!(error instanceof VfsError)) throw error;
        await process.complain(`${argv[0]}: ${causeOf(error)}`);
        return 4;
      }
      await process.sleep(seconds * 1000);
    }
  },
);
