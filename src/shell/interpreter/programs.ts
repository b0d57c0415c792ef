import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { interact } from './program/interact.ts';
import { shellProgram } from './program/shellProgram.ts';
import type { Dialect } from './state/dialect.ts';

/** busybox's shell is ash, whatever it is called. */
function flavoured(usual: Dialect): (process: Process) => Dialect {
  return (process) => (process.flavour === 'busybox' ? 'ash' : usual);
}

export const bash: Program = shellProgram(flavoured('bash'), interact);
/** Where the file itself is called so, and is no link to another shell. */
export const sh: Program = shellProgram(flavoured('dash'), interact);
export const dash: Program = shellProgram(flavoured('dash'), interact);
export const ash: Program = shellProgram(() => 'ash', interact);
