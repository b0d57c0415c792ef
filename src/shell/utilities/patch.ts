import { decodeName } from '../../bytes/byteName.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { chmod, makeDirectories, readFile, statIfThere, unlink, writeFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { diffTextOf } from './diffText.ts';
import { causeOf } from './failure.ts';
import { UsageError, type ParsedOptions } from './options.ts';
import { applyHunks, type Applied, type FilePatch, parsePatch, PatchError, reversed } from './patchFile.ts';
import { quotedIfNeeded } from './quote.ts';
import { readWhole } from './readWhole.ts';
import { InputError, openInput } from './textInput.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  strip: '-p --strip=NUM',
  fuzz: '-F --fuzz=LINES',
  reverse: '-R --reverse',
  forward: '-N --forward',
  batch: '-t --batch',
  force: '-f --force',
  input: '-i --input=PATCHFILE',
  output: '-o --output=FILE',
  rejects: '-r --reject-file=FILE',
  backup: '-b --backup',
  suffix: '-z --suffix=SUFFIX',
  directory: '-d --directory=DIR',
  removeEmpty: '-E --remove-empty-files',
  dryRun: '--dry-run',
  silent: '-s --quiet --silent',
  verbose: '--verbose',
  unified: '-u --unified',
  context: '-c --context',
  normal: '-n --normal',
  noMismatch: '--no-backup-if-mismatch',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

/** patch(1): applies unified, context and normal diffs. It asks nothing: where the real one would, it takes its default. */
export const patch: Program = utility(
  {
    usage: '[OPTION]... [ORIGFILE [PATCHFILE]]',
    options: OPTIONS,
    notSimulated:
      '-D --ifdef=NAME -e --ed -l --ignore-whitespace -T --set-time -Z --set-utc -V --version-control=STYLE -B --prefix=PREFIX -Y --basename-prefix=PREFIX -x --debug=NUM --merge[=STYLE] --posix --binary --read-only=BEHAVIOR --reject-format=FORMAT --quoting-style=WORD -g --get=NUM',
    usageStatus: 2,
    helpHint: "patch: Try 'patch --help' for more information.",
    version: '2.7.6',
  },
  async (process, options) => {
    const [original, patchOperand, extra] = options.operands;
    if (extra !== undefined) throw new UsageError('operand', `${extra}: extra operand`);
    const source = options.value('input') ?? patchOperand ?? '-';
    try {
      const input = await openInput(process, source);
      const text = decodeName(await readWhole(process, input));
      input.close();
      const form = options.last('unified', 'context', 'normal');
      const patches = parsePatch(text).filter((one) => form === undefined || one.form === form);
      if (patches.length === 0) {
        if (text.trim() === '') return 0;
        await process.complain('**** Only garbage was found in the patch input.');
        return 2;
      }
      const patcher = new Patcher(process, options);
      let status = 0;
      for (const one of patches) status = Math.max(status, await patcher.file(one, original));
      return status;
    } catch (error) {
      if (error instanceof PatchError) {
        await process.complain(`**** ${error.message}\n`);
        return 2;
      }
      if (error instanceof InputError) {
        await process.complain(`**** Can't open patch file ${quotedIfNeeded(error.operand)} : ${error.words}`);
        return 2;
      }
      throw error;
    }
  },
);

class Patcher {
  readonly #process: Process;
  readonly #options: Options;

  constructor(process: Process, options: Options) {
    this.#process = process;
    this.#options = options;
  }

  #path(name: string): string {
    const directory = this.#options.value('directory');
    return directory === undefined || name.startsWith('/') ? name : `${directory.replace(/\/+$/, '')}/${name}`;
  }

  async file(given: FilePatch, operand: string | undefined): Promise<number> {
    const options = this.#options;
    const process = this.#process;
    let one = options.has('reverse') ? reversed(given) : given;
    const name = operand ?? this.#choose(one);
    if (name === undefined) {
      await process.print(this.#cannotFind(given));
      return 1;
    }
    const path = this.#path(name);
    const found = statIfThere(process, path);
    const before = found ? decodeName(await readFile(process, path)) : '';
    const text = diffTextOf(before);
    const fuzz = Number(options.value('fuzz') ?? 2);
    let applied = applyHunks(text.lines, text.lacksEnd, one.hunks, fuzz);
    const output = options.value('output');
    const shown =
      output === undefined ? quotedIfNeeded(name) : `${quotedIfNeeded(output)} (read from ${quotedIfNeeded(name)})`;
    await this.#say(`${options.has('dryRun') ? 'checking' : 'patching'} file ${shown}\n`);
    if (this.#looksReversed(one, text, applied, found !== undefined)) {
      if (options.has('batch') && !options.has('forward')) {
        await this.#say('Reversed (or previously applied) patch detected!  Assuming -R.\n');
        one = reversed(one);
        applied = applyHunks(text.lines, text.lacksEnd, one.hunks, fuzz);
      } else if (!options.has('force')) {
        return this.#skip(one, path, name);
      }
    }
    await this.#report(applied);
    const failed = applied.results.filter((result) => result === undefined).length;
    if (failed > 0) await this.#reject(one, applied, path, name, failed);
    if (failed < applied.results.length || one.hunks.length === 0) {
      await this.#write(one, applied, path, before, found?.mode);
    }
    return failed > 0 ? 1 : 0;
  }

  async #say(text: string): Promise<void> {
    if (!this.#options.has('silent')) await this.#process.print(text);
  }

  /** The file that a patch is about: the one that is there; among several, the one with the shortest path. */
  #choose({ oldName, newName, indexName, makes }: FilePatch): string | undefined {
    const strip = this.#options.value('strip');
    if (strip !== undefined && !/^\d+$/.test(strip))
      throw new UsageError('operand', `**** strip count ${strip} is not a number`, { bare: true });
    const names = [oldName, newName, indexName]
      .filter((name): name is string => name !== undefined && name !== '/dev/null')
      .map((name) => stripped(name, strip === undefined ? undefined : Number(strip)))
      .filter((name): name is string => name !== undefined && name !== '' && !isDangerous(name));
    const there = names.filter((name) => statIfThere(this.#process, this.#path(name)) !== undefined);
    const rank = (name: string) =>
      [name.split('/').length, name.slice(name.lastIndexOf('/') + 1).length, name.length] as const;
    const best = [...there].sort((a, b) => {
      const [x, y] = [rank(a), rank(b)];
      return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
    })[0];
    if (best !== undefined) return best;
    return makes ? names.at(-1) : undefined;
  }

  #cannotFind({ oldName, newName }: FilePatch): string {
    const strip =
      this.#options.value('strip') === undefined
        ? 'Perhaps you should have used the -p or --strip option?'
        : `Perhaps you used the wrong -p or --strip option?`;
    const head = [`--- ${oldName ?? ''}`, `+++ ${newName ?? ''}`].map((line) => `|${line}\n`).join('');
    const bar = '--------------------------\n';
    return `can't find file to patch at input line 3\n${strip}\nThe text leading up to this was:\n${bar}${head}${bar}File to patch: \nSkip this patch? [y] \nSkipping patch.\n`;
  }

  #looksReversed(
    one: FilePatch,
    text: { lines: readonly string[]; lacksEnd: boolean },
    applied: Applied,
    isThere: boolean,
  ): boolean {
    if (one.hunks.length === 0 || (one.makes && isThere && text.lines.length > 0))
      return one.makes && isThere && text.lines.length > 0;
    if (applied.results[0] !== undefined) return false;
    const back = applyHunks(text.lines, text.lacksEnd, reversed(one).hunks.slice(0, 1), 0);
    return back.results[0] !== undefined;
  }

  async #skip(one: FilePatch, path: string, name: string): Promise<number> {
    const count = one.hunks.length;
    const hunks = `${count} out of ${count} hunk${count === 1 ? '' : 's'} ignored`;
    if (this.#options.has('forward'))
      await this.#say('Reversed (or previously applied) patch detected!  Skipping patch.\n');
    else
      await this.#say(
        'Reversed (or previously applied) patch detected!  Assume -R? [n] \nApply anyway? [n] \nSkipping patch.\n',
      );
    const rejects = this.#options.value('rejects') ?? `${name}.rej`;
    await this.#say(`${hunks} -- saving rejects to file ${quotedIfNeeded(rejects)}\n`);
    if (!this.#options.has('dryRun'))
      await this.#writeRejects(
        one,
        one.hunks.map(() => undefined),
        `${path}.rej`,
      );
    return 1;
  }

  async #report({ results }: Applied): Promise<void> {
    for (const [i, result] of results.entries()) {
      if (!result) {
        continue;
      }
      const { line, offset, fuzz } = result;
      if (offset === 0 && fuzz === 0 && !this.#options.has('verbose')) continue;
      const lines = (count: number) => `${count} line${Math.abs(count) === 1 ? '' : 's'}`;
      const where = `${fuzz > 0 ? ` with fuzz ${fuzz}` : ''}${offset !== 0 ? ` (offset ${lines(offset)})` : ''}`;
      await this.#say(`Hunk #${i + 1} succeeded at ${line}${where}.\n`);
    }
  }

  async #reject(one: FilePatch, { results }: Applied, path: string, name: string, failed: number): Promise<void> {
    for (const [i, result] of results.entries()) {
      if (!result) await this.#say(`Hunk #${i + 1} FAILED at ${one.hunks[i]?.oldStart}.\n`);
    }
    const rejects = this.#options.value('rejects') ?? `${name}.rej`;
    const total = results.length;
    const saving = this.#options.has('dryRun') ? '' : ` -- saving rejects to file ${quotedIfNeeded(rejects)}`;
    await this.#say(`${failed} out of ${total} hunk${total === 1 ? '' : 's'} FAILED${saving}\n`);
    if (!this.#options.has('dryRun'))
      await this.#writeRejects(one, results, this.#options.value('rejects') ?? `${path}.rej`);
  }

  async #writeRejects(one: FilePatch, results: readonly unknown[], path: string): Promise<void> {
    const hunks = one.hunks.filter((_, i) => results[i] === undefined).map(({ text }) => `${text.join('\n')}\n`);
    const head = `--- ${one.oldName ?? ''}\n+++ ${one.newName ?? ''}\n`;
    await writeFile(this.#process, path, head + hunks.join(''));
  }

  async #write(
    one: FilePatch,
    { lines, lacksEnd, results }: Applied,
    path: string,
    before: string,
    mode: number | undefined,
  ): Promise<void> {
    const options = this.#options;
    if (options.has('dryRun')) return;
    const process = this.#process;
    const isInexact = results.some((result) => result === undefined || result.fuzz > 0 || result.offset !== 0);
    try {
      if (mode !== undefined && (options.has('backup') || (isInexact && !options.has('noMismatch')))) {
        await writeFile(process, path + (options.value('suffix') ?? '.orig'), before);
      }
      const target = options.value('output') ?? path;
      if (lines.length === 0 && (one.removes || options.has('removeEmpty')) && target === path) {
        unlink(process, path);
        return;
      }
      const slash = target.lastIndexOf('/');
      if (slash > 0) makeDirectories(process, target.slice(0, slash));
      await writeFile(process, target, lines.join('\n') + (lines.length > 0 && !lacksEnd ? '\n' : ''));
      if (mode !== undefined) chmod(process, target, mode & 0o7777);
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
      await process.complain(`**** Can't write ${quotedIfNeeded(error.path)} : ${causeOf(error)}`);
      process.exit(2);
    }
  }
}

function stripped(name: string, count: number | undefined): string | undefined {
  if (count === undefined) return name.slice(name.lastIndexOf('/') + 1);
  let rest = name;
  for (let i = 0; i < count; i++) {
    const slash = /^[^/]*\/+/.exec(rest);
    if (!slash) return undefined;
    rest = rest.slice(slash[0].length);
  }
  return rest;
}

/** A patch must not lead out of where it is applied. */
function isDangerous(name: string): boolean {
  return name.startsWith('/') || name.split('/').includes('..');
}
