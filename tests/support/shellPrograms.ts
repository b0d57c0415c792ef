import { ash, bash, dash, sh } from '../../src/shell/interpreter/programs.ts';
import type { Program, ProgramTable } from '../../src/shell/kernel/program.ts';
import { UTILITIES } from '../../src/shell/utilities/registry.ts';

const SHELLS: Readonly<Record<string, Program>> = { ash, bash, dash, sh };

/** The shells and all utilities. */
export const SHELL_PROGRAMS: ProgramTable = {
  has: (name) => Object.hasOwn(SHELLS, name) || UTILITIES.has(name),
  load: (name) => SHELLS[name] ?? UTILITIES.load(name),
  names: () => [...new Set([...UTILITIES.names(), ...Object.keys(SHELLS)])],
};
