import { isDirectory } from '../../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { chdir, realpath, statIfThere } from '../../kernel/calls.ts';
import { errnoText } from '../../kernel/errnoText.ts';
import type { Builtin } from '../execution/builtin.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { type Soon, andThen as then } from '../waiting.ts';
import { readOptions } from './options.ts';

export const cd: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, shell.isBash ? 'LPe@' : 'LP');
  if (operands.length > 1 && shell.isBash) throw new ShellError('command', 'too many arguments');
  const { variables } = shell;
  let target = operands[0];
  let tells = false;
  if (target === undefined) {
    target = variables.get('HOME');
    if (target === undefined) {
      if (!shell.isBash) return 0;
      throw new ShellError('command', 'HOME not set');
    }
  } else if (target === '-') {
    target = variables.get('OLDPWD');
    if (target === undefined) {
      if (!shell.isBash) target = shell.process.cwd;
      else throw new ShellError('command', 'OLDPWD not set');
    }
    tells = true;
  }
  const isPhysical = flags.has('P') || (shell.options.has('physical') && !flags.has('L'));
  const found = fromCdpath(shell, target);
  if (found !== undefined && found !== target) tells = true;
  changeDirectory(shell, found ?? target, isPhysical, operands[0] ?? target);
  return tells ? then(shell.print(`${currentDirectory(shell)}\n`), () => 0) : 0;
};

function fromCdpath(shell: Shell, target: string): string | undefined {
  const path = shell.variables.get('CDPATH');
  if (path === undefined || path === '' || /^(?:\/|\.{1,2}(?:\/|$))/.test(target)) return undefined;
  for (const directory of path.split(':')) {
    const place = directory === '' ? target : `${directory.replace(/\/$/, '')}/${target}`;
    const found = statIfThere(shell.process, place);
    if (found && isDirectory(found.mode)) return place;
  }
  return undefined;
}

/** `$PWD` where it still leads here, else the real path. */
export function currentDirectory(shell: Shell): string {
  return shell.variables.get('PWD') ?? shell.process.cwd;
}

function changeDirectory(shell: Shell, target: string, isPhysical: boolean, shown: string): void {
  const { process, variables } = shell;
  const before = currentDirectory(shell);
  try {
    if (target === '' && !shell.isBash) return;
    const logical = logicalPath(target.startsWith('/') ? target : `${before}/${target}`);
    chdir(process, isPhysical || target === '' ? target || '.' : logical);
    const after = isPhysical ? realpath(process, '.') : target === '' ? before : logical;
    variables.set('OLDPWD', before);
    variables.set('PWD', after);
    exportPlaces(shell);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    if (shell.dialect === 'dash') throw new ShellError('command', `can't cd to ${shown}`, 2);
    if (shell.dialect === 'ash') throw new ShellError('command', `can't cd to ${shown}: ${errnoText(error.code)}`, 2);
    throw new ShellError('command', `${shown}: ${errnoText(error.code)}`);
  }
}

function exportPlaces(shell: Shell): void {
  for (const name of ['OLDPWD', 'PWD']) shell.variables.findToChange(name)?.attributes.add('export');
  shell.variables.environmentVersion++;
}

/** Without `.`, `..` and double slashes; links stay. */
export function logicalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const lead = path.startsWith('//') && !path.startsWith('///') ? '//' : '/';
  return lead + parts.join('/');
}

export const pwd: Builtin = (shell, argv) => {
  const { flags } = readOptions(shell, argv, 'LP');
  const isPhysical = flags.has('P') || (shell.options.has('physical') && !flags.has('L'));
  return then(shell.print(`${isPhysical ? shell.process.cwd : currentDirectory(shell)}\n`), () => 0);
};

export const dirs: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(
    shell,
    argv.filter((word) => !/^[+-]\d+$/.test(word)),
    'clpv',
  );
  if (flags.has('c')) {
    shell.directoryStack = [];
    return 0;
  }
  void operands;
  const stack = stackOf(shell).map((path) => (flags.has('l') ? path : tilded(shell, path)));
  const index = argv.find((word) => /^[+-]\d+$/.test(word));
  if (index !== undefined) {
    const path = stack[indexIn(shell, index, stack.length)];
    return then(shell.print(`${path}\n`), () => 0);
  }
  if (flags.has('v'))
    return then(shell.print(stack.map((path, i) => `${String(i).padStart(2)}  ${path}\n`).join('')), () => 0);
  return then(shell.print(`${stack.join(flags.has('p') ? '\n' : ' ')}\n`), () => 0);
};

function stackOf(shell: Shell): string[] {
  return [currentDirectory(shell), ...shell.directoryStack];
}

function tilded(shell: Shell, path: string): string {
  const home = shell.variables.get('HOME');
  if (home === undefined || home === '/' || home === '') return path;
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

function indexIn(shell: Shell, text: string, length: number): number {
  const number = Number(text.slice(1));
  const index = text.startsWith('+') ? number : length - 1 - number;
  if (index < 0 || index >= length) {
    throw new ShellError(
      'command',
      length === 1 ? 'directory stack empty' : `${text}: directory stack index out of range`,
    );
  }
  void shell;
  return index;
}

export const pushd: Builtin = (shell, argv, call) => {
  const isQuiet = argv[1] === '-n';
  const target = argv[isQuiet ? 2 : 1];
  const stack = stackOf(shell);
  if (target === undefined) {
    if (stack.length < 2) throw new ShellError('command', 'no other directory');
    const [first = '', second = '', ...rest] = stack;
    changeDirectory(shell, second, false, second);
    shell.directoryStack = [first, ...rest];
  } else if (/^[+-]\d+$/.test(target)) {
    const at = indexIn(shell, target, stack.length);
    const rotated = [...stack.slice(at), ...stack.slice(0, at)];
    changeDirectory(shell, rotated[0] as string, false, rotated[0] as string);
    shell.directoryStack = rotated.slice(1);
  } else if (isQuiet) shell.directoryStack = [target, ...shell.directoryStack];
  else {
    const before = currentDirectory(shell);
    changeDirectory(shell, target, false, target);
    shell.directoryStack = [before, ...shell.directoryStack];
  }
  return dirs(shell, ['dirs'], call);
};

export const popd: Builtin = (shell, argv, call): Soon<number> => {
  const isQuiet = argv[1] === '-n';
  const target = argv[isQuiet ? 2 : 1] ?? '+0';
  const stack = stackOf(shell);
  if (stack.length < 2) throw new ShellError('command', 'directory stack empty');
  const at = indexIn(shell, target, stack.length);
  stack.splice(isQuiet && at === 0 ? 1 : at, 1);
  if (at === 0 && !isQuiet) changeDirectory(shell, stack[0] as string, false, stack[0] as string);
  shell.directoryStack = stack.slice(1);
  return dirs(shell, ['dirs'], call);
};
