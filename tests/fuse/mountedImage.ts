import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Why real mounts cannot be tested here; undefined where they can. */
export function whyNoMounts(): string | undefined {
  if (process.platform !== 'linux') return 'mounting needs Linux';
  if (process.getuid?.() !== 0) return 'mounting needs root';
  return existsSync('/dev/fuse') ? undefined : '/dev/fuse is not there';
}

/** A running `palimpsest mount`. */
export class MountedImage {
  readonly folder: string;
  readonly supervisor: ChildProcess;
  output = '';
  readonly ended: Promise<number | null>;

  private constructor(supervisor: ChildProcess, folder: string) {
    this.folder = folder;
    this.supervisor = supervisor;
    for (const stream of [supervisor.stdout, supervisor.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += String(chunk);
      });
    }
    this.ended = new Promise((resolve) => supervisor.on('close', (code) => resolve(code)));
  }

  /** Resolves when the folder is mounted. */
  static async start(program: string, args: readonly string[], folder: string): Promise<MountedImage> {
    mkdirSync(folder, { recursive: true });
    const child = spawn(program, ['mount', ...args, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    const mounted = new MountedImage(child, folder);
    await until(
      () => isMounted(folder) || child.exitCode !== null,
      45_000,
      () => `mount: ${mounted.output}`,
    );
    if (!isMounted(folder)) throw new Error(`not mounted: ${mounted.output}`);
    return mounted;
  }

  /** Ends it as Ctrl-C does. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.supervisor.kill(signal);
    return this.ended;
  }

  /** The process that answers the kernel. */
  get serverPid(): number {
    const found = childrenOf(this.supervisor.pid ?? 0).find((pid) => commandLine(pid).includes('\0mount\0'));
    if (found === undefined) throw new Error('there is no serving process');
    return found;
  }
}

export function isMounted(folder: string): boolean {
  return readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${folder} `);
}

export async function until(holds: () => boolean, timeoutMs: number, what: () => string): Promise<void> {
  for (const end = Date.now() + timeoutMs; !holds(); await sleep(20)) {
    if (Date.now() > end) throw new Error(`timed out: ${what()}`);
  }
}

/** Processes, alive, whose command line names the folder. */
export function processesOf(folder: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => commandLine(pid).includes(folder));
}

/** Temporary files of the program, by the names that it gives them. */
export function temporaryFiles(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => /^palimpsest-[0-9a-f]{16}$/.test(name));
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}
