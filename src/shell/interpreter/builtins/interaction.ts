import type { Builtin } from '../execution/builtin.ts';
import { complain } from '../execution/complain.ts';
import { runText } from '../execution/runText.ts';
import { decodeName } from '../../../bytes/byteName.ts';
import { readFile, statIfThere, unlink, writeFile } from '../../kernel/calls.ts';
import { errnoText } from '../../kernel/errnoText.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import type { History } from '../state/history.ts';
import { historyPath, readHistory, writeHistory } from '../state/historyFile.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { andThen as then } from '../waiting.ts';
import { readOptions } from './options.ts';
import { usageOf } from './usages.ts';

export const history: Builtin = (shell, argv) => {
  const kept = shell.history;
  if (!kept) return 0;
  if (argv[1] === '-c') {
    kept.clear();
    return 0;
  }
  if (argv[1] === '-s') {
    kept.add(argv.slice(2).join(' '));
    return 0;
  }
  if (argv[1] === '-d') {
    const at = Number(argv[2]) - kept.first;
    if (!(at >= 0 && at < kept.lines.length))
      throw new ShellError('command', `${argv[2]}: history position out of range`);
    kept.lines.splice(at, 1);
    return 0;
  }
  if (argv[1]?.startsWith('-')) {
    if (/^-[anrw]$/.test(argv[1])) return moveHistory(shell, kept, argv[1], argv[2] ?? historyPath(shell));
    throw new ShellError('command', `${argv[1]}: invalid option\nhistory: usage: ${usageOf('history')}`, 2);
  }
  const count = argv[1] === undefined ? kept.lines.length : Number(argv[1]);
  if (Number.isNaN(count)) throw new ShellError('command', `${argv[1]}: numeric argument required`);
  const from = Math.max(0, kept.lines.length - count);
  const text = kept.lines.slice(from).map((line, i) => `${String(kept.first + from + i).padStart(5)}  ${line}\n`);
  return then(shell.print(text.join('')), () => 0);
};

/** `history -a -n -r -w`: between the list and its file. */
async function moveHistory(shell: Shell, kept: History, how: string, path: string): Promise<number> {
  if (path === '') return 0;
  try {
    if (how === '-w') await writeHistory(shell, path, kept.lines, 'replace');
    else if (how === '-a') {
      if (kept.unsaved > 0) await writeHistory(shell, path, kept.lines.slice(-kept.unsaved), 'append');
      kept.fileLines += kept.unsaved;
    } else {
      const lines = await readHistory(shell, path);
      for (const line of how === '-n' ? lines.slice(kept.fileLines) : lines) kept.add(line);
      kept.fileLines = lines.length;
    }
    kept.unsaved = 0;
    return 0;
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    throw new ShellError(
      'command',
      `${path}: cannot ${/[aw]/.test(how) ? 'create' : 'open'}: ${errnoText(error.code)}`,
    );
  }
}

export const fc: Builtin = async (shell, argv) => {
  const { flags, values, operands } = readOptions(shell, argv, 'e:lnrs');
  const kept = shell.history;
  if (!kept) return 0;
  const lines = kept.lines.slice(0, -1);
  const indexOf = (text: string | undefined, usual: number): number => {
    if (text === undefined) return usual;
    if (/^-\d+$/.test(text)) return lines.length + Number(text);
    if (/^\d+$/.test(text)) return Number(text) - kept.first;
    for (let i = lines.length - 1; i >= 0; i--) if (lines[i]?.startsWith(text)) return i;
    throw new ShellError('command', 'no command found');
  };
  if (flags.has('l')) {
    const from = Math.max(0, indexOf(operands[0], lines.length - 16));
    const to = indexOf(operands[1], lines.length - 1);
    const numbered = lines
      .slice(from, to + 1)
      .map((line, i) => `${flags.has('n') ? '' : kept.first + from + i}\t ${line}\n`);
    await shell.print((flags.has('r') ? numbered.reverse() : numbered).join(''));
    return 0;
  }
  if (!flags.has('s') && values.get('e') !== '-') {
    const from = indexOf(operands[0], lines.length - 1);
    const to = indexOf(operands[1], from);
    const chosen = lines.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1);
    if (chosen.length === 0) throw new ShellError('command', 'no command found');
    return runEdited(shell, values.get('e'), from > to || flags.has('r') ? chosen.reverse() : chosen);
  }
  const [change, which] = /=/.test(operands[0] ?? '') ? [operands[0], operands[1]] : [undefined, operands[0]];
  const line = lines[indexOf(which, lines.length - 1)];
  if (line === undefined) throw new ShellError('command', 'no command found');
  const [from = '', to = ''] = change?.split(/=(.*)/s) ?? [];
  const edited = change === undefined ? line : line.replace(from, to);
  await shell.process.write(2, `${edited}\n`);
  return runText(shell, edited);
};

/** Lets the user change commands in an editor, then shows and runs them. */
async function runEdited(shell: Shell, chosen: string | undefined, lines: readonly string[]): Promise<number> {
  const { process } = shell;
  const editor = chosen ?? shell.variables.get('FCEDIT') ?? shell.variables.get('EDITOR') ?? 'vi';
  const path = `/tmp/bash-fc.${process.pid}.${process.kernel.clock.now().nsec}`;
  await writeFile(process, path, lines.map((line) => `${line}\n`).join(''), 0o600);
  try {
    const status = await runText(shell, `${editor} ${path}`);
    if (status !== 0) return status;
    const text = decodeName(await readFile(process, path));
    await process.write(2, text);
    return await runText(shell, text);
  } finally {
    if (statIfThere(process, path)) unlink(process, path);
  }
}

export const help: Builtin = (shell, argv) => {
  const names = argv.slice(1).filter((word) => !word.startsWith('-'));
  if (names.length === 0) {
    const lines = shell.builtinNames().map((name) => ` ${usageOf(name) ?? name}\n`);
    return then(
      shell.print(
        `GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\nThese shell commands are defined internally.\n\n${lines.join('')}`,
      ),
      () => 0,
    );
  }
  let text = '';
  for (const name of names) {
    const usage = usageOf(name);
    if (usage === undefined)
      throw new ShellError(
        'command',
        `no help topics match \`${name}'.  Try \`help help' or \`man -k ${name}' or \`info ${name}'.`,
      );
    text += `${name}: ${usage}\n`;
  }
  return then(shell.print(text), () => 0);
};

export const enable: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, 'adnps');
  if (operands.length === 0) {
    const names = shell
      .builtinNames()
      .filter((name) => flags.has('a') || shell.disabledBuiltins.has(name) === flags.has('n'));
    return then(
      shell.print(names.map((name) => `enable ${shell.disabledBuiltins.has(name) ? '-n ' : ''}${name}\n`).join('')),
      () => 0,
    );
  }
  for (const name of operands) {
    if (!shell.builtinNames().includes(name))
      return then(complain(shell, `${name}: not a shell builtin`, 'enable'), () => 1);
    if (flags.has('n')) shell.disabledBuiltins.add(name);
    else shell.disabledBuiltins.delete(name);
  }
  return 0;
};

/** Key bindings are fixed: the line editor's. */
export const bind: Builtin = () => {
  throw new ShellError('command', 'changing key bindings is not simulated', 2);
};

export const suspend: Builtin = (shell) => {
  if (!shell.options.has('monitor')) throw new ShellError('command', 'cannot suspend: no job control');
  shell.process.stop();
  return shell.process.pause().then(() => 0);
};
