import type { Process } from '../../shell/kernel/process.ts';

/** What every package manager tells once, on standard error, when it shows or installs packages of a catalogue: they
 *  stand in for the real ones. Terminal or not: logs of builds are read by people, too. Who asks for quiet is spared. */
export async function noteStandIns(process: Process, mark: string): Promise<void> {
  await process.write(2, `${mark}The packages are stand-ins of a catalogue: no network was asked.\n`);
}
