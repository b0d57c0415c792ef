import type { Process } from '../../shell/kernel/process.ts';

/** What every package manager tells once, on standard error, when it fetches lists or installs packages of a catalogue:
 *  they stand in for the real ones. Terminal or not: logs of builds are read by people, too. Who asks for quiet is
 *  spared. `release`: whose files and sizes they have, `Debian 12`. */
export async function noteStandIns(process: Process, mark: string, release?: string): Promise<void> {
  const whose = release === undefined ? '' : ` of ${release}`;
  await process.write(2, `${mark}The packages are stand-ins${whose} from a catalogue: no network was asked.\n`);
}
