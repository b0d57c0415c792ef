import type { Program } from '../../shell/kernel/program.ts';
import { readAutomatic, writeAutomatic } from './aptStates.ts';
import { readStatus, writeStatus } from './dpkgStatus.ts';

/** apt-mark: what was installed for others' sake, and what is held. */
export const aptMark: Program = async (process) => {
  const [command = '', ...names] = process.argv.slice(1);
  const installed = await readStatus(process);
  const automatic = await readAutomatic(process);
  const isHeld = (name: string) => installed.get(name)?.status.startsWith('hold ') ?? false;
  const shown: Readonly<Record<string, (name: string) => boolean>> = {
    showmanual: (name) => !automatic.has(name),
    showauto: (name) => automatic.has(name),
    showhold: isHeld,
  };
  const isShown = Object.hasOwn(shown, command) ? shown[command] : undefined;
  if (isShown) {
    for (const name of [...installed.keys()].sort())
      if (isShown(name) && (names.length === 0 || names.includes(name))) await process.print(`${name}\n`);
    return 0;
  }
  if (!['auto', 'manual', 'hold', 'unhold'].includes(command)) {
    await process.write(2, `E: Invalid operation ${command}\n`);
    return 100;
  }
  const missing = names.filter((name) => !installed.has(name));
  for (const name of missing) await process.write(2, `E: Unable to locate package ${name}\n`);
  if (missing.length > 0) return 100;
  if (process.credentials.uid !== 0) {
    await process.write(
      2,
      'E: Could not create temporary file for /var/lib/apt/extended_states (13: Permission denied)\n',
    );
    return 100;
  }
  for (const name of names) {
    if (command === 'auto') automatic.add(name);
    if (command === 'manual') automatic.delete(name);
    const told = {
      auto: 'set to automatically installed',
      manual: 'set to manually installed',
      hold: 'set on hold',
      unhold: 'was already not on hold',
    }[command];
    await process.print(`${command === 'unhold' && isHeld(name) ? `Canceled hold on ${name}` : `${name} ${told}`}.\n`);
  }
  if (command === 'auto' || command === 'manual') await writeAutomatic(process, automatic);
  else {
    const wanted = command === 'hold' ? 'hold' : 'install';
    const records = [...installed.values()].map(({ name, record }) =>
      names.includes(name) ? record.replace(/^Status: \w+ /m, `Status: ${wanted} `) : record,
    );
    await writeStatus(process, records);
  }
  return 0;
};
