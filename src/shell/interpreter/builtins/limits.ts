import { UNWATCHED_LIMITS } from '../../kernel/resourceLimits.ts';
import type { Builtin } from '../execution/builtin.ts';
import { ShellError } from '../shellError.ts';
import { andThen as then } from '../waiting.ts';
import { readOptions } from './options.ts';

export const times: Builtin = (shell) => then(shell.print('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n'), () => 0);

/** Letter, words, unit, and what the simulated machine allows. */
const LIMITS: readonly (readonly [string, string, string, string])[] = [
  ['R', 'real-time non-blocking time', '(microseconds, -R)', 'unlimited'],
  ['c', 'core file size', '(blocks, -c)', '0'],
  ['d', 'data seg size', '(kbytes, -d)', 'unlimited'],
  ['e', 'scheduling priority', '(-e)', '0'],
  ['f', 'file size', '(blocks, -f)', 'unlimited'],
  ['i', 'pending signals', '(-i)', '63389'],
  ['l', 'max locked memory', '(kbytes, -l)', '8192'],
  ['m', 'max memory size', '(kbytes, -m)', 'unlimited'],
  ['n', 'open files', '(-n)', '1024'],
  ['p', 'pipe size', '(512 bytes, -p)', '8'],
  ['q', 'POSIX message queues', '(bytes, -q)', '819200'],
  ['r', 'real-time priority', '(-r)', '0'],
  ['s', 'stack size', '(kbytes, -s)', '8192'],
  ['t', 'cpu time', '(seconds, -t)', 'unlimited'],
  ['u', 'max user processes', '(-u)', '63389'],
  ['v', 'virtual memory', '(kbytes, -v)', 'unlimited'],
  ['x', 'file locks', '(-x)', 'unlimited'],
];

export const ulimit: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, `HSa${LIMITS.map(([letter]) => letter).join('')}`);
  if (flags.has('a')) {
    const kind = flags.has('H') ? 'hard' : 'soft';
    const text = LIMITS.map(([letter, words, unit, usual]) => {
      const otherwise = kind === 'hard' ? (HARD.get(letter) ?? usual) : usual;
      return `${words.padEnd(40 - unit.length)}${unit} ${shell.process.limits.get(letter)?.[kind] ?? otherwise}\n`;
    }).join('');
    return then(shell.print(text), () => 0);
  }
  const letter = [...flags].find((flag) => flag !== 'H' && flag !== 'S') ?? 'f';
  const row = LIMITS.find(([name]) => name === letter);
  const value = operands[0];
  const { limits } = shell.process;
  const usual = row?.[3] ?? 'unlimited';
  const now = limits.get(letter) ?? { soft: usual, hard: HARD.get(letter) ?? usual };
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
  limits.set(letter, {
    soft: isBoth || flags.has('S') ? wanted : now.soft,
    hard: isBoth || flags.has('H') ? wanted : now.hard,
  });
  return 0;
};

/** Hard limits that are not the soft ones. */
const HARD: ReadonlyMap<string, string> = new Map([
  ['c', 'unlimited'],
  ['n', '1048576'],
  ['s', 'unlimited'],
]);
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
