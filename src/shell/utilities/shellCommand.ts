import { VfsError } from '../../vfs/vfsError.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import { makePipe } from '../kernel/pipe.ts';
import type { Process } from '../kernel/process.ts';
import { exitCode } from '../kernel/waitStatus.ts';

/** Runs `sh -c COMMAND` to its end, with these files in the place of the caller's. Gives its status; 127 where there is
 *  no shell. */
export async function runShell(
  process: Process,
  command: string,
  files: ReadonlyMap<number, OpenFile> = process.files,
): Promise<number> {
  const child = await startShell(process, command, files);
  if (!child) return 127;
  const status = await process.waitFor(child.wait());
  process.reap(child);
  return exitCode(status);
}

/** Starts it. Undefined where there is no shell. */
export async function startShell(
  process: Process,
  command: string,
  files: ReadonlyMap<number, OpenFile>,
): Promise<Process | undefined> {
  try {
    return await process.spawn('/bin/sh', { argv: ['sh', '-c', command], files });
  } catch (error) {
    if (error instanceof VfsError) return undefined;
    throw error;
  }
}

/** A shell whose output is read. */
export async function readFromShell(
  process: Process,
  command: string,
): Promise<{ readonly file: OpenFile; readonly child: Process | undefined }> {
  const pipe = makePipe();
  const files = new Map(process.files);
  files.set(1, pipe.writeEnd);
  const child = await startShell(process, command, files);
  pipe.writeEnd.close();
  return { file: pipe.readEnd, child };
}

/** A shell whose input is written. */
export async function writeToShell(
  process: Process,
  command: string,
): Promise<{ readonly file: OpenFile; readonly child: Process | undefined }> {
  const pipe = makePipe();
  const files = new Map(process.files);
  files.set(0, pipe.readEnd);
  const child = await startShell(process, command, files);
  pipe.readEnd.close();
  return { file: pipe.writeEnd, child };
}
