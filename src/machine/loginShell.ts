import type { Process } from '../shell/kernel/process.ts';
import type { Pty } from '../shell/kernel/pty.ts';
import { ROOT } from '../vfs/overlay/permission.ts';
import type { Host } from './host.ts';
import { LOGIN_ENVIRONMENT } from './loginEnvironment.ts';

export interface LoginShell {
  readonly terminal: Pty;
  readonly process: Process;
}

/** Starts root's login shell on a new terminal of a host. */
export function startLoginShell(
  { kernel, namespaces }: Host,
  {
    columns,
    rows,
    cwd = '/root',
    onOutput,
  }: {
    readonly columns: number;
    readonly rows: number;
    readonly cwd?: string | undefined;
    readonly onOutput?: Pty['onOutput'];
  },
): LoginShell {
  const terminal = kernel.newTerminal(columns, rows);
  terminal.onOutput = onOutput;
  const { slave } = terminal;
  const process = kernel.launch(
    {
      namespaces,
      argv: ['-bash'],
      env: new Map(Object.entries(LOGIN_ENVIRONMENT)),
      cwd,
      credentials: ROOT,
      files: new Map([
        [0, slave],
        [1, slave],
        [2, slave],
      ]),
      group: 'new',
      terminal,
    },
    (self) => self.exec('/bin/bash', ['-bash']),
  );
  terminal.foregroundGroup = process.group;
  return { terminal, process };
}
