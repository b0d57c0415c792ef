import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The built program, on a port and in a folder of its own. */
export class CompanionProcess {
  /** Opens the page that it serves, connected. */
  readonly link: string;
  /** Goes with it. */
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(link: string, child: ChildProcess, folder: string) {
    this.link = link;
    this.folder = folder;
    this.#child = child;
  }

  /** `words` may name what lies, or does not, in the folder. */
  static async start(words: readonly string[] | ((folder: string) => readonly string[])): Promise<CompanionProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'palimpsest-e2e-'));
    const program = ['dist/cli/palimpsest.js', 'companion', '--port', '0', '--state', join(folder, 'state')];
    const given = typeof words === 'function' ? words(folder) : words;
    const child = spawn(process.execPath, [...program, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
    const link = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (piece: Buffer) => {
        text += piece.toString();
        if (text.includes('\n')) resolve(text.trim());
      });
      child.once('exit', (code) => reject(new Error(`the companion ended with ${code}`)));
    });
    return new CompanionProcess(link, child, folder);
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
