import { exitCode } from '../../shell/kernel/waitStatus.ts';
import type { Program } from '../../shell/kernel/program.ts';
import { SIGNALS } from '../../shell/kernel/signals.ts';
import { startCommand } from '../../shell/utilities/launch.ts';
import { VfsError } from '../../vfs/vfsError.ts';

const FORWARDED = [SIGNALS.HUP, SIGNALS.INT, SIGNALS.QUIT, SIGNALS.TERM, SIGNALS.USR1, SIGNALS.USR2] as const;
/** A command that is not there, and one that cannot be run, as tini tells. */
const NOT_FOUND = 127;
const CANNOT_RUN = 126;

/** tini, dumb-init and catatonit: starts a command, hands signals on to it, ends as it does. */
export const init: Program = async (process) => {
  const command = process.argv.slice(1);
  if (command[0] === '--') command.shift();
  const [first] = command;
  if (first === undefined || first.startsWith('-')) {
    await process.write(
      2,
      `${process.name}: ${first === undefined ? 'no command' : `option ${first} is not simulated`}\n`,
    );
    return 1;
  }
  try {
    const child = await startCommand(process, command, { group: 'new' });
    for (const signal of FORWARDED) process.onSignal(signal, (number) => child.kill(number));
    while (!child.hasEnded) {
      try {
        await process.waitFor(child.wait());
      } catch (error) {
        if (!(error instanceof VfsError && error.code === 'EINTR')) throw error;
      }
    }
    const status = await child.wait();
    process.reap(child);
    return exitCode(status);
  } catch (error) {
    if (!(error instanceof VfsError) || (error.code !== 'ENOENT' && error.code !== 'EACCES')) throw error;
    const why = error.code === 'ENOENT' ? 'No such file or directory' : 'Permission denied';
    await process.write(2, `[FATAL ${process.name} (${process.pid})] exec ${first} failed: ${why}\n`);
    return error.code === 'ENOENT' ? NOT_FOUND : CANNOT_RUN;
  }
};
