import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { usageOf } from './usages.ts';

export interface GivenOptions {
  readonly flags: ReadonlySet<string>;
  /** Arguments of options that take one, the last given. */
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** Reads a builtin's options. `letters`: a colon behind those that take an argument, as getopt(3). Throws ShellError. */
export function readOptions(shell: Shell, argv: readonly string[], letters: string): GivenOptions {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const operands = scanOptions(shell, argv, letters, (letter, value) => {
    flags.add(letter);
    if (value !== undefined) values.set(letter, value);
  });
  return { flags, values, operands };
}

/** The same, one option after another. Returns the operands. */
export function scanOptions(
  shell: Shell,
  argv: readonly string[],
  letters: string,
  take: (letter: string, value: string | undefined) => void,
): readonly string[] {
  let i = 1;
  for (; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--') {
      i++;
      break;
    }
    if (word.length < 2 || !word.startsWith('-')) break;
    for (let j = 1; j < word.length; j++) {
      const letter = word[j] as string;
      const at = letters.indexOf(letter);
      if (at < 0 || letter === ':') throw badOption(shell, argv[0] as string, letter);
      if (letters[at + 1] !== ':') {
        take(letter, undefined);
        continue;
      }
      const value = j + 1 < word.length ? word.slice(j + 1) : argv[++i];
      if (value === undefined) throw usageError(shell, argv[0] as string, `-${letter}: option requires an argument`);
      take(letter, value);
      break;
    }
  }
  return argv.slice(i);
}

export function badOption(shell: Shell, name: string, letter: string): ShellError {
  if (shell.dialect === 'dash') return new ShellError('command', `Illegal option -${letter}`, 2);
  if (shell.dialect === 'ash') return new ShellError('command', `illegal option -${letter}`, 2);
  return usageError(shell, name, `-${letter}: invalid option`);
}

export function usageError(shell: Shell, name: string, message: string): ShellError {
  const usage = shell.isBash ? usageOf(name) : undefined;
  return new ShellError('command', usage === undefined ? message : `${message}\n${name}: usage: ${usage}`, 2);
}

export const IDENTIFIER = /^[A-Za-z_]\w*$/;
