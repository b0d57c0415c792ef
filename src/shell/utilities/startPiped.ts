import type { OpenFile } from '../kernel/openFile.ts';
import { makePipe } from '../kernel/pipe.ts';
import type { Process } from '../kernel/process.ts';
import { startCommand } from './launch.ts';

export interface PipedCommand {
  readonly child: Process;
  /** What the command reads, to be written. */
  readonly input: OpenFile;
  /** What it writes, to be read. */
  readonly output: OpenFile;
}

/** Starts a command that is spoken with through its standard input and output. */
export async function startPiped(process: Process, argv: readonly string[]): Promise<PipedCommand> {
  const [input, output] = [makePipe(), makePipe()];
  const files = new Map(process.files);
  files.set(0, input.readEnd);
  files.set(1, output.writeEnd);
  const child = await startCommand(process, argv, { files });
  input.readEnd.close();
  output.writeEnd.close();
  return { child, input: input.writeEnd, output: output.readEnd };
}
