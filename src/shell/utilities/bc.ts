import { decodeName } from '../../bytes/byteName.ts';
import { readFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { BcFault } from './bcNumber.ts';
import { BcParser, isUnfinished } from './bcParser.ts';
import { BcMachine } from './bcRun.ts';
import { causeOf } from './failure.ts';
import { InputLines } from './inputLines.ts';
import { utility } from './utility.ts';

const WELCOME = `bc 1.07.1
Copyright 1991-1994, 1997, 1998, 2000, 2004, 2006, 2008, 2012-2017 Free Software Foundation, Inc.
This is free software with ABSOLUTELY NO WARRANTY.
For details type \`warranty'. 
`;

/** bc(1), GNU's 1.07. */
export const bc: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: { interactive: '-i --interactive', math: '-l --mathlib', quiet: '-q --quiet' },
    notSimulated: '-s --standard -w --warn',
    version: '1.07.1',
  },
  async (process, options) => {
    const input = new InputLines(process);
    const machine = new BcMachine(process, { math: options.has('math'), readLine: () => input.next() });
    const isShown = options.has('interactive') || (process.file(0).isTerminal && process.file(1).isTerminal);
    if (isShown && !options.has('quiet')) await process.print(WELCOME);
    for (const operand of options.operands) {
      let text: string;
      try {
        text = decodeName(await readFile(process, operand));
      } catch (error) {
        await process.write(2, `File ${operand} is unavailable.\n`);
        causeOf(error);
        return 1;
      }
      if (await runText(process, machine, text, 1)) return 0;
    }
    let lineNumber = 1;
    for (let line = await input.next(); line !== undefined; line = await input.next()) {
      let text = `${line}\n`;
      while (isUnfinished(text)) {
        const more = await input.next();
        if (more === undefined) break;
        text += `${more}\n`;
      }
      if (await runText(process, machine, text, lineNumber)) return 0;
      lineNumber += text.split('\n').length - 1;
    }
    return 0;
  },
);

/** Whether bc is to end. A fault ends the text, not bc. */
async function runText(process: Process, machine: BcMachine, text: string, line: number): Promise<boolean> {
  try {
    return await machine.run(new BcParser(text, line).program());
  } catch (error) {
    if (!(error instanceof BcFault)) throw error;
    const { code, message } = error;
    await process.write(2, code === 'syntax' ? `${message}\n` : `Runtime error (func=(main)): ${message}\n`);
    return false;
  }
}
