import { decodeName } from '../../bytes/byteName.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import { open } from '../kernel/calls.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import type { WaitStatus } from '../kernel/waitStatus.ts';
import { askYes } from './ask.ts';
import { causeOf } from './failure.ts';
import { cannotRunStatus, startCommand } from './launch.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { quotedIfNeeded } from './quote.ts';
import { utility } from './utility.ts';
import { XargsInput, type XargsItem } from './xargsInput.ts';

const OPTIONS = {
  null: '-0 --null',
  argFile: '-a --arg-file=FILE',
  delimiter: '-d --delimiter=CHARACTER',
  endOfFile: '-E --eof=END',
  replace: '-I=R',
  replaceLong: '-i --replace[=R]',
  maxLines: '-L=MAX-LINES',
  maxLinesLong: '-l --max-lines[=MAX-LINES]',
  maxArgs: '-n --max-args=MAX-ARGS',
  openTty: '-o --open-tty',
  maxProcs: '-P --max-procs=MAX-PROCS',
  interactive: '-p --interactive',
  noRunIfEmpty: '-r --no-run-if-empty',
  maxChars: '-s --max-chars=MAX-CHARS',
  verbose: '-t --verbose',
  exit: '-x --exit',
} as const;

type XargsOption = keyof typeof OPTIONS;

/** Bytes of a command line, as xargs of this platform has it. */
const MAX_COMMAND_BYTES = 128 * 1024;

export const xargs = utility(
  {
    options: OPTIONS,
    notSimulated: '--process-slot-var=VAR --show-limits',
    permute: false,
    usage: '[OPTION]... COMMAND [INITIAL-ARGS]...',
    version: '(GNU findutils) 4.9.0',
  },
  async (process, options) => {
    const path = options.value('argFile');
    let file: OpenFile | undefined;
    try {
      if (path !== undefined) file = await open(process, path, O_RDONLY);
    } catch (error) {
      await process.complain(`Cannot open input file '${path}': ${causeOf(error)}`);
      return 1;
    }
    try {
      return await new XargsRun(process, options, file ?? process.file(0)).run();
    } finally {
      file?.close();
    }
  },
);

class XargsRun {
  readonly #process: Process;
  readonly #options: ParsedOptions<XargsOption>;
  readonly #input: XargsInput;
  readonly #command: readonly string[];
  readonly #replace: string | undefined;
  readonly #maxArgs: number;
  readonly #maxLines: number;
  readonly #maxChars: number;
  readonly #maxProcs: number;
  readonly #running = new Set<Promise<void>>();
  #status = 0;
  #isAborted = false;

  constructor(process: Process, options: ParsedOptions<XargsOption>, file: OpenFile) {
    this.#process = process;
    this.#options = options;
    this.#command = options.operands.length > 0 ? options.operands : ['echo'];
    const limit = options.last('replace', 'replaceLong', 'maxLines', 'maxLinesLong', 'maxArgs');
    this.#replace = limit === 'replace' || limit === 'replaceLong' ? (options.value(limit) ?? '{}') : undefined;
    this.#maxArgs = limit === 'maxArgs' ? this.#number('maxArgs', 'n') : Number.POSITIVE_INFINITY;
    this.#maxLines =
      limit === 'maxLines' || limit === 'maxLinesLong' ? this.#number(limit, 'L') : Number.POSITIVE_INFINITY;
    this.#maxChars = options.has('maxChars') ? this.#number('maxChars', 's') : MAX_COMMAND_BYTES;
    this.#maxProcs = options.has('maxProcs') ? this.#processCount() : 1;
    this.#input = new XargsInput(process, file, {
      delimiter: options.has('null') ? '\0' : delimiterOf(options.value('delimiter')),
      endOfFile: options.value('endOfFile'),
      byLines: this.#replace !== undefined,
    });
  }

  #number(name: XargsOption, letter: string): number {
    const text = this.#options.value(name) ?? '1';
    if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
    if (this.#process.flavour === 'busybox')
      throw new UsageError('argument', `invalid number '${text}'`, { bare: true });
    if (!/^\d+$/.test(text)) throw new UsageError('argument', `invalid number "${text}" for -${letter} option`);
    throw new UsageError('argument', `value ${text} for -${letter} option should be >= 1`);
  }

  #processCount(): number {
    const text = this.#options.value('maxProcs') ?? '';
    if (!/^\d{1,9}$/.test(text)) throw new UsageError('argument', `invalid number "${text}" for -P option`);
    return Number(text) || Number.POSITIVE_INFINITY;
  }

  async run(): Promise<number> {
    try {
      if (this.#replace !== undefined) await this.#runReplacing(this.#replace);
      else await this.#runGathering();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      await this.#process.complain(error.message);
      this.#status = 1;
    }
    await Promise.all(this.#running);
    return this.#status;
  }

  async #runReplacing(text: string): Promise<void> {
    for (let item = await this.#input.next(); item && !this.#isAborted; item = await this.#input.next()) {
      const { value } = item;
      await this.#execute(this.#command.map((part) => part.replaceAll(text, () => value)));
    }
  }

  async #runGathering(): Promise<void> {
    const fixedBytes = this.#command.reduce((sum, part) => sum + part.length + 1, 0);
    let items: string[] = [];
    let sizeBytes = fixedBytes;
    let lines = 0;
    let hasRun = false;
    const flush = async () => {
      hasRun = true;
      const argv = [...this.#command, ...items];
      items = [];
      sizeBytes = fixedBytes;
      lines = 0;
      await this.#execute(argv);
    };
    let failure: unknown;
    while (!this.#isAborted) {
      let item: XargsItem | undefined;
      try {
        item = await this.#input.next();
      } catch (error) {
        failure = error;
        break;
      }
      if (!item) break;
      const itemBytes = item.value.length + 1;
      if (fixedBytes + itemBytes > this.#maxChars) {
        failure = new UsageError('operand', 'argument line too long');
        break;
      }
      const isCounted = Number.isFinite(this.#maxArgs) || Number.isFinite(this.#maxLines);
      const isFull = items.length >= this.#maxArgs;
      if (this.#options.has('exit') && isCounted && !isFull && sizeBytes + itemBytes > this.#maxChars) {
        items = [];
        failure = new UsageError('operand', 'argument list too long');
        break;
      }
      if (isFull || sizeBytes + itemBytes > this.#maxChars) await flush();
      items.push(item.value);
      sizeBytes += itemBytes;
      if (item.endsLine && ++lines >= this.#maxLines) await flush();
    }
    const runsEmpty = !hasRun && !this.#options.has('noRunIfEmpty') && failure === undefined;
    if (!this.#isAborted && (items.length > 0 || runsEmpty)) {
      if (failure !== undefined) await this.#process.complain((failure as Error).message);
      await flush();
      if (failure !== undefined) this.#status = 1;
      return;
    }
    if (failure !== undefined) throw failure;
  }

  async #execute(argv: readonly string[]): Promise<void> {
    const process = this.#process;
    if (this.#options.has('verbose') || this.#options.has('interactive')) {
      const shown = argv.map((part) => (process.flavour === 'gnu' ? quotedIfNeeded(part) : part)).join(' ');
      if (this.#options.has('interactive')) {
        if (!(await askYes(process, `${shown} ?...`))) return;
      } else await process.write(2, `${shown}\n`);
    }
    while (this.#running.size >= this.#maxProcs) await Promise.race(this.#running);
    if (this.#isAborted) return;
    const running: Promise<void> = this.#runOne(argv).finally(() => this.#running.delete(running));
    this.#running.add(running);
    if (this.#maxProcs === 1) await running;
  }

  async #runOne(argv: readonly string[]): Promise<void> {
    const process = this.#process;
    const keepsInput = this.#options.has('argFile') && !this.#options.has('openTty');
    const source = this.#options.has('openTty') ? '/dev/tty' : '/dev/null';
    const nothing = keepsInput ? undefined : await open(process, source, O_RDONLY);
    try {
      const files = new Map(process.files);
      if (nothing) files.set(0, nothing);
      const child = await startCommand(process, argv, { files });
      const status = await process.waitFor(child.wait());
      process.reap(child);
      await this.#judge(argv[0] as string, status);
    } catch (error) {
      const cause = causeOf(error);
      await process.complain(`${argv[0]}: ${cause}`);
      this.#status = cannotRunStatus(error);
      this.#isAborted = true;
    } finally {
      nothing?.close();
    }
  }

  async #judge(name: string, status: WaitStatus): Promise<void> {
    if ('signal' in status) {
      const shown = this.#process.flavour === 'gnu' ? `${name}:` : `'${name}'`;
      await this.#process.complain(`${shown} terminated by signal ${status.signal}`);
      this.#status = 125;
      this.#isAborted = true;
    } else if (status.code === 255) {
      await this.#process.complain(`${name}: exited with status 255; aborting`);
      this.#status = 124;
      this.#isAborted = true;
    } else if (status.code !== 0) this.#status = 123;
  }
}

function delimiterOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const escapes: Record<string, string> = {
    n: '\n',
    t: '\t',
    r: '\r',
    '0': '\0',
    '\\': '\\',
    a: '\u0007',
    f: '\f',
    v: '\v',
  };
  if (text.length === 1) return text;
  const escaped = /^\\(?:([ntr0\\afv])|([0-7]{1,3})|x([0-9a-fA-F]{1,2}))$/.exec(text);
  if (escaped?.[1] !== undefined) return escapes[escaped[1]];
  if (escaped?.[2] !== undefined) return decodeName(Uint8Array.of(Number.parseInt(escaped[2], 8) & 0xff));
  if (escaped?.[3] !== undefined) return decodeName(Uint8Array.of(Number.parseInt(escaped[3], 16)));
  throw new UsageError(
    'argument',
    `Invalid input delimiter specification ${text}: the delimiter must be either a single character or an escape sequence starting with \\.`,
    { bare: true },
  );
}
