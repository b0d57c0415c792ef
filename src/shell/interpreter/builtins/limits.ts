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
    const text = LIMITS.map(([, words, unit, usual]) => `${words.padEnd(40 - unit.length)}${unit} ${usual}\n`).join('');
    return then(shell.print(text), () => 0);
  }
  const letter = [...flags].find((flag) => flag !== 'H' && flag !== 'S') ?? 'f';
  const row = LIMITS.find(([name]) => name === letter);
  const value = operands[0];
  if (value === undefined) return then(shell.print(`${row?.[3] ?? 'unlimited'}\n`), () => 0);
  if (!/^(?:\d+|unlimited|hard|soft)$/.test(value))
    throw new ShellError('command', shell.isBash ? `${value}: invalid number` : 'bad number', shell.isBash ? 1 : 2);
  // Nothing here would see to another limit: it is refused, not kept.
  const same = [row?.[3] ?? 'unlimited', 'hard', 'soft'];
  if (same.includes(value)) return 0;
  throw new ShellError('command', `setting the limit -${letter} is not simulated`, 2);
};
