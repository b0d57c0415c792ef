import { decodeName } from '../../../bytes/byteName.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { mayAccess, readFile, statIfThere } from '../../kernel/calls.ts';
import { errnoText } from '../../kernel/errnoText.ts';
import { isDirectory, isRegular } from '../../../vfs/overlay/fileMode.ts';
import { complain, located } from '../execution/complain.ts';
import type { Builtin } from '../execution/builtin.ts';
import { findCommand, pathsOf, replace } from '../execution/external.ts';
import { runText } from '../execution/runText.ts';
import { Jump, ShellError } from '../shellError.ts';
import { Run, type Shell } from '../state/shell.ts';
import { andThen as then } from '../waiting.ts';
import { readOptions } from './options.ts';

export const colon: Builtin = () => 0;
export const false_: Builtin = () => 1;

function numberOf(shell: Shell, text: string, name: string): number {
  if (!/^[+-]?\d+$/.test(text.trim())) {
    throw new ShellError('command', shell.isBash ? `${text}: numeric argument required` : `Illegal number: ${text}`, 2);
  }
  void name;
  return Number(text);
}

function jump(kind: 'break' | 'continue'): Builtin {
  return (shell, argv) => {
    if (shell.loopDepth === 0) {
      if (!shell.isBash) return 0;
      return then(complain(shell, "only meaningful in a `for', `while', or `until' loop", kind), () => 0);
    }
    const levels = argv[1] === undefined ? 1 : numberOf(shell, argv[1], kind);
    if (levels < 1) {
      const told = complain(
        shell,
        shell.isBash ? `${argv[1]}: loop count out of range` : `Illegal number: ${argv[1]}`,
        kind,
      );
      return then(told, () => {
        shell.status = 1;
        throw new Jump('break', shell.loopDepth);
      });
    }
    throw new Jump(kind, Math.min(levels, shell.loopDepth));
  };
}

export const break_ = jump('break');
export const continue_ = jump('continue');

export const return_: Builtin = (shell, argv) => {
  if (shell.functionDepth === 0 && !shell.isSourcing) {
    if (shell.isBash) throw new ShellError('command', "can only `return' from a function or sourced script", 2);
    throw new Jump('exit', argv[1] === undefined ? shell.status : numberOf(shell, argv[1], 'return') & 0xff);
  }
  if (argv[1] !== undefined && !/^\s*[+-]?\d+\s*$/.test(argv[1]) && shell.isBash) {
    return then(complain(shell, `${argv[1]}: numeric argument required`, 'return'), () => {
      throw new Jump('return', 2);
    });
  }
  if (argv[1] === undefined) throw new Jump('return', shell.status);
  const number = numberOf(shell, argv[1], 'return');
  throw new Jump('return', shell.dialect === 'dash' ? number : number & 0xff);
};

export const exit: Builtin = (shell, argv) => {
  if (argv[1] === undefined) throw new Jump('exit', shell.trapStatus ?? shell.status);
  if (!/^\s*[+-]?\d+\s*$/.test(argv[1])) {
    if (!shell.isBash) throw new ShellError('command', `Illegal number: ${argv[1]}`, 2);
    return then(complain(shell, `${argv[1]}: numeric argument required`, 'exit'), () => {
      throw new Jump('exit', 2);
    });
  }
  if (argv.length > 2 && shell.isBash) throw new ShellError('command', 'too many arguments');
  throw new Jump('exit', Number(argv[1]) & 0xff);
};

/** `eval` within `eval`, and files that source files. */
const MAX_EVAL_DEPTH = 1000;

export const eval_: Builtin = (shell, argv, { flags }) => {
  const words = argv[1] === '--' ? argv.slice(2) : argv.slice(1);
  const text = words.join(' ');
  if (text.trim() === '') return 0;
  const { line } = shell;
  const done = (status: number): number => {
    shell.line = line;
    return status;
  };
  if (shell.evalDepth >= MAX_EVAL_DEPTH) {
    throw new ShellError('expansion', `eval: maximum eval nesting level exceeded (${MAX_EVAL_DEPTH})`);
  }
  shell.evalDepth++;
  // A promise begins a new native stack.
  const running = Promise.resolve().then(() => runText(shell, text, { flags: flags & Run.tested, where: 'eval' }));
  const left = running.finally(() => shell.evalDepth--);
  return left.then(done, (error: unknown) => {
    if (!(error instanceof ShellError) || error.code !== 'syntax') throw error;
    if (!shell.isBash && !shell.isInteractive) throw new Jump('exit', error.status);
    return done(error.status);
  });
};

export const source: Builtin = async (shell, argv, { flags }) => {
  const operands = argv[1] === '--' ? argv.slice(2) : argv.slice(1);
  const file = operands[0];
  if (file === undefined) {
    if (!shell.isBash) return 0;
    throw new ShellError(
      'command',
      `filename argument required\n${argv[0]}: usage: ${argv[0]} filename [arguments]`,
      2,
    );
  }
  const path = sourcePath(shell, file);
  let text: string;
  try {
    if (path === undefined) throw new VfsError('ENOENT', 'open', file);
    const found = statIfThere(shell.process, path);
    if (found && isDirectory(found.mode)) throw new VfsError('EISDIR', 'open', file);
    text = decodeName(await readFile(shell.process, path));
  } catch (error) {
    if (!(error instanceof VfsError) || shell.process.isKilled) throw error;
    if (!shell.isBash) {
      const words = error.code === 'ENOENT' ? 'not found' : errnoText(error.code);
      const isPath = file.includes('/');
      const message = isPath
        ? shell.dialect === 'dash'
          ? `cannot open ${file}: No such file`
          : `can't open '${file}': ${errnoText(error.code)}`
        : `${file}: ${words}`;
      throw new ShellError('command', message, 2);
    }
    const message = `${file}: ${error.code === 'EISDIR' ? 'is a directory' : errnoText(error.code)}`;
    await complain(shell, message, error.code === 'EISDIR' ? argv[0] : undefined);
    if (shell.isPosix && !shell.isInteractive) throw new Jump('exit', 1);
    return 1;
  }
  return runSourced(shell, text, path as string, operands.slice(1), flags);
};

async function runSourced(
  shell: Shell,
  text: string,
  path: string,
  operands: readonly string[],
  flags: number,
): Promise<number> {
  if (shell.evalDepth >= MAX_EVAL_DEPTH) {
    throw new ShellError('expansion', `source: maximum source nesting level exceeded (${MAX_EVAL_DEPTH})`);
  }
  const { positional, frames, line, isSourcing, loopDepth } = shell;
  if (operands.length > 0 && shell.dialect !== 'dash') shell.positional = operands;
  const given = shell.positional;
  const frameCount = frames.length;
  frames.push({ name: 'source', source: path, callLine: line });
  shell.isSourcing = true;
  shell.evalDepth++;
  try {
    return await runText(shell, text, { flags: flags & Run.tested });
  } catch (error) {
    if (error instanceof Jump && error.kind === 'return') return error.value;
    throw located(shell, error);
  } finally {
    if (operands.length > 0 && shell.positional === given) shell.positional = positional;
    frames.length = frameCount;
    shell.isSourcing = isSourcing;
    shell.evalDepth--;
    shell.loopDepth = loopDepth;
    shell.line = line;
  }
}

function sourcePath(shell: Shell, file: string): string | undefined {
  if (file.includes('/')) return file;
  for (const place of pathsOf(shell, file)) {
    const found = statIfThere(shell.process, place);
    if (found && isRegular(found.mode) && mayAccess(shell.process, place, 4)) return place;
  }
  return shell.isBash && !shell.isPosix && statIfThere(shell.process, file) ? file : undefined;
}

export const exec: Builtin = async (shell, argv) => {
  const { flags, values, operands } = shell.isBash
    ? readOptions(shell, argv, 'cla:')
    : { flags: new Set<string>(), values: new Map<string, string>(), operands: argv.slice(argv[1] === '--' ? 2 : 1) };
  const name = operands[0];
  if (name === undefined) return 0;
  const path = findCommand(shell, name);
  try {
    if (path === undefined) throw new VfsError('ENOENT', 'execve', name);
    const first = values.get('a') ?? name;
    const given = [flags.has('l') ? `-${first}` : first, ...operands.slice(1)];
    for (const [signal, action] of shell.traps)
      if (typeof signal === 'number' && action !== '') shell.process.onSignal(signal, 'default');
    shell.traps.clear();
    const status = await replace(shell, path, given, flags.has('c') ? new Map() : undefined);
    throw new Jump('exit', status);
  } catch (error) {
    if (
      !(error instanceof VfsError) ||
      (error.syscall !== 'execve' && error.syscall !== 'stat' && error.syscall !== 'lookup')
    )
      throw error;
    if (shell.process.isKilled) throw error;
    const isMissing = error.code === 'ENOENT';
    const status = isMissing ? 127 : 126;
    const words = isMissing && !name.includes('/') ? 'not found' : errnoText(error.code);
    if (shell.isBash && !isMissing) await complain(shell, `${name}: ${words}`);
    const told = isMissing ? words : `cannot execute: ${words}`;
    if (shell.isBash) await complain(shell, `${name}: ${told}`, isMissing && name.includes('/') ? undefined : 'exec');
    else await complain(shell, `${name}: ${isMissing ? 'not found' : words}`, 'exec');
    if (shell.isInteractive || shell.isSet('execfail')) return status;
    throw new Jump('exit', status);
  }
};

export const shift: Builtin = (shell, argv) => {
  const count = argv[1] === undefined ? 1 : argv[1].trim();
  if (typeof count === 'string' && !/^[+-]?\d+$/.test(count)) {
    throw new ShellError(
      'command',
      shell.isBash ? `${count}: numeric argument required` : `Illegal number: ${count}`,
      shell.isBash ? 1 : 2,
    );
  }
  const number = Number(count);
  if (number < 0) throw new ShellError('command', `${count}: shift count out of range`);
  if (number > shell.positional.length) {
    if (shell.dialect === 'dash') throw new ShellError('command', "can't shift that many", 2);
    return shell.isBash && shell.isSet('shift_verbose')
      ? then(complain(shell, `${number}: shift count out of range`, 'shift'), () => 1)
      : 1;
  }
  if (number > 0) shell.positional = shell.positional.slice(number);
  return 0;
};
