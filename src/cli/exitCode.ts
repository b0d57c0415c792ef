/** What the process tells its caller. */
export const ExitCode = {
  fine: 0,
  /** The command did its work and found something: differences, a wrong digest, a broken rule. */
  found: 1,
  /** The command could not do its work. */
  failed: 2,
  /** Ended by Ctrl-C, as shells count it (128 + SIGINT). */
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
