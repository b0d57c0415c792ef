import { HeldValues } from './heldValues.ts';
import type { Process } from '../../kernel/process.ts';
import type { SignalHandler } from '../../kernel/signalled.ts';
import type { Node, Script } from '../syntax/tree.ts';
import type { Soon } from '../waiting.ts';
import type { Dialect } from './dialect.ts';
import type { History } from './history.ts';
import type { Job } from './jobs.ts';
import { type SetOption, SHELL_OPTIONS } from './options.ts';
import { bindSpecials } from './specials.ts';
import { Variables } from './variables.ts';

export interface ShellFunction {
  readonly name: string;
  readonly body: Node;
  readonly line: number;
  /** The file that it came from. */
  readonly source: string;
}

export interface CompletionRule {
  /** Of `-A` and its letters: `file`, `user`. */
  readonly actions: ReadonlySet<string>;
  /** Of `-o`: `nospace`. */
  readonly options: ReadonlySet<string>;
  /** By the letter of the option: `W`, `F`, `C`, `G`, `X`, `P`, `S`. */
  readonly values: ReadonlyMap<string, string>;
}

/** Where a command was found before. */
export interface HashedCommand {
  readonly path: string;
  hits: number;
  /** `programEpoch` of the mounts when it was last looked at. */
  seenAt?: number;
}

/** A function or sourced file that runs. */
export interface Frame {
  readonly name: string;
  readonly source: string;
  /** Line of the call. */
  readonly callLine: number;
}

/** How a command is run. */
export const Run = {
  /** Its failure is looked at: `set -e` and ERR do not apply. */
  tested: 1,
  /** Nothing comes after it: a program may replace the shell. */
  last: 2,
} as const;

/** What a trap is called for: a signal's number, or a name. */
export type TrapKey = number | 'EXIT' | 'ERR' | 'DEBUG' | 'RETURN';

/** Calls between parts of the interpreter that need each other. */
export interface Interpreter {
  runList(shell: Shell, script: Script, flags: number): Soon<number>;
  runNode(shell: Shell, node: Node, flags: number): Soon<number>;
  /** What a command substitution prints, without the newlines at its end. */
  substitute(shell: Shell, script: Script): Soon<string>;
  /** The path of a pipe to or from a process that runs the script. */
  processSubstitution(shell: Shell, direction: '<' | '>', script: Script): string;
  /** `command &`. */
  startBackground(shell: Shell, node: Node, text: string): number;
  builtinNames(shell: Shell): readonly string[];
  isSpecial(name: string): boolean;
  runCommand(shell: Shell, argv: readonly string[], flags: number, skipsFunctions: boolean): Soon<number>;
}

const USUAL_OPTIONS: readonly SetOption[] = ['braceexpand', 'hashall', 'interactive-comments'];

/** All that a shell knows. A subshell is a process with a copy. */
export class Shell {
  readonly process: Process;
  readonly dialect: Dialect;
  readonly interpreter: Interpreter;
  readonly variables: Variables;
  readonly functions: Map<string, ShellFunction>;
  readonly heldValues = new HeldValues();
  readonly exportedFunctions: Set<string>;
  readonly aliases: Map<string, string>;
  /** Grows with each change of the aliases. */
  aliasVersion = 0;
  options: Set<SetOption>;
  /** Those of `shopt` that are not as SHELL_OPTIONS has them. */
  readonly shopt: Map<string, boolean>;
  traps = new Map<TrapKey, string>();
  /** Of the shell that this is a subshell of, until it sets its own: what `trap` lists. */
  listedTraps: ReadonlyMap<TrapKey, string> | undefined;
  /** Signals that came and whose traps have not run. */
  pendingSignals: number[] = [];
  isInTrap = false;
  /** What is to be told once the redirections of a command are undone; undefined outside of one. */
  notices: string[] | undefined;
  /** What signals do to an interactive shell that has no trap for them. */
  usualHandlers = new Map<number, SignalHandler>();
  /** `$?` when a trap began: what `exit` in it gives. */
  trapStatus: number | undefined;
  /** Whether a file is being sourced. */
  isSourcing = false;
  /** Depth of functions in which the ERR trap was set: it is not heard in deeper ones. */
  errTrapDepth = 0;
  /** `$0`. */
  name: string;
  /** As messages begin. */
  title: string;
  positional: readonly string[] = [];
  status = 0;
  /** Of the stages of the last pipeline; undefined when it had but one. */
  pipeStatuses: readonly number[] | undefined;
  /** Status of the last command substitution of a command without a name. */
  substitutionStatus: number | undefined;
  lastBackgroundPid: number | undefined;
  lastArgument = '';
  /** Of the command that runs. */
  line = 0;
  commandText = '';
  /** What `commandText` is the text of, where bash shows it in a layout of its own. */
  shownNode: Node | undefined;
  commandNode: Node | undefined;
  frames: Frame[] = [];
  scriptName: string | undefined;
  loopDepth = 0;
  isInteractive = false;
  /** Whether messages tell the line. */
  tellsLines = true;
  isLogin = false;
  readsStdin = false;
  commandString: string | undefined;
  subshellDepth = 0;
  jobs: Job[] = [];
  /** Those of the shell that a subshell was forked from, which it may only list. */
  inheritedJobs: readonly Job[] = [];
  /** Ended children's statuses that may still be asked for, by pid. */
  endedStatuses = new Map<number, number>();
  readonly hashed: Map<string, HashedCommand>;
  /** What the last program found in its environment, as long as no exported variable changes. */
  childEnvironment:
    | {
        readonly from: ReadonlyMap<string, string>;
        readonly path: string;
        readonly values: ReadonlyMap<string, string>;
      }
    | undefined;
  directoryStack: string[] = [];
  readonly disabledBuiltins: Set<string>;
  readonly startedAtMs: number;
  secondsBase = 0;
  randomSeed = 0;
  /** Descriptors that children do not get. */
  readonly closeOnExec = new Set<number>();
  /** Where builtins print to instead of descriptor 1, in a substitution that needs no process. */
  capture: { text: string } | undefined;
  /** Whether an output error was told for the builtin that runs. */
  history: History | undefined;
  /** What `complete` was told, by the command's name. */
  completions = new Map<string, CompletionRule>();
  /** Options of the completion whose function runs. */
  runningCompletion: Set<string> | undefined;
  /** Told what a process substitution opened, to be closed after the command. */
  substitutionFiles: number[] = [];
  nativeDepth = 0;
  functionDepth = 0;
  /** `eval`s and sourced files within each other. */
  evalDepth = 0;
  /** The options to be put back when the function ends (`local -`). */
  localOptions: Set<SetOption> | undefined;
  /** Substitutions around the command, for `set -x`. */
  traceDepth = 0;
  optionOffset = 1;
  optionIndex = 1;

  /** `from`: the shell of which this one is a subshell. */
  constructor(process: Process, dialect: Dialect, interpreter: Interpreter, name: string, from?: Shell) {
    this.process = process;
    this.dialect = dialect;
    this.interpreter = interpreter;
    this.name = name;
    this.title = name;
    this.variables = from ? from.variables.copy() : new Variables();
    this.functions = new Map(from?.functions);
    this.exportedFunctions = new Set(from?.exportedFunctions);
    this.aliases = new Map(from?.aliases);
    this.options = new Set(from?.options ?? USUAL_OPTIONS);
    this.shopt = new Map(from?.shopt);
    this.hashed = new Map(from?.hashed);
    this.disabledBuiltins = new Set(from?.disabledBuiltins);
    const { sec, nsec } = process.kernel.clock.now();
    this.startedAtMs = sec * 1000 + nsec / 1e6;
  }

  get isBash(): boolean {
    return this.dialect === 'bash';
  }

  get isPosix(): boolean {
    return this.options.has('posix');
  }

  /** Names of the builtins, also of those that are disabled. */
  builtinNames(): readonly string[] {
    return this.interpreter.builtinNames(this);
  }

  hasBuiltin(name: string): boolean {
    return this.builtinNames().includes(name) && !this.disabledBuiltins.has(name);
  }

  /** Whether it is one of POSIX's special builtins. */
  isSpecial(name: string): boolean {
    return this.interpreter.isSpecial(name);
  }

  isSet(option: string): boolean {
    return this.shopt.get(option) ?? SHELL_OPTIONS[option] === true;
  }

  /** The same shell in a process that was forked from it. */
  copyFor(process: Process): Shell {
    const copy = new Shell(process, this.dialect, this.interpreter, this.name, this);
    copy.title = this.title;
    copy.positional = this.positional;
    copy.status = this.status;
    copy.pipeStatuses = this.pipeStatuses;
    copy.lastBackgroundPid = this.lastBackgroundPid;
    copy.lastArgument = this.lastArgument;
    copy.line = this.line;
    copy.commandText = this.commandText;
    copy.shownNode = this.shownNode;
    copy.frames = [...this.frames];
    copy.scriptName = this.scriptName;
    copy.loopDepth = this.loopDepth;
    copy.tellsLines = this.tellsLines;
    copy.commandString = this.commandString;
    copy.subshellDepth = this.subshellDepth + 1;
    copy.inheritedJobs = this.jobs;
    copy.directoryStack = [...this.directoryStack];
    copy.isSourcing = this.isSourcing;
    copy.optionIndex = this.optionIndex;
    copy.secondsBase = this.secondsBase + (copy.startedAtMs - this.startedAtMs) / 1000;
    copy.randomSeed = this.randomSeed;
    copy.history = this.history;
    copy.functionDepth = this.functionDepth;
    copy.evalDepth = this.evalDepth;
    copy.optionOffset = this.optionOffset;
    for (const fd of this.closeOnExec) copy.closeOnExec.add(fd);
    copy.mainPid = this.mainPid;
    bindSpecials(copy);
    return copy;
  }

  /** `$$`: of the shell that subshells come from. */
  mainPid = 0;

  get secondsRunning(): number {
    const { sec, nsec } = this.process.kernel.clock.now();
    return (sec * 1000 + nsec / 1e6 - this.startedAtMs) / 1000 + this.secondsBase;
  }

  /** Prints to standard output, or to whoever captures it. */
  print(text: string): undefined | Promise<void> {
    if (this.capture) {
      this.capture.text += text;
      return undefined;
    }
    return this.process.write(1, text);
  }
}
