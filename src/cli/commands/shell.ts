import { readFile } from 'node:fs/promises';
import { bootMachine } from '../../machine/bootMachine.ts';
import { VirtualClock, WallClock } from '../../shell/kernel/clock.ts';
import { CliError } from '../cliError.ts';
import type { Command } from '../command.ts';
import { nodeCatalogue } from '../machine/nodeCatalogue.ts';
import { runScript, runTerminal } from '../machine/runShell.ts';
import { seededRandom } from '../machine/seededRandom.ts';

const VINTAGES = ['20.10', '26'] as const;

export const command: Command = {
  usage: ['[options] [SCRIPT [ARGUMENT...]]', '[options] -c COMMANDS [ARGUMENT...]'],
  description: [
    'Runs the simulated machine: a Linux host with bash, the usual utilities and docker, none of which touches this ' +
      'computer. Without a script it is a terminal, or reads commands from standard input. The exit code is that of ' +
      'the shell.',
    'With --seed and --time the machine repeats itself: the same IDs, a clock that stands still while it works.',
  ],
  options: [
    { name: 'command', short: 'c', kind: 'value', metavar: 'COMMANDS', help: 'run these instead of a script' },
    { name: 'vintage', kind: 'value', metavar: 'VERSION', help: 'of the simulated engine: 20.10 (default) or 26' },
    { name: 'seed', kind: 'value', metavar: 'N', help: 'make random IDs from this number' },
    { name: 'time', kind: 'value', metavar: 'RFC3339', help: 'start the clock then; sleeping takes no time' },
  ],
  examples: [
    "shell -c 'docker run --rm busybox echo hello'",
    'shell tutorial.sh',
    'shell --seed 1 --time 2024-01-01T00:00:00Z lesson.sh',
  ],
  async run(args, context) {
    const [script, ...rest] = args.positionals;
    const commands = args.value('command');
    const { platform } = await context.work();
    const seed = args.count('seed');
    const { machine } = bootMachine({
      platform,
      files: nodeCatalogue(),
      clock: clockFrom(args.value('time')),
      ...(seed !== undefined && { random: seededRandom(seed) }),
      vintage: args.choice('vintage', VINTAGES) ?? '20.10',
    });
    context.onExit(() => machine.halt());
    if (commands !== undefined) {
      const argv = ['-c', commands, ...args.positionals];
      return runScript(machine, argv, undefined, context);
    }
    if (script !== undefined) {
      context.noteFile(script);
      const text = await readFile(script);
      return runScript(machine, ['/root/script', ...rest], text, context);
    }
    if (context.output.isTerminal && (context.input as NodeJS.ReadStream).isTTY) return runTerminal(machine, context);
    return runScript(machine, ['-s'], undefined, context);
  },
};

function clockFrom(time: string | undefined) {
  if (time === undefined) return new WallClock();
  const startMs = Date.parse(time);
  if (Number.isNaN(startMs))
    throw new CliError('usage', `--time takes a time like 2024-01-01T00:00:00Z; not “${time}”`);
  return new VirtualClock(startMs / 1000);
}
