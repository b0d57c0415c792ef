import type { Shell } from '../state/shell.ts';
import type { Soon } from '../waiting.ts';
import type { Assigned } from './assign.ts';

export interface BuiltinCall {
  /** As of `Run`. */
  readonly flags: number;
  /** Arguments that are assignments (of `declare` and its kin), by their place in `argv`. */
  readonly arrays: ReadonlyMap<number, Assigned> | undefined;
}

/** A command of the shell itself. Throws ShellError `command`, which is told as `NAME: MESSAGE`. */
export type Builtin = (shell: Shell, argv: readonly string[], call: BuiltinCall) => Soon<number>;
