/** How many arguments a command takes behind its flags. */
export type ArgumentCount =
  | { readonly kind: 'any' }
  | { readonly kind: 'none' }
  | { readonly kind: 'exactly'; readonly count: number }
  | { readonly kind: 'atLeast'; readonly least: number }
  | { readonly kind: 'atMost'; readonly most: number }
  | { readonly kind: 'range'; readonly least: number; readonly most: number };

export interface FlagSpec {
  readonly name: string;
  readonly short?: string;
  /** The name of the type as the help shows it: `bool`, `string`, `list`, `bytes`… */
  readonly type: string;
  readonly usage: string;
  /** As the help shows it; `$CONFIG` stands for the folder of the client's configuration. */
  readonly default?: string;
  /** What the flag means without a value, for flags that need none but are not `bool`. */
  readonly noOptionDefault?: string;
  /** What its values are checked as, beyond what the type says. */
  readonly holds?: 'reference' | 'stream' | 'variable' | 'extraHost' | 'label' | 'address' | 'searchDomain' | 'sysctl';
  readonly isHidden?: boolean;
  readonly deprecated?: string;
  /** The first version of the engine's API that has it. */
  readonly apiVersion?: string;
  readonly isExperimental?: boolean;
  readonly osType?: string;
  readonly swarm?: string;
}

/** A command as its help describes it. */
export interface CommandSpec {
  readonly name: string;
  /** What follows the command's path in its usage line. */
  readonly use?: string;
  readonly short: string;
  readonly long?: string;
  readonly example?: string;
  readonly aliases?: readonly string[];
  readonly aliasText?: string;
  readonly isHidden?: boolean;
  /** Of a plugin: help marks it. */
  readonly isPlugin?: boolean;
  readonly apiVersion?: string;
  readonly isExperimental?: boolean;
  readonly isExperimentalClient?: boolean;
  readonly osType?: string;
  readonly swarm?: string;
  /** Its place among the common commands of `docker --help`. */
  readonly category?: number;
  readonly arguments: ArgumentCount;
  /** Flags end at the first argument, as in `docker run IMAGE -x`. */
  readonly stopsAtFirstArgument?: boolean;
  readonly flags: readonly FlagSpec[];
  readonly commands?: readonly CommandSpec[];
}

/** A command and those above it, the root first. */
export type CommandPath = readonly [CommandSpec, ...CommandSpec[]];

export function commandOf(path: CommandPath): CommandSpec {
  return path[path.length - 1] as CommandSpec;
}

/** `docker image ls`. */
export function pathText(path: CommandPath): string {
  return path.map(({ name }) => name).join(' ');
}

/** `docker image ls [OPTIONS] [REPOSITORY[:TAG]]`. */
export function usageLine(path: CommandPath): string {
  const { use } = commandOf(path);
  return use === undefined ? pathText(path) : `${pathText(path)} ${use}`;
}
