import { nodeCatalogue } from '../../src/cli/machine/nodeCatalogue.ts';
import { type BootSetup, bootMachine, type LabMachine } from '../../src/machine/bootMachine.ts';
import { VirtualClock } from '../../src/shell/kernel/clock.ts';
import { makePipe } from '../../src/shell/kernel/pipe.ts';
import { exitCode } from '../../src/shell/kernel/process.ts';
import { ROOT } from '../../src/vfs/overlay/permission.ts';
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
  const { readEnd, writeEnd } = makePipe();
  const nothing = makePipe();
  nothing.writeEnd.close();
  const argv = ['bash', '-c', lines.join('\n')];
  const process = machine.host.kernel.launch(
    {
      namespaces: machine.host.namespaces,
      argv,
      env: new Map(Object.entries(ENVIRONMENT)),
      cwd: '/root',
      credentials: ROOT,
      files: new Map([
        [0, nothing.readEnd],
        [1, writeEnd],
        [2, writeEnd],
      ]),
      group: 'new',
    },
    (self) => self.exec('/bin/bash', argv),
  );
  writeEnd.close();
  nothing.readEnd.close();
  const decoder = new TextDecoder();
  let output = '';
  for (;;) {
    const chunk = await readEnd.read(65_536);
    if (chunk.length === 0) break;
    output += decoder.decode(chunk, { stream: true });
  }
  const status = exitCode(await process.wait());
  await machine.halt();
  return { output, status };
}
