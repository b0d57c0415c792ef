import type { Program, ProgramTable } from '../shell/kernel/program.ts';
import { UTILITIES } from '../shell/utilities/registry.ts';
import { joinPrograms } from './programs.ts';

const SHELL_NAMES = ['bash', 'sh', 'dash', 'ash'] as const;
type ShellName = (typeof SHELL_NAMES)[number];

/** The interpreter under the names of its dialects, loaded when the first one is run. */
const SHELLS: ProgramTable = {
  has: (name) => (SHELL_NAMES as readonly string[]).includes(name),
  load: async (name): Promise<Program> => (await import('../shell/interpreter/programs.ts'))[name as ShellName],
  names: () => SHELL_NAMES,
};

/** The programs that every host has beside `docker`. */
export const HOST_PROGRAMS: ProgramTable = joinPrograms(SHELLS, UTILITIES);
