import { nodeCatalogue } from '../../src/cli/machine/nodeCatalogue.ts';
import { type BootSetup, bootMachine, type LabMachine } from '../../src/machine/bootMachine.ts';
import { runCommand } from '../../src/machine/runCommand.ts';
import { VirtualClock } from '../../src/shell/kernel/clock.ts';
import { nodePlatform } from '../../src/platform/node.ts';

const ENVIRONMENT = { HOME: '/root', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** Runs lines with bash on a machine with the catalogue, from scratch: what they print, errors among it. */
export async function runLines(lines: readonly string[]): Promise<Ran> {
  return runOn(bootLab(), lines);
}

export interface Ran {
  readonly output: string;
  readonly status: number;
}

export function bootLab(options: Pick<BootSetup, 'diskBytes' | 'vintage'> = {}): LabMachine {
  const clock = new VirtualClock(1_700_000_000);
  return bootMachine({ platform: nodePlatform(), files: nodeCatalogue(), clock, ...options });
}

/** The same on a machine that is there. */
export async function runOn({ machine }: LabMachine, lines: readonly string[]): Promise<Ran> {
  let output = '';
  const status = await runCommand(machine.host, {
    program: '/bin/bash',
    argv: ['bash', '-c', lines.join('\n')],
    env: ENVIRONMENT,
    cwd: '/root',
    onText: (text) => {
      output += text;
    },
  });
  await machine.halt();
  return { output, status };
}
