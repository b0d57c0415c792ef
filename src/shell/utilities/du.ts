import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstat, readdir, stat } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';
import { allocatedBytes, shownSizeBytes } from './fileSize.ts';
import { globMatcher } from './globMatch.ts';
import { humanSize, parseSize } from './humanSize.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { joinPath, lastComponent } from './paths.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { listedLines } from './tarOptions.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  all: '-a --all',
  apparent: '--apparent-size',
  bytes: '-b --bytes',
  blockSize: '-B --block-size=SIZE',
  total: '-c --total',
  dereferenceOperands: '-D -H --dereference-args',
  maxDepth: '-d --max-depth=N',
  human: '-h --human-readable',
  inodes: '--inodes',
  kibibytes: '-k',
  dereference: '-L --dereference',
  countLinks: '-l --count-links',
  mebibytes: '-m',
  noDereference: '-P --no-dereference',
  separate: '-S --separate-dirs',
  si: '--si',
  summarize: '-s --summarize',
  threshold: '-t --threshold=SIZE',
  null: '-0 --null',
  oneFileSystem: '-x --one-file-system',
  exclude: '--exclude=PATTERN',
  excludeFrom: '-X --exclude-from=FILE',
} as const;

type DuOption = keyof typeof OPTIONS;

export const du = utility(
  {
    options: OPTIONS,
    notSimulated: '--files0-from=F --time[=WORD] --time-style=STYLE',
    usage: '[OPTION]... [FILE]...',
  },
  async (process, options) => {
    const report = new Report(process);
    const patterns = options.values('exclude');
    for (const path of options.values('excludeFrom')) patterns.push(...(await listedLines(process, path, '\n')));
    const usage = new DiskUsage(process, options, report, patterns);
    let totalBytes = 0;
    for (const operand of options.operands.length > 0 ? options.operands : ['.'])
      totalBytes += await usage.operand(operand);
    if (options.has('total')) await usage.line(totalBytes, 'total');
    await usage.flush();
    return report.status;
  },
);

class DiskUsage {
  readonly #process: Process;
  readonly #options: ParsedOptions<DuOption>;
  readonly #report: Report;
  readonly #isExcluded: (path: string) => boolean;
  readonly #maxDepth: number;
  readonly #show: (bytes: number) => string;
  readonly #seen = new Set<number>();
  readonly #thresholdBytes: number;
  readonly #links: 'dereference' | 'dereferenceOperands' | 'noDereference' | undefined;
  #filesystem: unknown;
  #out = '';

  constructor(process: Process, options: ParsedOptions<DuOption>, report: Report, patterns: readonly string[]) {
    this.#process = process;
    this.#options = options;
    this.#report = report;
    const matchers = patterns.map((pattern) => globMatcher(pattern));
    this.#isExcluded = (path) => matchers.some((matches) => matches(path) || matches(lastComponent(path)));
    const depth = options.value('maxDepth');
    if (depth !== undefined && !/^\d{1,9}$/.test(depth))
      throw new UsageError('operand', `invalid maximum depth ${quoted(depth)}`, { bare: true });
    if (options.has('summarize') && options.has('all'))
      throw new UsageError('operand', 'cannot both summarize and show all entries');
    this.#maxDepth = options.has('summarize') ? 0 : depth === undefined ? Number.POSITIVE_INFINITY : Number(depth);
    this.#show = showing(process, options);
    this.#links = options.last('dereference', 'dereferenceOperands', 'noDereference');
    this.#thresholdBytes = parseSize(options.value('threshold') ?? '0') ?? 0;
  }

  async operand(path: string): Promise<number> {
    const process = this.#process;
    try {
      this.#filesystem = process.mounts.resolve(process, path, 'follow').mount.filesystem;
      const follows = this.#links === 'dereference' || this.#links === 'dereferenceOperands';
      return await this.#measure(path, follows ? stat(process, path) : lstat(process, path), 0);
    } catch (error) {
      const cause = causeOf(error);
      await this.flush();
      await this.#report.fail(
        process.flavour === 'gnu' ? `cannot access ${quoted(path)}: ${cause}` : `${path}: ${cause}`,
      );
      return 0;
    }
  }

  async #measure(path: string, found: Stat, depth: number): Promise<number> {
    const process = this.#process;
    if (this.#isExcluded(path)) return 0;
    if (!isDirectory(found.mode)) {
      if (found.linkCount > 1 && !this.#options.has('countLinks')) {
        if (this.#seen.has(found.inodeNumber)) return 0;
        this.#seen.add(found.inodeNumber);
      }
      const bytes = this.#sizeOf(found);
      if (depth === 0 || (this.#options.has('all') && depth <= this.#maxDepth)) await this.line(bytes, path);
      return bytes;
    }
    if (process.isDue) await process.pause();
    let ownBytes = this.#sizeOf(found);
    let belowBytes = 0;
    try {
      for (const { name } of readdir(process, path)) {
        const inner = joinPath(path, name);
        const entry = this.#links === 'dereference' ? stat(process, inner) : lstat(process, inner);
        if (this.#options.has('oneFileSystem') && this.#isElsewhere(inner)) continue;
        const bytes = await this.#measure(inner, entry, depth + 1);
        if (isDirectory(entry.mode)) belowBytes += bytes;
        else ownBytes += bytes;
      }
    } catch (error) {
      const cause = causeOf(error);
      await this.flush();
      await this.#report.fail(
        process.flavour === 'gnu' ? `cannot read directory ${quoted(path)}: ${cause}` : `${path}: ${cause}`,
      );
    }
    const total = ownBytes + belowBytes;
    if (depth <= this.#maxDepth) await this.line(this.#options.has('separate') ? ownBytes : total, path);
    return total;
  }

  #sizeOf(found: Stat): number {
    if (this.#options.has('inodes')) return 1;
    const isApparent = this.#options.has('apparent') || this.#options.has('bytes');
    return isApparent ? shownSizeBytes(found) : allocatedBytes(found);
  }

  #isElsewhere(path: string): boolean {
    return this.#process.mounts.resolve(this.#process, path, 'noFollow').mount.filesystem !== this.#filesystem;
  }

  async line(bytes: number, name: string): Promise<void> {
    if (bytes < this.#thresholdBytes) return;
    this.#out += `${this.#show(bytes)}\t${name}${this.#options.has('null') ? '\0' : '\n'}`;
    if (this.#out.length > 32768) await this.flush();
  }

  async flush(): Promise<void> {
    const out = this.#out;
    this.#out = '';
    await this.#process.print(out);
  }
}

function showing(process: Process, options: ParsedOptions<DuOption>): (bytes: number) => string {
  if (options.has('inodes')) return String;
  const chosen = options.last('human', 'si', 'bytes', 'blockSize', 'kibibytes', 'mebibytes');
  if (chosen === 'human') return (bytes) => humanSize(bytes, process.flavour);
  if (chosen === 'si') return (bytes) => humanSize(bytes, process.flavour, 1000);
  if (chosen === 'bytes') return String;
  const text = options.value('blockSize') ?? '1K';
  const unit =
    chosen === 'mebibytes' ? 1024 ** 2 : chosen === 'blockSize' ? parseSize(text.replace(/^(?=[A-Za-z])/, '1')) : 1024;
  if (!unit) throw new UsageError('operand', `invalid --block-size argument ${quoted(text)}`, { bare: true });
  const suffix = chosen === 'blockSize' && /^[A-Za-z]/.test(text) ? text : '';
  return (bytes) => `${Math.ceil(bytes / unit)}${suffix}`;
}
