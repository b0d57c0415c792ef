import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { open, readlink, rmdir, unlink } from '../kernel/calls.ts';
import { exitCode } from '../kernel/waitStatus.ts';
import { askYes } from './ask.ts';
import { causeOf } from './failure.ts';
import { shownSizeBytes } from './fileSize.ts';
import type { FindWords, Predicate } from './findExpression.ts';
import type { FindNode } from './findNode.ts';
import { compileFormat } from './findPrintf.ts';
import type { FindRun } from './findRun.ts';
import { blockCount } from './findTests.ts';
import { runCommand } from './launch.ts';
import { modeText } from './modeText.ts';
import { UsageError } from './options.ts';
import { directoryOf, joinPath } from './paths.ts';
import { quoted } from './quote.ts';
import { localTime, strftime } from './strftime.ts';

/** Bytes of arguments that one `-exec … +` takes at a time. */
const MAX_ARGUMENT_BYTES = 128 * 1024;
const RECENT_SEC = 31_556_952 / 2;

/** An action, or undefined for a word that is none. Throws UsageError. */
export async function parseAction(word: string, words: FindWords, run: FindRun): Promise<Predicate | undefined> {
  switch (word) {
    case '-print':
      return writer(run, undefined, (node) => `${node.path}\n`);
    case '-print0':
      return writer(run, undefined, (node) => `${node.path}\0`);
    case '-printf':
      return writer(run, undefined, await compileFormat(words.argument(word, run), run));
    case '-ls':
      return writer(run, undefined, (node) => longLine(node, run));
    case '-fprint':
      return writer(run, await outputFile(words.argument(word, run), run), (node) => `${node.path}\n`);
    case '-fprint0':
      return writer(run, await outputFile(words.argument(word, run), run), (node) => `${node.path}\0`);
    case '-fls':
      return writer(run, await outputFile(words.argument(word, run), run), (node) => longLine(node, run));
    case '-fprintf': {
      const path = await outputFile(words.argument(word, run), run);
      return writer(run, path, await compileFormat(words.argument(word, run), run));
    }
    case '-prune':
      return (node) => {
        node.isPruned = !run.isPostOrder;
        return true;
      };
    case '-quit':
      return () => {
        run.hasQuit = true;
        return true;
      };
    case '-delete':
      run.isPostOrder = true;
      return (node) => remove(node, run);
    case '-exec':
    case '-execdir':
    case '-ok':
    case '-okdir':
      return executor(word, words, run);
    default:
      return undefined;
  }
}

function writer(run: FindRun, path: string | undefined, text: (node: FindNode) => string): Predicate {
  return (node) => {
    const writing = path === undefined ? run.print(text(node)) : run.printTo(path, text(node));
    return writing ? writing.then(() => true) : true;
  };
}

async function outputFile(path: string, run: FindRun): Promise<string> {
  try {
    run.addFile(path, await open(run.process, path, O_WRONLY | O_CREAT | O_TRUNC));
    return path;
  } catch (error) {
    throw new UsageError('argument', `${quoted(path)}: ${causeOf(error)}`);
  }
}

async function remove(node: FindNode, run: FindRun): Promise<boolean> {
  if (node.path === '.' || node.path === '..') return true;
  try {
    if (isDirectory(node.own.mode)) rmdir(node.process, node.path);
    else unlink(node.process, node.path);
    return true;
  } catch (error) {
    const cause = causeOf(error);
    await run.complain(run.isGnu ? `cannot delete ${quoted(node.path)}: ${cause}` : `${node.path}: ${cause}`);
    return false;
  }
}

function executor(word: string, words: FindWords, run: FindRun): Predicate {
  const command: string[] = [];
  let isBatch = false;
  for (;;) {
    const next = words.take();
    if (next === undefined) {
      const message = run.isGnu ? `missing argument to \`${word}'` : `${word} requires an argument`;
      throw new UsageError('argument', message);
    }
    if (next === ';') break;
    if (next === '+' && command.at(-1) === '{}' && word.startsWith('-exec')) {
      isBatch = true;
      break;
    }
    command.push(next);
  }
  if (command.length === 0) throw new UsageError('argument', `invalid argument \`;' to \`${word}'`);
  const isInDirectory = word.endsWith('dir');
  if (isBatch) return batch(command.slice(0, -1), run, isInDirectory);
  const asks = word.startsWith('-ok');
  return async (node) => {
    const name = isInDirectory ? `./${node.name}` : node.path;
    const argv = command.map((part) => part.replaceAll('{}', () => name));
    await run.flush();
    if (asks && !(await askYes(run.process, `< ${command[0]} ... ${node.path} > ? `))) return false;
    return (await execute(argv, run, isInDirectory ? directoryOf(node.path) : undefined)) === 0;
  };
}

/** Gathers names, and runs the command when there are many and at the end. */
function batch(command: readonly string[], run: FindRun, isInDirectory: boolean): Predicate {
  let names: string[] = [];
  let sizeBytes = 0;
  let directory: string | undefined;
  const flush = async () => {
    if (names.length === 0) return;
    const argv = [...command, ...names];
    names = [];
    sizeBytes = 0;
    await run.flush();
    if ((await execute(argv, run, directory)) !== 0) run.status = 1;
  };
  run.atEnd.push(flush);
  return async (node) => {
    const name = isInDirectory ? `./${node.name}` : node.path;
    const own = isInDirectory ? directoryOf(node.path) : undefined;
    if (own !== directory || sizeBytes + name.length > MAX_ARGUMENT_BYTES) await flush();
    directory = own;
    names.push(name);
    sizeBytes += name.length + 1;
    return true;
  };
}

async function execute(argv: readonly string[], run: FindRun, directory: string | undefined): Promise<number> {
  const { process } = run;
  try {
    const cwd = directory === undefined || directory.startsWith('/') ? directory : joinPath(process.cwd, directory);
    return exitCode(await runCommand(process, argv, cwd === undefined ? {} : { cwd }));
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    const cause = causeOf(error);
    await run.flush();
    await process.complain(`${run.isGnu ? quoted(argv[0] as string) : argv[0]}: ${cause}`);
    return 1;
  }
}

/** As `ls -dils` would show it. */
function longLine(node: FindNode, run: FindRun): string {
  const found = node.stat;
  const user = run.accounts.userName(found.uid) ?? String(found.uid);
  const group = run.accounts.groupName(found.gid) ?? String(found.gid);
  const age = run.now.sec - found.mtime.sec;
  const format = age >= 0 && age < RECENT_SEC ? '%b %e %H:%M' : '%b %e  %Y';
  const target = (found.mode & 0o170000) === 0o120000 ? ` -> ${readlink(node.process, node.path)}` : '';
  const columns = [
    String(found.inodeNumber).padStart(9),
    String(blockCount(found, 1024)).padStart(6),
    modeText(found.mode),
    String(found.linkCount).padStart(3),
    user.padEnd(8),
    group.padEnd(8),
    String(shownSizeBytes(found)).padStart(8),
    strftime(format, localTime(found.mtime, run.zone)),
    node.path + target,
  ];
  return `${columns.join(' ')}\n`;
}
