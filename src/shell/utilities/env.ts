import { VfsError } from '../../vfs/vfsError.ts';
import { stat } from '../kernel/calls.ts';
import { becomeCommand, cannotRunStatus, findCommand } from './launch.ts';
import { causeOf } from './failure.ts';
import { UsageError } from './options.ts';
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
    const tell = (text: string) => (options.has('debug') ? process.write(2, `${text}\n`) : undefined);
    if (options.has('ignoreEnvironment') || operands[0] === '-') {
      await tell('cleaning environ');
      process.env = new Map();
      if (operands[0] === '-') operands.shift();
    }
    for (const name of options.values('unset')) {
      await tell(`unset:    ${name}`);
      process.setEnv(name, undefined);
    }
    for (let next = operands[0]; next?.includes('='); next = operands[0]) {
      const at = next.indexOf('=');
      await tell(`setenv:   ${next}`);
      process.setEnv(next.slice(0, at), next.slice(at + 1));
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
      await tell(`chdir:    ${quoted(directory)}`);
      try {
        stat(process, directory);
        process.cwd = directory.startsWith('/') ? directory : joinPath(process.cwd, directory);
      } catch (error) {
        await process.complain(`cannot change directory to ${quoted(directory)}: ${causeOf(error)}`);
        return FAILED;
      }
    }
    const name = operands[0] as string;
    await tell(`executing: ${name}`);
    for (const [i, operand] of operands.entries()) await tell(`   arg[${i}]= ${quoted(operand)}`);
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

/** `-S 'a b'`, as a line `#!/usr/bin/env -S a b` gives it: its words in the place of it, once. */
function splitStrings(arguments_: readonly string[]): readonly string[] {
  for (const [at, argument] of arguments_.entries()) {
    const after = arguments_.slice(at + 1);
    const match = /^(?:(-[iv0]*)S|--split-string(?:=|$))(.*)$/s.exec(argument);
    if (match) {
      const [, before = '', attached = ''] = match;
      const [text, ...rest] = attached === '' && !argument.endsWith('=') ? after : [attached, ...after];
      if (text === undefined) return arguments_;
      return [...arguments_.slice(0, at), ...(before.length > 1 ? [before] : []), ...words(text), ...rest];
    }
    const takesNext = /^(-[iv0]*[uC]|--unset|--chdir)$/.test(arguments_[at - 1] ?? '');
    if (!takesNext && (!argument.startsWith('-') || argument === '--' || argument === '-')) return arguments_;
  }
  return arguments_;
}

function words(text: string): string[] {
  return [...text.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/gs)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"|\\(.)/gs, (_, single, double, escaped) => single ?? double ?? escaped),
  );
}
