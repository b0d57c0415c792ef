import type { Program, ProgramTable } from '../shell/kernel/program.ts';

/** Several tables as one: the first that knows a name has it. */
export function joinPrograms(...tables: readonly ProgramTable[]): ProgramTable {
  return {
    has: (name) => tables.some((table) => table.has(name)),
    load(name) {
      const table = tables.find((one) => one.has(name));
      if (!table) throw new RangeError(`no program ${name}`);
      return table.load(name);
    },
    names: () => new Set(tables.flatMap((table) => [...table.names()])),
  };
}

/** One program by its name. */
export function oneProgram(name: string, program: Program): ProgramTable {
  return {
    has: (asked) => asked === name,
    load: () => program,
    names: () => [name],
  };
}

/** One program that runs where an image holds it, and that no host has of itself. */
export function inImages(name: string, program: Program): ProgramTable {
  return { ...oneProgram(name, program), names: () => [] };
}
