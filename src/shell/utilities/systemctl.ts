import { readdir, statIfThere } from '../kernel/calls.ts';
import type { Program } from '../kernel/program.ts';
import { causeOf } from './failure.ts';
import { runCommand } from './launch.ts';
import { exitCode } from '../kernel/waitStatus.ts';

/** systemd does not run in containers, nor on this host: what systemctl says where it is not process 1. */
export const systemctl: Program = async (process) => {
  const [verb] = process.argv.slice(1).filter((word) => !word.startsWith('-'));
  if (process.argv.includes('--version')) {
    await process.print('systemd 252 (252.22-1~deb12u1)\n');
    return 0;
  }
  // Files alone are needed for these; units are not simulated.
  if (verb === 'enable' || verb === 'disable' || verb === 'mask' || verb === 'unmask') {
    await process.write(2, 'palimpsest: systemd is not simulated; no unit was changed\n');
    return 1;
  }
  if (verb === 'is-active' || verb === 'is-enabled') {
    await process.print(verb === 'is-active' ? 'inactive\n' : 'disabled\n');
    return verb === 'is-active' ? 3 : 1;
  }
  await process.write(
    2,
    "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n",
  );
  return 1;
};

/** Runs the script of /etc/init.d, as Debian's service does. */
export const service: Program = async (process) => {
  const [name, ...rest] = process.argv.slice(1);
  if (name === undefined || name === '--help' || name === '-h') {
    await process.write(
      name === undefined ? 2 : 1,
      'Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n',
    );
    return name === undefined ? 1 : 0;
  }
  if (name === '--status-all') {
    try {
      const names = readdir(process, '/etc/init.d')
        .map(({ name: script }) => script)
        .sort();
      await process.print(names.map((script) => ` [ ? ]  ${script}\n`).join(''));
    } catch (error) {
      causeOf(error);
    }
    return 0;
  }
  const script = `/etc/init.d/${name}`;
  if (!statIfThere(process, script)) {
    await process.write(2, `${name}: unrecognized service\n`);
    return 1;
  }
  try {
    return exitCode(await runCommand(process, [script, ...rest]));
  } catch (error) {
    await process.write(2, `service: ${script}: ${causeOf(error)}\n`);
    return 1;
  }
};
