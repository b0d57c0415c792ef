import { decodeName } from '../../../bytes/byteName.ts';
import { isDirectory } from '../../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { readFile, statIfThere } from '../../kernel/calls.ts';
import { errnoText } from '../../kernel/errnoText.ts';
import type { Process } from '../../kernel/process.ts';
import type { Program } from '../../kernel/program.ts';
import { setLetter, setOption } from '../builtins/settings.ts';
import { writeError } from '../execution/complain.ts';
import { pathsOf } from '../execution/external.ts';
import { INTERPRETER } from '../execution/interpreter.ts';
import { runText } from '../execution/runText.ts';
import { ShellError } from '../shellError.ts';
import type { Dialect } from '../state/dialect.ts';
import { Run, Shell } from '../state/shell.ts';
import { USAGE_TEXT } from './usageText.ts';
import { type Invocation, readArguments } from './arguments.ts';
import { busyboxBanner } from './busyboxBanner.ts';
import { importEnvironment } from './environment.ts';
import { toTheEnd } from './toTheEnd.ts';
import { runFromDescriptor } from './readScript.ts';
import { setPrompts } from './setPrompts.ts';
import { readSettings, sourceIfThere } from './settingsFile.ts';

/** How an interactive shell reads and runs; given by who wires the shell to terminals. */
export type Interaction = (shell: Shell, invocation: Invocation) => Promise<number>;

/** A shell as a program. */
export function shellProgram(dialectOf: (process: Process) => Dialect, interact: Interaction): Program {
  return async (process) => {
    const dialect = dialectOf(process);
    const invocation = readArguments(process.argv, dialect);
    const shell = newShell(process, dialect, invocation);
    const refused = await refuse(shell, invocation);
    if (refused !== undefined) return refused;
    return toTheEnd(shell, () => start(shell, invocation, interact));
  };
}

function newShell(process: Process, dialect: Dialect, invocation: Invocation): Shell {
  const called = process.argv[0] ?? dialect;
  const shell = new Shell(process, dialect, INTERPRETER, invocation.name ?? called);
  shell.mainPid = process.pid;
  shell.title = invocation.name ?? (dialect === 'bash' ? called : called.replace(/^-/, ''));
  shell.positional = invocation.operands;
  shell.commandString = invocation.commandString;
  shell.scriptName = invocation.scriptFile;
  shell.readsStdin = invocation.readsStdin;
  shell.isLogin = invocation.isLogin;
  const isTerminal = process.files.get(0)?.isTerminal === true && process.files.get(2)?.isTerminal === true;
  shell.isInteractive = invocation.isInteractive ?? (invocation.readsStdin && isTerminal);
  if (dialect === 'bash' && (invocation.isPosix || called.replace(/^.*\//, '').replace(/^-/, '') === 'sh')) {
    shell.options.add('posix');
    shell.shopt.set('expand_aliases', true);
  }
  if (dialect !== 'bash') {
    shell.options.delete('braceexpand');
    shell.options.delete('interactive-comments');
  }
  importEnvironment(shell, process);
  for (const [signal] of process.ignoredSignals) shell.traps.set(signal, '');
  return shell;
}

/** Faults in the arguments, and `--version`. */
async function refuse(shell: Shell, invocation: Invocation): Promise<number | undefined> {
  const { process } = shell;
  if (invocation.shows === 'version') {
    await process.print(
      'GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\nCopyright (C) 2022 Free Software Foundation, Inc.\nLicense GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>\n\nThis is free software; you are free to change and redistribute it.\nThere is NO WARRANTY, to the extent permitted by law.\n',
    );
    return 0;
  }
  if (invocation.shows === 'help') {
    await process.print(`GNU bash, version 5.2.15(1)-release-(x86_64-pc-linux-gnu)\n${USAGE_TEXT}`);
    return 0;
  }
  const title = shell.title;
  if (invocation.lacksArgument !== undefined) {
    await writeError(
      shell,
      shell.isBash
        ? `${title}: ${invocation.lacksArgument}: option requires an argument\n`
        : `${title}: ${shell.dialect === 'ash' ? '' : '0: '}${invocation.lacksArgument} requires an argument\n`,
    );
    return 2;
  }
  if (invocation.unknown !== undefined) {
    await writeError(
      shell,
      shell.isBash
        ? `${title}: ${invocation.unknown}: invalid option\n${USAGE_TEXT}`
        : `${title}: 0: Illegal option ${invocation.unknown}\n`,
    );
    return 2;
  }
  try {
    for (const { letter, isOn } of invocation.letters) {
      if (setLetter(shell, letter, isOn)) continue;
      await writeError(
        shell,
        shell.isBash
          ? `${title}: -${letter}: invalid option\n${USAGE_TEXT}`
          : `${title}: 0: Illegal option -${letter}\n`,
      );
      return 2;
    }
    for (const { name, isOn } of invocation.named) setOption(shell, name, isOn);
  } catch (error) {
    if (!(error instanceof ShellError)) throw error;
    await writeError(shell, `${title}: ${error.message}\n`);
    return 2;
  }
  for (const { name, isOn } of invocation.shopts) shell.shopt.set(name, isOn);
  return undefined;
}

async function start(shell: Shell, invocation: Invocation, interact: Interaction): Promise<number> {
  if (shell.isInteractive) setPrompts(shell);
  if (shell.isInteractive && shell.dialect === 'ash') await shell.process.print(await busyboxBanner(shell));
  if (shell.isLogin && invocation.readsProfile) await readProfiles(shell);
  if (shell.isInteractive && invocation.commandString === undefined) return interact(shell, invocation);
  if (shell.isInteractive) await readSettings(shell, invocation);
  const isScript = shell.isBash && !shell.isPosix && !shell.isInteractive;
  const rc = isScript ? shell.variables.get('BASH_ENV') : undefined;
  if (rc) await sourceIfThere(shell, rc);
  if (invocation.commandString !== undefined)
    return runText(shell, invocation.commandString, { flags: Run.last, where: '-c' });
  if (invocation.scriptFile !== undefined) return runFile(shell, invocation.scriptFile);
  return runFromDescriptor(shell, 0);
}

async function readProfiles(shell: Shell): Promise<void> {
  await sourceIfThere(shell, '/etc/profile');
  const home = shell.variables.get('HOME') ?? '';
  const names = shell.isBash && !shell.isPosix ? ['.bash_profile', '.bash_login', '.profile'] : ['.profile'];
  for (const name of names) if (await sourceIfThere(shell, `${home}/${name}`)) return;
}

async function runFile(shell: Shell, file: string): Promise<number> {
  let path = file;
  if (!file.includes('/') && !statIfThere(shell.process, file)) {
    path = pathsOf(shell, file).find((place) => statIfThere(shell.process, place)) ?? file;
  }
  let bytes: Uint8Array;
  try {
    const found = statIfThere(shell.process, path);
    if (found && isDirectory(found.mode)) throw new VfsError('EISDIR', 'read', file);
    bytes = await readFile(shell.process, path);
  } catch (error) {
    if (!(error instanceof VfsError) || shell.process.isKilled) throw error;
    return cannotRead(shell, file, error);
  }
  const head = bytes.subarray(0, 256);
  const newline = head.indexOf(10);
  if (head.subarray(0, newline < 0 ? head.length : newline).includes(0)) {
    await writeError(shell, `${file}: ${file}: cannot execute binary file\n`);
    return 126;
  }
  return runText(shell, decodeName(bytes));
}

async function cannotRead(shell: Shell, file: string, error: VfsError): Promise<number> {
  const called = shell.process.argv[0] ?? '';
  const isMissing = error.code === 'ENOENT' || error.code === 'ENOTDIR';
  if (shell.isBash) {
    const words =
      error.code === 'EISDIR' ? `${file}: ${file}: Is a directory` : `${called}: ${file}: ${errnoText(error.code)}`;
    await writeError(shell, `${words}\n`);
    return isMissing ? 127 : 126;
  }
  if (shell.dialect === 'dash') {
    await writeError(
      shell,
      `${called}: 0: cannot open ${file}: ${isMissing ? 'No such file' : errnoText(error.code)}\n`,
    );
    return isMissing ? 2 : 2;
  }
  await writeError(shell, `${called}: can't open '${file}': ${errnoText(error.code)}\n`);
  return 2;
}
