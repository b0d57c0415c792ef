import type { Process } from './process.ts';

/** A simulated program. Gives its exit status. It ends early, by an exception that it must let through, when its
 *  process is killed. A VfsError that it lets through is printed as `NAME: PATH: MESSAGE`, status 1. */
export type Program = (process: Process) => number | Promise<number>;

/** Whose words and options a utility has: GNU's (coreutils, grep, tar…), or busybox's, where the file that was executed
 *  is busybox. */
export type Flavour = 'gnu' | 'busybox';

/** The programs that this simulator knows, by the name of their file. Loaded when they are first run. */
export interface ProgramTable {
  has(name: string): boolean;
  load(name: string): Program | Promise<Program>;
  /** Names of all, for a host that has everything. */
  names(): Iterable<string>;
}
