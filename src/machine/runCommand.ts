import { makePipe } from '../shell/kernel/pipe.ts';
import type { Process } from '../shell/kernel/process.ts';
import { exitCode } from '../shell/kernel/waitStatus.ts';
import { ROOT } from '../vfs/overlay/permission.ts';
import type { Host } from './host.ts';

export interface HostCommand {
  /** Absolute path of the program. */
  readonly program: string;
  /** With the program's name as the first word. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Told when it has been started. */
  readonly onProcess?: (process: Process) => void;
  /** Both streams, in the order in which they come. */
  readonly onText: (text: string) => void;
}

const READ_BYTES = 1 << 16;

/** Runs a program as root on a host, outside of any terminal, with nothing to read; gives its exit status. */
export async function runCommand({ kernel, namespaces }: Host, command: HostCommand): Promise<number> {
  const output = makePipe();
  const nothing = makePipe();
  nothing.writeEnd.close();
  const argv = [...command.argv];
  const process = kernel.launch(
    {
      namespaces,
      argv,
      env: new Map(Object.entries(command.env)),
      cwd: command.cwd,
      credentials: ROOT,
      files: new Map([
        [0, nothing.readEnd],
        [1, output.writeEnd],
        [2, output.writeEnd],
      ]),
      group: 'new',
    },
    (self) => self.exec(command.program, argv),
  );
  command.onProcess?.(process);
  output.writeEnd.close();
  nothing.readEnd.close();
  const decoder = new TextDecoder();
  for (;;) {
    const chunk = await output.readEnd.read(READ_BYTES);
    if (chunk.length === 0) break;
    command.onText(decoder.decode(chunk, { stream: true }));
  }
  output.readEnd.close();
  return exitCode(await process.wait());
}
