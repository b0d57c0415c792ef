import type { Machine } from '../../machine/machine.ts';
import { asProcess } from '../../machine/machineProcess.ts';
import * as calls from '../../shell/kernel/calls.ts';
import { OpenFile } from '../../shell/kernel/openFile.ts';
import { makePipe } from '../../shell/kernel/pipe.ts';
import { plainStat } from '../../shell/kernel/noStat.ts';
import { exitCode } from '../../shell/kernel/waitStatus.ts';
import { SIGNALS } from '../../shell/kernel/signals.ts';
import { S_IFIFO } from '../../vfs/overlay/fileMode.ts';
import { ROOT } from '../../vfs/overlay/permission.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { CommandContext } from '../command.ts';
import type { Output } from '../output.ts';

const ENVIRONMENT = {
  HOME: '/root',
  LANG: 'C.UTF-8',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  SHELL: '/bin/bash',
  TERM: 'dumb',
  USER: 'root',
};

/** Standard output or error of this computer as a file of the machine. */
class OutputFile extends OpenFile {
  readonly path = 'pipe:[1]';
  readonly #output: Output;

  constructor(output: Output) {
    super();
    this.#output = output;
  }

  read(): never {
    throw new VfsError('EBADF', 'read', this.path);
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#output.bytes(bytes);
  }

  stat() {
    return plainStat(S_IFIFO | 0o600, 1);
  }

  protected release(): void {}
}

/** Runs bash with these arguments; `script` becomes the file that the first one names. Gives its exit status. */
export async function runScript(
  machine: Machine,
  argv: readonly string[],
  script: Uint8Array | undefined,
  { input, output, errors, signal }: CommandContext,
): Promise<number> {
  const { kernel, namespaces } = machine.host;
  if (script) await asProcess(machine.host, 'shell', (process) => calls.writeFile(process, '/root/script', script));
  const stdin = makePipe();
  const process = kernel.launch(
    {
      namespaces,
      argv: ['bash', ...argv],
      env: new Map(Object.entries(ENVIRONMENT)),
      cwd: '/root',
      credentials: ROOT,
      files: new Map<number, OpenFile>([
        [0, stdin.readEnd],
        [1, new OutputFile(output)],
        [2, new OutputFile(errors)],
      ]),
      group: 'new',
    },
    (self) => self.exec('/bin/bash', self.argv),
  );
  stdin.readEnd.close();
  signal.addEventListener('abort', () => kernel.killGroup(process.group, SIGNALS.INT));
  void feed(input, stdin.writeEnd);
  const status = await process.wait();
  input.pause();
  return exitCode(status);
}

async function feed(input: NodeJS.ReadableStream, file: OpenFile): Promise<void> {
  try {
    for await (const chunk of input) await file.write(chunk as Uint8Array);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
  } finally {
    file.close();
  }
}

/** A login on this terminal, keys as they are pressed. */
export async function runTerminal(machine: Machine, context: CommandContext): Promise<number> {
  const input = context.input as NodeJS.ReadStream;
  const screen = process.stdout;
  const session = machine.login(screen.columns, screen.rows);
  session.terminal.onOutput = (bytes) => context.output.bytes(bytes.slice());
  const resize = () => session.terminal.resize(screen.columns, screen.rows);
  const type = (chunk: Uint8Array) => session.terminal.input(chunk);
  screen.on('resize', resize);
  input.setRawMode(true);
  input.on('data', type);
  try {
    return await session.ended;
  } finally {
    input.off('data', type);
    input.setRawMode(false);
    input.pause();
    screen.off('resize', resize);
  }
}
