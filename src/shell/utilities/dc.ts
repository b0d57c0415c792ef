import { decodeName } from '../../bytes/byteName.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { readFile, statIfThere } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { type DcEnding, DcMachine } from './dcMachine.ts';
import { causeOf } from './failure.ts';
import { InputLines } from './inputLines.ts';
import { utility } from './utility.ts';

const VERSION = `dc (GNU bc 1.07.1) 1.4.1

Copyright 1994, 1997, 1998, 2000, 2001, 2003-2006, 2008, 2010, 2012-2017 Free Software Foundation, Inc.
This is free software; see the source for copying conditions.  There is NO
warranty; not even for MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE,
to the extent permitted by law.
`;

/** dc(1), GNU's 1.4 and busybox's. */
export const dc: Program = utility(
  {
    usage: '[OPTION] [file ...]',
    options: { expression: '-e --expression=EXPR', file: '-f --file=FILE', shownVersion: '-V' },
    busybox: { options: { expression: '-e=SCRIPT', file: '-f=FILE', shownVersion: '' }, notSimulated: '-x' },
    version: '1.4.1',
  },
  async (process, options) => {
    if (process.flavour === 'gnu' && options.has('shownVersion')) {
      await process.print(VERSION);
      return 0;
    }
    const lines = new InputLines(process);
    const readLine = async () => {
      const line = await lines.next();
      return line === undefined ? undefined : `${line}\n`;
    };
    const machine = new DcMachine(process, readLine);
    const status = (ending: DcEnding) => (process.flavour === 'busybox' && ending === 'quit' ? 0 : 1);
    for (const { name, value = '' } of options.given) {
      if (name === 'expression') {
        const ending = await machine.runExpression(value);
        if (ending !== 'on') return ending === 'quit' ? 0 : 1;
      } else if (name === 'file') {
        const ended = await runFile(process, machine, value, readLine);
        if (ended !== 'on') return status(ended);
      }
    }
    const isScripted = options.has('expression') || options.has('file');
    if (options.operands.length === 0 && !isScripted) {
      const ended = await runInput(machine, readLine);
      return ended === 'on' ? 0 : status(ended);
    }
    for (const operand of options.operands) {
      const ended = await runFile(process, machine, operand, readLine);
      if (ended !== 'on') return status(ended);
    }
    return 0;
  },
);

async function runInput(machine: DcMachine, readLine: () => Promise<string | undefined>): Promise<DcEnding> {
  for (let line = await readLine(); line !== undefined; line = await readLine()) {
    const ending = await machine.runLine(line);
    if (ending !== 'on') return ending;
  }
  return 'on';
}

async function runFile(
  process: Process,
  machine: DcMachine,
  path: string,
  readLine: () => Promise<string | undefined>,
): Promise<DcEnding> {
  if (path === '-' && process.flavour === 'gnu') return await runInput(machine, readLine);
  try {
    const found = statIfThere(process, path);
    if (found && isDirectory(found.mode) && process.flavour === 'gnu') {
      await process.complain(`Will not attempt to process directory ${path}`);
      return 'on';
    }
    return await machine.runFile(decodeName(await readFile(process, path)));
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    if (process.flavour === 'gnu') {
      await process.complain(`Could not open file ${path}`);
      return 'on';
    }
    await process.complain(`can't open '${path}': ${causeOf(error)}`);
    return 'fault';
  }
}
