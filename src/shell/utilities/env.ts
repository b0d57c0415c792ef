import { VfsError } from '../../vfs/vfsError.ts';
import { stat } from '../kernel/calls.ts';
import { becomeCommand, cannotRunStatus, findCommand } from './launch.ts';
import { causeOf } from './failure.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { joinPath } from './paths.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  ignoreEnvironment: '-i --ignore-environment',
  null: '-0 --null',
  unset: '-u --unset=NAME',
  directory: '-C --chdir=DIR',
  split: '-S --split-string=S',
  debug: '-v --debug',
} as const;

const FAILED = 125;

export const env = utility(
  {
    options: OPTIONS,
    notSimulated: '--block-signal[=SIG] --default-signal[=SIG] --ignore-signal[=SIG] --list-signal-handling',
    usage: '[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]',
    usageStatus: FAILED,
    permute: false,
    rewrite: splitStrings,
  },
  async (process, options) => {
    const operands = [...options.operands];
    if (options.has('ignoreEnvironment') || operands[0] === '-') {
      process.env = new Map();
      if (operands[0] === '-') operands.shift();
    }
    unset(process.env, options);
    for (let next = operands[0]; next?.includes('='); next = operands[0]) {
      const at = next.indexOf('=');
      process.env.set(next.slice(0, at), next.slice(at + 1));
      operands.shift();
    }
    if (operands.length === 0) {
      if (options.has('directory')) throw new UsageError('operand', 'must specify command with --chdir (-C)');
      const end = options.has('null') ? '\0' : '\n';
      let out = '';
      for (const [name, value] of process.env) out += `${name}=${value}${end}`;
      await process.print(out);
      return 0;
    }
    const directory = options.value('directory');
    if (directory !== undefined) {
      try {
        stat(process, directory);
        process.cwd = directory.startsWith('/') ? directory : joinPath(process.cwd, directory);
      } catch (error) {
        await process.complain(`cannot change directory to ${quoted(directory)}: ${causeOf(error)}`);
        return FAILED;
      }
    }
    const name = operands[0] as string;
    try {
      if (findCommand(process, name) === undefined) throw new VfsError('ENOENT', 'execve', name);
      return await becomeCommand(process, operands);
    } catch (error) {
      const cause = causeOf(error);
      await process.complain(
        process.flavour === 'gnu' ? `${quoted(name)}: ${cause}` : `can't execute '${name}': ${cause}`,
      );
      return cannotRunStatus(error);
    }
  },
);

function unset(variables: Map<string, string>, options: ParsedOptions<keyof typeof OPTIONS>): void {
  for (const name of options.values('unset')) variables.delete(name);
}

/** `-S 'a b'`, as a line `#!/usr/bin/env -S a b` gives it: its words in the place of it. */
function splitStrings(arguments_: readonly string[]): readonly string[] {
  const [first, second] = arguments_;
  const joined = /^(?:-[iv]*S|--split-string=)(.+)$/s.exec(first ?? '');
  if (joined) return [...words(joined[1] ?? ''), ...arguments_.slice(1)];
  if (first === '-S' && second !== undefined) return [...words(second), ...arguments_.slice(2)];
  return arguments_;
}

function words(text: string): string[] {
  return [...text.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/gs)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"|\\(.)/gs, (_, single, double, escaped) => single ?? double ?? escaped),
  );
}
