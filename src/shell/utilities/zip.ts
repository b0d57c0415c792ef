import { encodeName } from '../../bytes/byteName.ts';
import type { GzipLevel } from '../../codec/gzipWriter.ts';
import { type ZipPacked, ZipWriter } from '../../codec/zipWriter.ts';
import { isDirectory, isRegular, isSymlink } from '../../vfs/overlay/fileMode.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { lstat, open, readdir, readFile, readlink, stat, statIfThere } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';
import { writeTo } from './fileCopy.ts';
import { globMatcher } from './globMatch.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { joinPath, lastComponent, withoutTrailingSlashes } from './paths.ts';
import { localTime } from './strftime.ts';
import { type TimeZone, zoneOf } from './timeZone.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  recursive: '-r --recurse-paths',
  quiet: '-q --quiet',
  junkPaths: '-j --junk-paths',
  links: '-y --symlinks',
  noDirectories: '-D --no-dir-entries',
  exclude: '-x=PATTERN --exclude=PATTERN',
  noExtra: '-X --no-extra',
  store: '-0',
  fast: '-1',
  level2: '-2',
  level3: '-3',
  level4: '-4',
  level5: '-5',
  level6: '-6',
  level7: '-7',
  level8: '-8',
  best: '-9',
} as const;

const LEVELS = ['store', 'fast', 'level2', 'level3', 'level4', 'level5', 'level6', 'level7', 'level8', 'best'] as const;
/** Statuses of zip(1). */
const NOTHING_TO_DO = 12;
const BAD_USAGE = 16;
const SOME_MISSING = 18;

/** Makes an archive anew: one that is there already is not added to, but refused. */
export const zip = utility(
  {
    options: OPTIONS,
    notSimulated:
      '-d -e -F -FF -f -u -m -o -i=PATTERN -n=SUFFIXES -s=SIZE -T -t=DATE -v -z -A -b=PATH -c -g -J -k -l -P=PASSWORD -R -S -sf',
    usage: '[-options] [-x list] [zipfile list]',
    usageStatus: BAD_USAGE,
    version: '3.0',
  },
  async (process, options) => {
    const [given, ...names] = options.operands;
    if (given === undefined || names.length === 0) throw new UsageError('operand', 'error: Nothing to do!');
    const archive = given === '-' || lastComponent(given).includes('.') ? given : `${given}.zip`;
    if (archive !== '-' && statIfThere(process, archive)) {
      await process.complain(`${archive}: adding to an archive that exists is not simulated`);
      return BAD_USAGE;
    }
    const packing = new Packing(process, options, archive === '-');
    for (const name of names) await packing.add(name);
    if (packing.count === 0) {
      await process.write(1, `\nzip error: Nothing to do! (${archive})\n`);
      return NOTHING_TO_DO;
    }
    try {
      const file =
        archive === '-' ? process.file(1).retain() : await open(process, archive, O_WRONLY | O_CREAT | O_TRUNC);
      try {
        for (const part of packing.writer.finish()) await writeTo(process, file, part);
      } finally {
        file.close();
      }
    } catch (error) {
      await process.complain(`${archive}: ${causeOf(error)}`);
      return 15;
    }
    return packing.hasMissing ? SOME_MISSING : 0;
  },
);

class Packing {
  readonly writer = new ZipWriter();
  count = 0;
  hasMissing = false;
  readonly #process: Process;
  readonly #options: ParsedOptions<keyof typeof OPTIONS>;
  readonly #isExcluded: (name: string) => boolean;
  readonly #level: GzipLevel | 0;
  readonly #zone: TimeZone;
  readonly #tells: (text: string) => unknown;

  constructor(process: Process, options: ParsedOptions<keyof typeof OPTIONS>, toStdout: boolean) {
    this.#process = process;
    this.#options = options;
    const matchers = options.values('exclude').map((pattern) => globMatcher(pattern));
    this.#isExcluded = (name) => matchers.some((matches) => matches(name));
    const level = options.last(...LEVELS);
    this.#level = (level === undefined ? 6 : LEVELS.indexOf(level)) as GzipLevel | 0;
    this.#zone = zoneOf(process);
    this.#tells = (text) => (options.has('quiet') ? undefined : process.write(toStdout ? 2 : 1, text));
  }

  async add(path: string): Promise<void> {
    const process = this.#process;
    if (process.isDue) await process.pause();
    try {
      const keepsLink = this.#options.has('links');
      const found = keepsLink ? lstat(process, path) : stat(process, path);
      const isFolder = isDirectory(found.mode);
      const bare = withoutTrailingSlashes(path).replace(/^(\.?\/)+/, '');
      const inner = this.#options.has('junkPaths') ? lastComponent(bare) : bare;
      const name = isFolder ? `${inner}/` : inner;
      const isShown = !(
        isFolder &&
        (this.#options.has('noDirectories') || this.#options.has('junkPaths') || /^\.?\/?$/.test(name))
      );
      if (isShown && !this.#isExcluded(name)) {
        let content = new Uint8Array(0) as Uint8Array;
        if (isSymlink(found.mode)) content = encodeName(readlink(process, path));
        else if (isRegular(found.mode)) content = await readFile(process, path);
        const local = localTime(found.mtime, this.#zone);
        const packed = this.writer.add(
          { name: encodeName(name), mode: found.mode, time: { ...local, month: local.month + 1 }, content },
          this.#level,
        );
        this.count++;
        await this.#tells(`  adding: ${name} (${ratioOf(packed, content.length)})\n`);
      }
      if (isFolder && this.#options.has('recursive'))
        for (const entry of readdir(process, path)) await this.add(joinPath(path, entry.name));
    } catch (error) {
      causeOf(error);
      this.hasMissing = true;
      await process.write(1, `\tzip warning: name not matched: ${path}\n`);
    }
  }
}

function ratioOf({ method, packedBytes }: ZipPacked, sizeBytes: number): string {
  const percent = sizeBytes === 0 ? 0 : Math.round(100 - (100 * packedBytes) / sizeBytes);
  return `${method} ${percent}%`;
}
