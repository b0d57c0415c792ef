import { mkdtempSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CompanionError } from '../companionError.ts';

/** Folders of a worker's builds, below one that all workers of this user share. Each worker's bears its process and
 *  when that began: what is left of one that died can be told from what another still uses. */
export class WorkFolders {
  readonly #root: string;
  readonly worker: string;

  private constructor(root: string, worker: string) {
    this.#root = root;
    this.worker = worker;
  }

  static async open(root: string): Promise<WorkFolders> {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const found = await lstat(root);
    // Below a folder that all may write to, somebody else may have been first.
    if (!found.isDirectory() || (process.getuid && found.uid !== process.getuid())) {
      throw new CompanionError('config', `${root} is not a folder of this user's own`);
    }
    await chmod(root, 0o700);
    const worker = `worker-${process.pid}-${await startTimeOf(process.pid)}`;
    const folders = new WorkFolders(root, worker);
    await mkdir(folders.#own, { mode: 0o700 });
    await writeFile(join(folders.#own, 'README'), 'Builds of a palimpsest companion; removed with it.\n');
    return folders;
  }

  get #own(): string {
    return join(this.#root, this.worker);
  }

  /** Synchronous, for a build begins with it: a trip to another thread takes longer. */
  make(): string {
    return mkdtempSync(join(this.#own, 'build-'));
  }

  async remove(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Ends programs that workers started which died, and removes their folders. Returns the dead workers. */
  async sweep(): Promise<string[]> {
    const dead: string[] = [];
    for (const worker of await readdir(this.#root)) {
      if (!WORKER.test(worker) || (await isAlive(worker))) continue;
      const folder = join(this.#root, worker);
      await killUsersOf(folder);
      await this.remove(folder);
      dead.push(worker);
    }
    return dead;
  }

  async close(): Promise<void> {
    await this.remove(this.#own);
  }
}

const WORKER = /^worker-(\d{1,10})-(\w{1,20})$/;

/** Whether the process that a worker's name tells of still runs. */
export async function isAlive(worker: string): Promise<boolean> {
  const [, pid, startTime] = WORKER.exec(worker) ?? [];
  if (pid === undefined) return false;
  return (await startTimeOf(Number(pid))) === startTime;
}

/** In clock ticks since the machine began (proc_pid_stat(5), field 22), `unknown` where there is no /proc; undefined
 *  when there is no such process. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return 'unknown';
  // The name in parentheses may hold anything.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** Programs work in the folder of their build. */
async function killUsersOf(folder: string): Promise<void> {
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const cwd = await readlink(`/proc/${name}/cwd`).catch(() => '');
    if (!cwd.startsWith(`${folder}/`)) continue;
    try {
      process.kill(Number(name), 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}
