import { S_IFDIR } from '../../vfs/overlay/fileMode.ts';
import { lstat, readdir } from '../kernel/calls.ts';
import { readAccounts } from './accounts.ts';
import { causeOf } from './failure.ts';
import { type Predicate, parseExpression } from './findExpression.ts';
import { FindNode } from './findNode.ts';
import { FindRun } from './findRun.ts';
import { UsageError } from './options.ts';
import { joinPath, lastComponent } from './paths.ts';
import type { Program } from '../kernel/program.ts';
import { quoted } from './quote.ts';
import { zoneOf } from './timeZone.ts';
import { BUSYBOX_VERSION } from './utility.ts';

export const find: Program = async (process) => {
  const run = new FindRun(process, await readAccounts(process), zoneOf(process));
  try {
    const { paths, words } = splitArguments(process.argv.slice(1), run);
    if (words[0] === '--help' || words[0] === '-help') {
      await process.print(`Usage: ${process.name} [-H] [-L] [-P] [path...] [expression]\n`);
      return 0;
    }
    if (words[0] === '--version' || words[0] === '-version') {
      await process.print('find (GNU findutils) 4.9.0\n');
      return 0;
    }
    const predicate = await parseExpression(words, run);
    const walk = new FindWalk(run, predicate);
    for (const path of paths.length > 0 ? paths : ['.']) {
      if (run.hasQuit) break;
      await walk.start(path);
    }
    for (const finish of run.atEnd) await finish();
    await run.flush();
    return run.status;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    await process.complain(error.message);
    if (process.flavour === 'busybox' && error.code === 'unknown')
      await process.write(
        2,
        `BusyBox v${BUSYBOX_VERSION} multi-call binary.\n\nUsage: find [-HL] [PATH]... [OPTIONS] [ACTIONS]\n`,
      );
    return 1;
  } finally {
    run.close();
  }
};

/** Leading `-H -L -P -O -D` and the paths; what follows is the expression. */
function splitArguments(arguments_: readonly string[], run: FindRun) {
  let at = 0;
  for (; at < arguments_.length; at++) {
    const argument = arguments_[at] as string;
    if (argument === '-H') run.follow = 'operands';
    else if (argument === '-L') run.follow = 'always';
    else if (argument === '-P') run.follow = 'never';
    else if (argument === '--') {
      at++;
      break;
    } else if (!/^-O\d$/.test(argument)) break;
  }
  const start = at;
  while (at < arguments_.length && !/^(-.|[(),!]$)/.test(arguments_[at] as string)) at++;
  return { paths: arguments_.slice(start, at), words: arguments_.slice(at) };
}

class FindWalk {
  readonly #run: FindRun;
  readonly #predicate: Predicate;
  /** Inodes of the directories on the way, against loops through links. */
  readonly #above: number[] = [];
  #filesystem: unknown;

  constructor(run: FindRun, predicate: Predicate) {
    this.#run = run;
    this.#predicate = predicate;
  }

  async start(path: string): Promise<void> {
    const { process, follow } = this.#run;
    const place = { path, name: lastComponent(path), depth: 0, start: path };
    const node = new FindNode(process, place, follow, undefined);
    try {
      void node.stat;
    } catch (error) {
      const cause = causeOf(error);
      await this.#run.complain(`${this.#name(path)}: ${cause}`);
      return;
    }
    this.#filesystem = process.mounts.resolve(process, path, 'follow').mount.filesystem;
    await this.#visit(node);
  }

  #name(path: string): string {
    return this.#run.isGnu ? quoted(path) : path;
  }

  async #visit(node: FindNode): Promise<void> {
    const run = this.#run;
    if (!run.isPostOrder) await this.#test(node);
    if (run.hasQuit) return;
    if (this.#isDirectory(node) && !node.isPruned && node.depth < run.maxDepth) await this.#enter(node);
    if (run.isPostOrder && !run.hasQuit) await this.#test(node);
  }

  #isDirectory(node: FindNode): boolean {
    try {
      return node.type === S_IFDIR;
    } catch (error) {
      causeOf(error);
      return false;
    }
  }

  #test(node: FindNode): undefined | Promise<unknown> {
    if (node.depth < this.#run.minDepth) return undefined;
    try {
      const result = this.#predicate(node);
      return result instanceof Promise ? result.catch((error) => this.#failed(node, error)) : undefined;
    } catch (error) {
      return this.#failed(node, error);
    }
  }

  async #failed(node: FindNode, error: unknown): Promise<void> {
    if (error instanceof UsageError) throw error;
    const cause = causeOf(error);
    await this.#run.complain(`${this.#name(node.path)}: ${cause}`);
  }

  async #enter(node: FindNode): Promise<void> {
    const run = this.#run;
    const { process } = run;
    let names: ReturnType<typeof readdir>;
    let inode = 0;
    try {
      if (node.follows) {
        inode = node.stat.inodeNumber;
        if (this.#above.includes(inode)) {
          await run.complain(
            `File system loop detected; ${this.#name(node.path)} is part of the same file system loop.`,
          );
          return;
        }
      }
      if (run.staysOnFilesystem && node.depth > 0 && this.#isElsewhere(node.path)) return;
      names = readdir(process, node.path);
    } catch (error) {
      await this.#failed(node, error);
      return;
    }
    this.#above.push(inode);
    const depth = node.depth + 1;
    for (const { name, type } of names) {
      const place = { path: joinPath(node.path, name), name, depth, start: node.start };
      const child = new FindNode(process, place, run.follow, type);
      if (process.isDue) await process.pause();
      if (type === S_IFDIR || child.follows) await this.#visit(child);
      else {
        const testing = this.#test(child);
        if (testing) await testing;
      }
      if (run.hasQuit) break;
    }
    this.#above.pop();
  }

  #isElsewhere(path: string): boolean {
    const { process } = this.#run;
    lstat(process, path);
    return process.mounts.resolve(process, path, 'follow').mount.filesystem !== this.#filesystem;
  }
}
