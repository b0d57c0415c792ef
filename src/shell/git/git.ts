import { normalKey } from '../../git/gitConfig.ts';
import { GitError } from '../../git/gitError.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { chdir } from '../kernel/calls.ts';
import { errnoText } from '../kernel/errnoText.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { GitCall } from './gitCall.ts';
import { fatal, GitFault } from './gitFault.ts';
import { startPager } from './gitPager.ts';
import { COMMANDS, REAL_COMMANDS } from './registry.ts';

const VERSION = '2.39.5';
const USAGE =
  'usage: git [-v | --version] [-h | --help] [-C <path>] [-c <name>=<value>]\n           [--no-pager] [--git-dir=<path>] [--work-tree=<path>] <command> [<args>]\n';

interface GlobalWords {
  readonly words: readonly string[];
  readonly given: readonly { readonly key: string; readonly value: string }[];
  readonly pages: boolean;
}

/** git(1). */
export const git: Program = async (process) => {
  try {
    const { words, given, pages } = readGlobals(process);
    const [command, ...rest] = words;
    if (command === undefined) return await help(process, 1);
    if (command === 'help' || command === '--help' || command === '-h') return await help(process, 0);
    if (command === 'version' || command === '--version' || command === '-v') {
      await process.print(`git version ${VERSION}\n`);
      return 0;
    }
    return await runCommand(process, command, rest, given, pages);
  } catch (error) {
    return tellFault(process, error);
  }
};

/** Options in front of the command. */
function readGlobals(process: Process): GlobalWords {
  const words = process.argv.slice(1);
  const given: { key: string; value: string }[] = [];
  let pages = true;
  for (let word = words[0]; word?.startsWith('-'); word = words[0]) {
    const [name, attached] = /^(--[a-z-]+)=(.*)$/s.exec(word)?.slice(1) ?? [word];
    const value = () => {
      const found = attached ?? words.shift();
      if (found === undefined) throw new GitFault('plain', `No value given for ${name}.\n${USAGE}`, 129);
      return found;
    };
    if (['--version', '-v', '--help', '-h'].includes(name as string)) break;
    words.shift();
    if (name === '-C') chdir(process, value());
    else if (name === '-c') given.push(settingOf(value()));
    else if (name === '--git-dir') process.setEnv('GIT_DIR', value());
    else if (name === '--work-tree') process.setEnv('GIT_WORK_TREE', value());
    else if (name === '--no-pager' || name === '-P') pages = false;
    else if (name === '-p' || name === '--paginate') pages = true;
    else throw new GitFault('plain', `unknown option: ${word}\n${USAGE}`, 129);
  }
  return { words, given, pages };
}

function settingOf(text: string) {
  const equals = text.indexOf('=');
  const key = normalKey(equals < 0 ? text : text.slice(0, equals));
  if (key === undefined) throw fatal(`bad config parameter: ${text}`);
  return { key, value: equals < 0 ? 'true' : text.slice(equals + 1) };
}

async function runCommand(
  process: Process,
  command: string,
  words: readonly string[],
  given: GlobalWords['given'],
  pages: boolean,
): Promise<number> {
  const entry = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (!entry) return unknownCommand(process, command);
  const run = await entry.load();
  const showsColours = process.file(1).isTerminal && process.env.get('TERM') !== 'dumb';
  const pager = pages && entry.pages?.(words) ? await startPager(process) : undefined;
  try {
    return await run(new GitCall({ process, command, words, given, showsColours }));
  } catch (error) {
    return await tellFault(process, error);
  } finally {
    await pager?.finish();
  }
}

async function unknownCommand(process: Process, command: string): Promise<number> {
  if (REAL_COMMANDS.has(command)) {
    await process.write(2, `git: '${command}' is not simulated. See 'git --help'.\n`);
    return 2;
  }
  await process.write(2, `git: '${command}' is not a git command. See 'git --help'.\n`);
  return 1;
}

async function help(process: Process, status: number): Promise<number> {
  const names = Object.keys(COMMANDS).sort();
  await process.print(`${USAGE}\nThese commands are simulated:\n${names.map((name) => `   ${name}\n`).join('')}`);
  return status;
}

async function tellFault(process: Process, error: unknown): Promise<number> {
  if (error instanceof GitFault) {
    const { code, message } = error;
    if (code === 'fatal' || code === 'error') await process.write(2, `${code}: ${message}\n`);
    else if (code === 'plain') await process.write(2, message);
    return error.status;
  }
  if (error instanceof GitError) {
    await process.write(2, `fatal: ${error.message}\n`);
    return 128;
  }
  if (error instanceof VfsError && error.code !== 'EPIPE' && error.code !== 'EINTR') {
    await process.write(2, `fatal: ${error.path === '' ? '' : `${error.path}: `}${errnoText(error.code)}\n`);
    return 128;
  }
  throw error;
}
