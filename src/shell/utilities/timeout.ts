import type { Process } from '../kernel/process.ts';
import { exitCode } from '../kernel/waitStatus.ts';
import { parseSignal, SIGNALS, signalName } from '../kernel/signals.ts';
import { causeOf } from './failure.ts';
import { parseDuration } from './duration.ts';
import { cannotRunStatus, startCommand } from './launch.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

const TIMED_OUT = 124;
const FAILED = 125;

export const timeout = utility(
  {
    options: {
      foreground: '--foreground',
      killAfter: '-k --kill-after=DURATION',
      preserveStatus: '--preserve-status',
      signal: '-s --signal=SIGNAL',
      verbose: '-v --verbose',
    },
    usage: '[OPTION] DURATION COMMAND [ARG]...',
    usageStatus: FAILED,
    permute: false,
  },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    const [text, ...command] = options.operands;
    if (text === undefined || command.length === 0) throw new UsageError('operand', isGnu ? 'missing operand' : '');
    const limitMs = interval(process, text);
    const killAfter = options.value('killAfter');
    const killAfterMs = killAfter === undefined ? 0 : interval(process, killAfter);
    const signalText = options.value('signal') ?? 'TERM';
    const signal = parseSignal(signalText);
    if (signal === undefined)
      throw new UsageError(
        'operand',
        `${isGnu ? '' : 'bad signal name '}${quoted(signalText)}${isGnu ? ': invalid signal' : ''}`,
      );
    // In a group of its own, all of which is ended; in the foreground, only the command is.
    const hasGroup = !options.has('foreground');
    if (hasGroup) process.group = process.hostPid;
    const end = (what: number) => {
      child.kill(what);
      if (!hasGroup) return;
      process.onSignal(what, 'ignore');
      process.kernel.killGroup(process.group, what);
    };
    let child: Process;
    try {
      child = await startCommand(process, command);
    } catch (error) {
      const name = command[0] as string;
      const cause = causeOf(error);
      await process.complain(
        isGnu ? `failed to run command ${quoted(name)}: ${cause}` : `can't execute '${name}': ${cause}`,
      );
      return cannotRunStatus(error);
    }
    for (const passed of [SIGNALS.INT, SIGNALS.TERM, SIGNALS.HUP, SIGNALS.QUIT])
      process.onSignal(passed, () => child.kill(passed));
    const hasEnded = limitMs === 0 ? false : await endsWithin(process, child, limitMs);
    if (!hasEnded && limitMs > 0) {
      if (options.has('verbose'))
        await process.complain(
          `sending signal ${signalName(signal) ?? signal} to command ${quoted(command[0] as string)}`,
        );
      end(signal);
      child.kill(SIGNALS.CONT);
      if (killAfterMs > 0 && !(await endsWithin(process, child, killAfterMs))) child.kill(SIGNALS.KILL);
    }
    const status = await process.waitFor(child.wait());
    process.reap(child);
    const code = exitCode(status);
    if (hasEnded || limitMs === 0 || options.has('preserveStatus')) return code;
    if ('signal' in status && status.signal === SIGNALS.KILL) return 128 + SIGNALS.KILL;
    return isGnu ? TIMED_OUT : 128 + signal;
  },
);

function interval(process: Process, text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs !== undefined) return durationMs;
  throw process.flavour === 'gnu'
    ? new UsageError('operand', `invalid time interval ${quoted(text)}`)
    : new UsageError('operand', `invalid number '${text}'`, { bare: true });
}

async function endsWithin(process: Process, child: Process, limitMs: number): Promise<boolean> {
  const abort = new AbortController();
  const timer = process.kernel.clock.sleep(limitMs, abort.signal).then(
    () => false,
    () => true,
  );
  try {
    return await process.waitFor(Promise.race([child.wait().then(() => true), timer]));
  } finally {
    abort.abort();
  }
}
