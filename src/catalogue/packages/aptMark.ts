import type { Program } from '../../shell/kernel/program.ts';
import { readStatus } from './dpkgStatus.ts';

/** apt-mark: every package counts as asked for, for nothing here is removed by itself. */
export const aptMark: Program = async (process) => {
  const [command = '', ...names] = process.argv.slice(1);
  const installed = await readStatus(process);
  switch (command) {
    case 'showmanual':
    case 'showinstall':
      for (const name of [...installed.keys()].sort()) await process.print(`${name}\n`);
      return 0;
    case 'showauto':
    case 'showhold':
      return 0;
    case 'auto':
    case 'manual':
    case 'hold':
    case 'unhold':
      for (const name of names) {
        if (installed.has(name))
          await process.print(`${name} set to ${command === 'auto' ? 'automatically' : 'manually'} installed.\n`);
        else await process.write(2, `E: Unable to locate package ${name}\n`);
      }
      return names.every((name) => installed.has(name)) ? 0 : 100;
    default:
      await process.write(2, `E: Invalid operation ${command}\n`);
      return 100;
  }
};
