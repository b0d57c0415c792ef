import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import type { Process } from '../kernel/process.ts';
import { parseSignal, SIGNALS } from '../kernel/signals.ts';
import { readAccounts } from './accounts.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { commandName, maySignal, type SeenProcess, seenProcesses } from './processTable.ts';
import { utility } from './utility.ts';

const SELECTION = {
  full: '-f --full',
  exact: '-x --exact',
  ignoreCase: '-i --ignore-case',
  newest: '-n --newest',
  oldest: '-o --oldest',
  parent: '-P --parent=PPID',
  user: '-u --euid=ID',
  realUser: '-U --uid=ID',
  terminal: '-t --terminal=TTY',
  inverse: '-v --inverse',
} as const;

const PGREP = {
  ...SELECTION,
  count: '-c --count',
  delimiter: '-d --delimiter=STRING',
  listName: '-l --list-name',
  listFull: '-a --list-full',
} as const;

const PKILL = { ...SELECTION, echo: '-e --echo', signal: '--signal=SIG', count: '-c --count' } as const;

/** Of usage and of expressions that are none. */
const WRONG_STATUS = 2;

export const pgrep = utility(
  { options: PGREP, usage: '[options] <pattern>', usageStatus: WRONG_STATUS },
  async (process, options) => {
    const found = await select(process, options);
    if (options.has('count')) await process.print(`${found.length}\n`);
    else {
      const lines = found.map(({ pid, process: other }) => {
        if (options.has('listFull')) return `${pid} ${other.argv.join(' ')}`;
        return options.has('listName') ? `${pid} ${commandName(other)}` : String(pid);
      });
      if (lines.length > 0) await process.print(`${lines.join(options.value('delimiter') ?? '\n')}\n`);
    }
    return found.length > 0 ? 0 : 1;
  },
);

export const pkill = utility(
  {
    options: PKILL,
    usage: '[options] <pattern>',
    usageStatus: WRONG_STATUS,
    rewrite: (arguments_) =>
      arguments_.map((argument) =>
        /^-(\d+|SIG[A-Z]+\d?|[A-Z]{2,}\d?)$/.test(argument) && parseSignal(argument.slice(1)) !== undefined
          ? `--signal=${argument.slice(1)}`
          : argument,
      ),
  },
  async (process, options) => {
    const text = options.value('signal') ?? 'TERM';
    const signal = parseSignal(text);
    if (signal === undefined) throw new UsageError('operand', `unknown signal "${text}"`);
    const found = await select(process, options);
    let hasSent = false;
    for (const { pid, process: other } of found) {
      if (!maySignal(process, other)) {
        await process.complain(`killing pid ${pid} failed: Operation not permitted`);
        continue;
      }
      if (options.has('echo')) await process.print(`${commandName(other)} killed (pid ${pid})\n`);
      other.kill(signal);
      hasSent = true;
    }
    if (options.has('count')) await process.print(`${found.length}\n`);
    return hasSent ? 0 : 1;
  },
);

async function select(
  process: Process,
  options: ParsedOptions<keyof typeof SELECTION | string>,
): Promise<SeenProcess[]> {
  const [pattern, extra] = options.operands;
  const criteria = ['parent', 'user', 'realUser', 'terminal'];
  if (pattern === undefined && !criteria.some((name) => options.has(name)))
    throw new UsageError('operand', 'no matching criteria specified');
  if (extra !== undefined) throw new UsageError('operand', 'only one pattern can be provided');
  const matches = matcherOf(pattern, options);
  const accounts = await readAccounts(process);
  const uids = [...options.values('user'), ...options.values('realUser')].flatMap((list) =>
    list.split(',').map((name) => accounts.uidOf(name)),
  );
  const parents = options.values('parent').flatMap((list) => list.split(',').map(Number));
  let found = seenProcesses(process).filter((seen) => {
    const { process: other } = seen;
    if (other === process || other.hasEnded) return false;
    const fits =
      matches(options.has('full') ? other.argv.join(' ') : commandName(other)) &&
      (uids.length === 0 || uids.includes(other.credentials.uid)) &&
      (parents.length === 0 || parents.includes(seen.parentPid));
    return fits !== options.has('inverse');
  });
  if (options.has('newest')) found = found.slice(-1);
  if (options.has('oldest')) found = found.slice(0, 1);
  return found;
}

function matcherOf(pattern: string | undefined, options: ParsedOptions<string>): (text: string) => boolean {
  if (pattern === undefined) return () => true;
  try {
    const ignoreCase = options.has('ignoreCase');
    const regex = options.has('exact')
      ? new Regex(pattern, { syntax: 'extended', ignoreCase, whole: 'line' })
      : new Regex(pattern, { syntax: 'extended', ignoreCase });
    return (text) => regex.test(text);
  } catch (error) {
    if (error instanceof RegexError) throw new UsageError('operand', error.message, { bare: true });
    throw error;
  }
}

export const killall = utility(
  {
    options: {
      signal: '-s --signal=SIG',
      quiet: '-q --quiet',
      list: '-l --list',
      exact: '-e --exact',
      wait: '-w --wait',
      verbose: '-v --verbose',
    },
    usage: '[OPTION]... NAME...',
    rewrite: (arguments_) =>
      arguments_.map((argument) =>
        /^-(\d+|[A-Z]{2,}\d?)$/.test(argument) && parseSignal(argument.slice(1)) !== undefined
          ? `--signal=${argument.slice(1)}`
          : argument,
      ),
  },
  async (process, options) => {
    if (options.has('list')) {
      await process.print(`${Object.keys(SIGNALS).join(' ')}\n`);
      return 0;
    }
    const text = options.value('signal') ?? 'TERM';
    const signal = parseSignal(text);
    if (signal === undefined)
      throw new UsageError('operand', `${text}: unknown signal; killall -l lists signals.`, { bare: true });
    if (options.operands.length === 0) throw new UsageError('operand', '');
    let status = 0;
    for (const name of options.operands) {
      const found = seenProcesses(process).filter(
        ({ process: other }) => other !== process && !other.hasEnded && commandName(other) === name.slice(0, 15),
      );
      if (found.length === 0) {
        status = 1;
        if (!options.has('quiet'))
          await process.write(
            2,
            `${process.flavour === 'gnu' ? '' : 'killall: '}${name}: no process ${process.flavour === 'gnu' ? 'found' : 'killed'}\n`,
          );
      }
      for (const { process: other, pid } of found) {
        if (!maySignal(process, other)) {
          status = 1;
          await process.write(2, `${name}(${pid}): Operation not permitted\n`);
          continue;
        }
        other.kill(signal);
        if (options.has('verbose')) await process.write(2, `Killed ${name}(${pid}) with signal ${signal}\n`);
        if (options.has('wait')) await process.waitFor(other.wait());
      }
    }
    return status;
  },
);

export const pidof = utility(
  {
    options: { single: '-s', quiet: '-q', separator: '-S=SEP', omit: '-o=PIDS' },
    notSimulated: '-x -c -n -w -z -t -V',
    usage: '[options] PROGRAM...',
  },
  async (process, options) => {
    const omitted = options.values('omit').flatMap((list) => list.split(',').map(Number));
    const pids = seenProcesses(process)
      .filter(({ process: other, pid }) => {
        if (other === process || other.hasEnded || omitted.includes(pid)) return false;
        const file = other.argv[0] ?? '';
        return options.operands.some((name) =>
          name.includes('/') ? file === name : commandName(other) === name.slice(0, 15),
        );
      })
      .map(({ pid }) => pid)
      .reverse();
    if (pids.length === 0) return 1;
    const shown = options.has('single') ? pids.slice(0, 1) : pids;
    if (!options.has('quiet')) await process.print(`${shown.join(options.value('separator') ?? ' ')}\n`);
    return 0;
  },
);
