import { O_CREAT, O_EXCL, O_RDWR } from '../../vfs/overlay/openFlags.ts';
import { lstatIfThere, mkdir, open } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf, isErrno } from './failure.ts';
import { UsageError } from './options.ts';
import { joinPath } from './paths.ts';
import { quoted } from './quote.ts';
import { utility } from './utility.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const MAX_ATTEMPTS = 1000;

export const mktemp = utility(
  {
    options: {
      directory: '-d --directory',
      dryRun: '-u --dry-run',
      quiet: '-q --quiet',
      suffix: '--suffix=SUFF',
      parent: '-p --tmpdir[=DIR]',
      temporary: '-t',
    },
    usage: '[OPTION]... [TEMPLATE]',
    rewrite: joinParent,
  },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    const [given, extra] = options.operands;
    if (extra !== undefined) throw new UsageError('operand', isGnu ? 'too many templates' : '');
    const suffix = options.value('suffix') ?? '';
    const template = (given ?? (isGnu ? 'tmp.XXXXXXXXXX' : 'tmp.XXXXXX')) + suffix;
    const run = /X{1,}(?=[^X]*$)/.exec(template.slice(0, template.length - suffix.length));
    if (!run || run[0].length < (isGnu ? 3 : 6)) {
      const message = isGnu ? `too few X's in template ${quoted(template)}` : '(null): Invalid argument';
      throw new UsageError('operand', message, { bare: true });
    }
    const usesParent = given === undefined || options.has('parent') || options.has('temporary');
    const parent = options.value('parent') || process.env.get('TMPDIR') || '/tmp';
    const start = run.index;
    const pattern = usesParent ? joinPath(parent, template) : template;
    const offset = start + pattern.length - template.length;
    try {
      const path = await make(process, pattern, offset, run[0].length, options.has('directory'), options.has('dryRun'));
      await process.print(`${path}\n`);
      return 0;
    } catch (error) {
      const cause = causeOf(error);
      if (options.has('quiet')) return 1;
      const kind = options.has('directory') ? 'directory' : 'file';
      await process.complain(
        isGnu ? `failed to create ${kind} via template ${quoted(pattern)}: ${cause}` : `(null): ${cause}`,
      );
      return 1;
    }
  },
);

/** `-p DIR` has its argument apart, `--tmpdir` has not. */
function joinParent(arguments_: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (let i = 0; i < arguments_.length; i++) {
    const argument = arguments_[i] as string;
    const next = arguments_[i + 1];
    if (/^-[dqtu]*p$/.test(argument) && next !== undefined) {
      joined.push(argument + next);
      i++;
    } else joined.push(argument);
  }
  return joined;
}

async function make(
  process: Process,
  pattern: string,
  start: number,
  length: number,
  isDirectory: boolean,
  isDry: boolean,
): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const letters = [...process.kernel.random(length)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
    const path = pattern.slice(0, start) + letters + pattern.slice(start + length);
    try {
      if (isDry) {
        if (!lstatIfThere(process, path)) return path;
      } else if (isDirectory) {
        mkdir(process, path, 0o700);
        return path;
      } else {
        (await open(process, path, O_RDWR | O_CREAT | O_EXCL, 0o600)).close();
        return path;
      }
    } catch (error) {
      if (!isErrno(error, 'EEXIST') || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}
