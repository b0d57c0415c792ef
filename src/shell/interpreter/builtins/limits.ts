import type { Process } from '../../kernel/process.ts';
import type { ResourceLimit } from '../../kernel/processSetup.ts';
import { LIMIT_KINDS, UNWATCHED_LIMITS } from '../../kernel/resourceLimits.ts';
import type { Builtin } from '../execution/builtin.ts';
import { ShellError } from '../shellError.ts';
import { andThen as then } from '../waiting.ts';
import { readOptions } from './options.ts';

export const times: Builtin = (shell) => then(shell.print('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n'), () => 0);

/** Letter, words and unit. */
const LIMITS: readonly (readonly [string, string, string])[] = [
  ['R', 'real-time non-blocking time', '(microseconds, -R)'],
  ['c', 'core file size', '(blocks, -c)'],
  ['d', 'data seg size', '(kbytes, -d)'],
  ['e', 'scheduling priority', '(-e)'],
  ['f', 'file size', '(blocks, -f)'],
  ['i', 'pending signals', '(-i)'],
  ['l', 'max locked memory', '(kbytes, -l)'],
  ['m', 'max memory size', '(kbytes, -m)'],
  ['n', 'open files', '(-n)'],
  ['p', 'pipe size', '(512 bytes, -p)'],
  ['q', 'POSIX message queues', '(bytes, -q)'],
  ['r', 'real-time priority', '(-r)'],
  ['s', 'stack size', '(kbytes, -s)'],
  ['t', 'cpu time', '(seconds, -t)'],
  ['u', 'max user processes', '(-u)'],
  ['v', 'virtual memory', '(kbytes, -v)'],
  ['x', 'file locks', '(-x)'],
];

export const ulimit: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, `HSa${LIMITS.map(([letter]) => letter).join('')}`);
  if (flags.has('a')) {
    const kind = flags.has('H') ? 'hard' : 'soft';
    const text = LIMITS.map(
      ([letter, words, unit]) => `${words.padEnd(40 - unit.length)}${unit} ${limitOf(shell.process, letter)[kind]}\n`,
    ).join('');
    return then(shell.print(text), () => 0);
  }
  const letter = [...flags].find((flag) => flag !== 'H' && flag !== 'S') ?? 'f';
  const row = LIMITS.find(([name]) => name === letter);
  const value = operands[0];
  const now = limitOf(shell.process, letter);
  const blocks = BLOCKS.includes(letter) && !shell.isBash ? 2 : 1;
  if (value === undefined)
    return then(shell.print(`${scaled(flags.has('H') ? now.hard : now.soft, blocks)}\n`), () => 0);
  if (!/^(?:\d+|unlimited|hard|soft)$/.test(value))
    throw new ShellError('command', shell.isBash ? `${value}: invalid number` : 'bad number', shell.isBash ? 1 : 2);
  const wanted = value === 'hard' ? now.hard : value === 'soft' ? now.soft : scaled(value, 1 / blocks);
  const isBoth = !flags.has('H') && !flags.has('S');
  if (exceeds(wanted, now.hard) && !(shell.process.can('SYS_RESOURCE') && (isBoth || flags.has('H'))))
    throw refused(shell.isBash, row?.[1] ?? '', letter, 'Operation not permitted');
  if (flags.has('H') && !flags.has('S') && exceeds(now.soft, wanted))
    throw refused(shell.isBash, row?.[1] ?? '', letter, 'Invalid argument');
  if (UNWATCHED_LIMITS.includes(letter) && exceeds(now.soft, wanted))
    throw new ShellError('command', `lowering the limit -${letter} is not simulated`, 2);
  shell.process.limits.set(letter, {
    soft: isBoth || flags.has('S') ? wanted : now.soft,
    hard: isBoth || flags.has('H') ? wanted : now.hard,
  });
  return 0;
};

/** Of pipes, which the kernel sets no limit for. */
const PIPE_LIMIT: ResourceLimit = { soft: '8', hard: '8' };

/** What was set, else what the simulated machine allows. */
function limitOf({ limits }: Process, letter: string): ResourceLimit {
  return limits.get(letter) ?? LIMIT_KINDS.find((kind) => kind.letter === letter) ?? PIPE_LIMIT;
}

/** What POSIX counts in blocks of 512 bytes, and bash in twice as much. */
const BLOCKS = ['c', 'f'];

function scaled(value: string, factor: number): string {
  return value === 'unlimited' ? value : String(Number(value) * factor);
}

function exceeds(value: string, limit: string): boolean {
  if (limit === 'unlimited') return false;
  return value === 'unlimited' || Number(value) > Number(limit);
}

function refused(isBash: boolean, words: string, letter: string, why: string): ShellError {
  return new ShellError(
    'command',
    isBash ? `${words}: cannot modify limit: ${why}` : `error setting limit -${letter} (${why})`,
    isBash ? 1 : 2,
  );
}
