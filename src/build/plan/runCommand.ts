import { BuildError } from '../buildError.ts';
import { cleanPath, joinPath } from '../go/path.ts';
import { quote } from '../go/quote.ts';
import type { Mount, RunInstruction } from '../instructions/instruction.ts';
import { readMount } from '../instructions/mount.ts';
import { chompContent, heredocWord } from '../parse/heredocWord.ts';
import type { Dialect } from './dialect.ts';
import type { StageCommand, StageNode } from './stageTable.ts';
import type { StageState } from './stageState.ts';
import type { WordExpander } from './variableReport.ts';

const DEFAULT_SHELL = ['/bin/sh', '-c'];
/** Where a here-document with `#!` is mounted to be run. */
export const SCRIPT_FOLDER = '/dev/pipes/';

/** Shell form: the words as one argument of the stage's shell. */
export function withShell(shell: readonly string[], args: readonly string[]): string[] {
  return [...(shell.length > 0 ? shell : DEFAULT_SHELL), args.join(' ')];
}

/** What RUN executes, here-documents worked in. */
export function runArguments(run: RunInstruction, state: StageState): string[] {
  const { command, files } = run;
  const args = files.length === 0 ? [...command.args] : heredocArguments(run);
  return command.shell ? withShell(state.config.shell, args) : args;
}

// Nothing but a here-document is run as a script, or by the shell; among other words, the shell gets it all to read.
function heredocArguments({ command, files }: RunInstruction): string[] {
  const [line] = command.args;
  const [first] = files;
  if (command.args.length !== 1 || !command.shell || line === undefined || !first) {
    throw new BuildError('instruction', `parsing produced an invalid run command: [${command.args.join(' ')}]`);
  }
  if (!heredocWord(line)) return [[line, ...files.map((file) => `${file.data}${file.name}`)].join('\n')];
  const data = first.chomp ? chompContent(first.data) : first.data;
  return [data.startsWith('#!') ? SCRIPT_FOLDER + first.name : data];
}

/** Reads the mounts, now that variables are known. Throws BuildError. */
export function readMounts(run: RunInstruction, expander: WordExpander): Mount[] {
  return run.mountFlags.map((flag) => readMount(flag, (word) => expander.word(word)));
}

/** Throws BuildError for a mount that no build can make. */
export function checkMounts(
  mounts: readonly Mount[],
  command: StageCommand,
  state: StageState,
  isPlanned: (node: StageNode) => boolean,
): void {
  for (const [index, mount] of mounts.entries()) {
    const source = command.sources[index];
    // A cache starts from `scratch`, which a stage may be called.
    const from = mount.from === '' && mount.type === 'cache' ? 'scratch' : mount.from;
    if (from !== '' && source?.stage && !isPlanned(source)) {
      throw new BuildError(
        'stage',
        `cannot mount from stage ${quote(from)} to ${quote(mount.target)}, stage needs to be defined before current command`,
      );
    }
    if (mount.type === 'secret' && mount.source === '' && mount.cacheId === '' && mount.target === '') {
      throw new BuildError('instruction', 'one of source, target required');
    }
    if (mount.type === 'ssh' && mount.source !== '') throw new BuildError('instruction', 'ssh does not support source');
    if (mount.type === 'secret' || mount.type === 'ssh') continue;
    const isAbsolute = cleanPath(mount.target).startsWith('/');
    const target = isAbsolute ? mount.target : joinPath('/', state.config.workingDir, mount.target);
    if (target === '/') throw new BuildError('instruction', `invalid mount target ${quote(target)}`);
  }
}

/** `created_by` of a RUN: `|1 A=b ` with the arguments in force, then the command. */
export function runHistory(args: readonly string[], state: StageState, dialect: Dialect): string {
  const isOld = dialect === '0.8';
  // 0.8 told an argument as often as it was declared, and none of another stage's.
  const told = isOld ? state.buildArguments.slice(state.inheritedArguments) : state.buildArguments;
  const values = told.map(({ key, value }) => [key, state.variables.get(key) ?? value ?? ''] as const);
  const shown = [...(isOld ? values : new Map(values))].map(([key, value]) => `${key}=${value}`);
  return `RUN ${[...(shown.length > 0 ? [`|${shown.length}`, ...shown] : []), ...args].join(' ')}`;
}
