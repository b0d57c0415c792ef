import { encodeName } from '../../../bytes/byteName.ts';
import { makePipe } from '../../../shell/kernel/pipe.ts';
import type { OpenFile } from '../../../shell/kernel/openFile.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { Pty } from '../../../shell/kernel/pty.ts';
import { ROOT } from '../../../vfs/overlay/permission.ts';
import type { Host } from '../../../machine/host.ts';
import { CaptureFile } from './captureFile.ts';
import type { StepResult, TranscriptStep } from './transcript.ts';

const COLUMNS = 160;
const ROWS = 50;
/** Commands come in on 3, statuses go out on 4; 5 and 6 are a step's output, 7 the terminal. */
const DRIVER = [
  'while IFS= read -r -d "" __palimpsest_step <&3; do',
  '  IFS= read -r -d "" __palimpsest_kind <&3',
  '  if [ "$__palimpsest_kind" = tty ]; then',
  '    eval "$__palimpsest_step" <&7 >&7 2>&7',
  '  else',
  '    eval "$__palimpsest_step" </dev/null >&5 2>&6',
  '  fi',
  '  printf "%s\\n" "$?" >&4',
  'done',
].join('\n');
/** How long the machine may stand still before a step is given up, in its own time. */
const STATUS_LINE = /^(\d+)\n/;

/** One bash for a whole transcript, that runs a step at a time. */
export class ShellSession {
  readonly #process: Process;
  readonly #commands: OpenFile;
  readonly #statuses = new CaptureFile('pipe:[4]');
  readonly #stdout = new CaptureFile('pipe:[5]');
  readonly #stderr = new CaptureFile('pipe:[6]');
  readonly #terminal: Pty;
  #screen: string[] = [];

  constructor(host: Host, environment: Readonly<Record<string, string>>, cwd: string) {
    const { kernel, namespaces } = host;
    const commands = makePipe();
    this.#commands = commands.writeEnd;
    this.#terminal = kernel.newTerminal(COLUMNS, ROWS);
    const decoder = new TextDecoder();
    this.#terminal.onOutput = (bytes) => {
      this.#screen.push(decoder.decode(bytes, { stream: true }));
    };
    const idle = makePipe();
    const files = new Map<number, OpenFile>([
      [0, idle.readEnd],
      [1, this.#stdout],
      [2, this.#stderr],
      [3, commands.readEnd],
      [4, this.#statuses],
      [5, this.#stdout],
      [6, this.#stderr],
      [7, this.#terminal.slave],
    ]);
    this.#process = kernel.launch(
      {
        namespaces,
        argv: ['/bin/bash', '-c', DRIVER, 'bash'],
        env: new Map(Object.entries(environment)),
        cwd,
        credentials: ROOT,
        files,
        group: 'new',
        terminal: this.#terminal,
      },
      (process) => process.exec('/bin/bash', process.argv),
    );
    this.#terminal.foregroundGroup = this.#process.group;
    for (const end of [idle.readEnd, idle.writeEnd, commands.readEnd]) end.close();
  }

  /** Runs a step. Rejects when the shell has ended, or the signal comes. */
  async run(step: TranscriptStep, signal: AbortSignal): Promise<StepResult> {
    this.#screen = [];
    this.#stdout.take();
    this.#stderr.take();
    if (this.#process.hasEnded) throw new Error('the shell has ended');
    await this.#commands.write(encodeName(`${step.cmd}\0${step.tty ? 'tty' : 'pipe'}\0`));
    if (step.input !== undefined) await this.#type(step.input, signal);
    const exit = await this.#status(signal);
    return { exit, stdout: this.#stdout.take(), stderr: this.#stderr.take(), screenBytes: this.#screen.join('') };
  }

  // Types when the program has asked: a terminal shows what is typed ahead in another place.
  async #type(input: string, signal: AbortSignal): Promise<void> {
    for (let i = 0; i < MAX_POLLS && this.#screen.length === 0; i++) await pause(signal);
    await pause(signal);
    this.#terminal.input(encodeName(input));
  }

  async #status(signal: AbortSignal): Promise<number> {
    let text = '';
    for (;;) {
      text += this.#statuses.take();
      const match = STATUS_LINE.exec(text);
      if (match) return Number(match[1]);
      if (this.#process.hasEnded) throw new Error(`the shell has ended: ${this.#stderr.take().slice(0, 500)}`);
      await pause(signal);
    }
  }
}

const MAX_POLLS = 2000;

function pause(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve) => {
    setTimeout(resolve, 1);
  });
}
